package idle

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// properties are those that the worker of [connectworker.StartIn] has.
const properties = `bootstrap.servers=%s
group.id=%[2]s
config.storage.topic=%[2]s-configs
config.storage.replication.factor=1
offset.storage.topic=%[2]s-offsets
offset.storage.replication.factor=1
offset.storage.partitions=1
status.storage.topic=%[2]s-status
status.storage.replication.factor=1
status.storage.partitions=1
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
value.converter.schemas.enable=true
listeners=http://%[3]s
connector.client.config.override.policy=All
`

// Properties writes the file of a worker into dir, and returns its path and the address of
// the worker.
func Properties(dir string, seeds []string, group string) (file, address string, err error) {
	port, err := loopback.Port(0)
	if err != nil {
		return "", "", err
	}
	file, address = filepath.Join(dir, group+".properties"), loopback.Address(port)
	if err := os.WriteFile(file, fmt.Appendf(nil, properties, strings.Join(seeds, ","), group, address), 0o600); err != nil {
		return "", "", fmt.Errorf("writing the properties of the worker: %w", err)
	}
	return file, address, nil
}

// StartOrderSink starts a worker of order-sink, with its properties in dir. It returns at once.
func StartOrderSink(binary, dir string, seeds []string, group string, log io.Writer) (*ordersink.Sink, error) {
	file, address, err := Properties(dir, seeds, group)
	if err != nil {
		return nil, err
	}
	return ordersink.Start(ordersink.Config{Binary: binary, Args: []string{"connect-distributed", file}, HTTP: address, Log: log})
}
