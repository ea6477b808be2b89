package plugins

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// storeTopic runs kafka_read, connect_json_decode and mariadb_upsert for the first topic.
func (p *pipeline) storeTopic(upsert string) {
	p.Helper()
	builder := service.NewStreamBuilder()
	require.NoError(p, builder.SetYAML(fmt.Sprintf(`
input:
  kafka_read: { seed_brokers: [ %q ], topics: [ %s ], consumer_group: %[2]s, commit_period: 100ms }
pipeline:
  processors: [ { connect_json_decode: { store_schema_metadata: order_sink_schema } } ]
output:
  mariadb_upsert: { dsn: %q, table: t, tombstone: delete, schema_metadata: order_sink_schema, %s }
logger: { level: NONE }
`, p.broker.Seeds()[0], p.topics[0], p.dsn, upsert)))
	stream, err := builder.Build()
	require.NoError(p, err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	p.Cleanup(func() { assert.NoError(p, errors.Join(stream.StopWithin(time.Minute), <-ended)) })
}

// A key column takes a field of the value, a header, or the place of the record in Kafka,
// when the columns are listed, and when they come from the schema of the record.
func TestTheKeyColumnsOfARealRecord(t *testing.T) {
	const row = `{"schema":{"type":"struct","fields":[{"type":"int32","field":"id"},{"type":"int32","optional":true,"field":"v"}]},"payload":{"id":%d,"v":%d}}`
	for name, c := range map[string]struct {
		table, key string
		metadata   string
		query      string
		want       []string // after five records and the tombstone of row 1 of tenant a
	}{
		"header": {
			"tenant VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY, id INT, v INT", "tenant", "tenant",
			"CONCAT_WS('|', tenant, id, v)", []string{"b|1|5"},
		},
		"header and field": {
			"tenant VARCHAR(9) COLLATE utf8mb4_nopad_bin, id INT, v INT, PRIMARY KEY (id, tenant)", "tenant, id", "tenant",
			"CONCAT_WS('|', tenant, id, v)", []string{"a|2|4", "b|1|5"},
		},
		"topic, partition and offset": {
			"kafka_topic VARCHAR(249) COLLATE utf8mb4_nopad_bin, kafka_partition INT, kafka_offset BIGINT, id INT, v INT, PRIMARY KEY (kafka_topic, kafka_partition, kafka_offset)",
			"kafka_topic, kafka_partition, kafka_offset", "kafka_topic, kafka_partition, kafka_offset",
			"CONCAT_WS('|', kafka_topic, kafka_partition, kafka_offset, id, v)", []string{"TOPIC|0|0|1|1", "TOPIC|0|1|1|2", "TOPIC|0|2|1|3", "TOPIC|0|3|2|4", "TOPIC|1|0|1|5"},
		},
	} {
		for _, columns := range []string{"[ id, v ]", "[]"} {
			t.Run(name+" "+columns, func(t *testing.T) {
				t.Parallel()
				p := storing(t, "CREATE TABLE t ("+c.table+")")
				p.broker = kafkatest.InMemory(t)
				p.topics = []string{kafkatest.Topic(t, p.broker, partitions)}
				client := kafkatest.Client(t, p.broker)
				send := func(partition int32, tenant string, key, value []byte) {
					require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{
						Topic: p.topics[0], Partition: partition, Key: key, Value: value, Headers: []kgo.RecordHeader{{Key: "tenant", Value: []byte(tenant)}},
					}).FirstErr())
				}
				record := func(id, v int) []byte { return fmt.Appendf(nil, row, id, v) }
				send(0, "a", nil, record(1, 1))
				send(0, "a", nil, record(1, 2))
				send(0, "b", nil, record(1, 3))
				send(0, "a", nil, record(2, 4))
				p.storeTopic("columns: " + columns + ", metadata_columns: [ " + c.metadata + " ], key: [ " + c.key + " ]")
				p.awaitCommitted(0, 4)
				send(1, "b", nil, record(1, 5))
				send(0, "a", []byte("1"), nil) // of its own offset, no row
				p.awaitCommitted(0, 5)
				p.awaitCommitted(1, 1)
				want := slices.Clone(c.want)
				for i := range want {
					want[i] = strings.Replace(want[i], "TOPIC", p.topics[0], 1)
				}
				require.ElementsMatch(t, want, p.rows("SELECT "+c.query+" FROM t"))
			})
		}
	}
}

// awaitCommitted waits until the group has committed an offset of the first topic.
func (p *pipeline) awaitCommitted(partition int32, offset int64) {
	p.Helper()
	client := kafkatest.Client(p, p.broker)
	p.eventually("the offset is committed", func() error {
		offsets, err := kadm.NewClient(client).FetchOffsets(p.Context(), p.topics[0])
		if err != nil {
			return err
		}
		if at, found := offsets.Lookup(p.topics[0], partition); !found || at.At != offset {
			return fmt.Errorf("partition %d has the offset %d, expected %d", partition, at.At, offset)
		}
		return nil
	})
}
