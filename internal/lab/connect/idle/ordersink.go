package idle

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// Properties writes the file of a worker into dir, and returns its path and the address of
// the worker.
func Properties(dir string, seeds []string, group string) (file, address string, err error) {
	port, err := loopback.Port(0)
	if err != nil {
		return "", "", err
	}
	file, address = filepath.Join(dir, group+".properties"), loopback.Address(port)
	if err := os.WriteFile(file, []byte(connectworker.Properties(seeds, group, address)), 0o600); err != nil {
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
