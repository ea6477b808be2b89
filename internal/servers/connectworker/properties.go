package connectworker

import (
	"fmt"
	"strings"
)

// Properties returns the properties of a worker at an address, such as "127.0.0.1:8083", that
// keeps one copy of everything. Its topics, which hold its connectors, have the name of its
// group. A worker of Kafka Connect and one of order-sink that have the same properties belong
// to one cluster. Further lines can follow.
func Properties(seeds []string, group, address string) string {
	return fmt.Sprintf(`bootstrap.servers=%[1]s
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
`, strings.Join(seeds, ","), group, address)
}
