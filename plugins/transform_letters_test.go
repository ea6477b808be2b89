package plugins

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// changeEvent returns a change event of Debezium with the id and the amount of a row.
func changeEvent(op, before, after string) []byte {
	const row = `{"type":"struct","optional":true,"field":%q,"name":"lab.shop.sales.Value","fields":[{"type":"int32","optional":false,"field":"id"},{"type":"string","optional":true,"field":"n"}]}`
	return fmt.Appendf(nil, `{"schema":{"type":"struct","optional":false,"name":"lab.shop.sales.Envelope","fields":[`+row+`,`+row+`,{"type":"string","optional":false,"field":"op"}]},"payload":{"before":%s,"after":%s,"op":%q}}`,
		"before", "after", before, after, op)
}

// A chain that changes the topic, the key, the headers and the value changes nothing of the
// dead letters: a replay brings the record that the producer sent to its topic. The records
// around them are written, deleted and dropped.
func TestTheDeadLettersOfAChain(t *testing.T) {
	const chain = `{ connect_transform: { schema_metadata: order_sink_schema, transforms: [
		{ name: unwrap, type: io.debezium.transforms.ExtractNewRecordState, add.headers: op },
		{ name: route, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '.*', replacement: slow },
		{ name: mark, type: org.apache.kafka.connect.transforms.InsertHeader, header: source, value.literal: a transform },
		{ name: clean, type: org.apache.kafka.connect.transforms.DropHeaders, headers: token } ] } },
	{ mapping: 'meta seen = @kafka_topic' },
	{ connect_transform: { schema_metadata: order_sink_schema, transforms: [
		{ name: cast, type: org.apache.kafka.connect.transforms.Cast$Value, spec: 'n:int64', predicate: isSlow } ],
		predicates: [ { name: isSlow, type: org.apache.kafka.connect.transforms.predicates.TopicNameMatches, pattern: slow } ] } }`
	for name, output := range map[string]string{
		"child":    "{ mariadb_upsert: { %s, dead_letter: { resource: dead_letter } } }",
		"fallback": "{ fallback: [ { mariadb_upsert: { %s } }, { resource: dead_letter } ] }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPipeline(t, kafkatest.InMemory(t), 2)
			p.exec("INSERT INTO slow VALUES (1, 1), (2, 2)")
			p.exec("ALTER TABLE slow ADD CHECK (n < 1000)")
			key := func(id int) []byte {
				return fmt.Appendf(nil, `{"schema":{"type":"struct","optional":false,"fields":[{"type":"int32","optional":false,"field":"id"}]},"payload":{"id":%d}}`, id)
			}
			sent := []orders.Message{
				{Key: key(9)}, // the first of its batch is dropped
				{Key: key(1), Value: changeEvent("u", "null", `{"id":1,"n":"10"}`)},
				{Key: key(3), Value: changeEvent("c", "null", `{"id":3,"n":"many"}`)},
				{Key: key(2), Value: changeEvent("d", `{"id":2,"n":"2"}`, "null")},
				{Key: key(2)},
				{Key: key(4), Value: []byte("no JSON")},
				{Key: key(5), Value: changeEvent("c", "null", `{"id":5,"n":"5000"}`)},
				{Key: key(6), Value: changeEvent("c", "null", `{"id":6,"n":"6"}`)},
				{Key: key(6)},
			}
			letters := map[int]deadLetter{
				2: {"transform_bad_value", "cast.n", "connect_transform", "TRANSFORMATION", "transform_bad_value: cast.n: expected int64, got string: the text is no int64", ""},
				5: {"bad_json", "value", "connect_json_decode", "VALUE_CONVERTER", "bad_json: value: expected a value at byte 0", ""},
				6: {"row_check", "CONSTRAINT_1", "mariadb_upsert", "TASK_PUT", "row_check: CONSTRAINT_1: MariaDB error 4025 (23000): a CHECK constraint does not hold for the row: correct the value, or change the constraint", ""},
			}
			at := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
			for i := range sent {
				sent[i].Headers = []kgo.RecordHeader{{Key: "source", Value: []byte("web")}, {Key: "token", Value: []byte("t")}, {Key: "kafka_offset", Value: []byte("mine")}}
				require.NoError(p, p.client.ProduceSync(t.Context(), &kgo.Record{
					Topic: p.topics[0], Partition: 1, Key: sent[i].Key, Value: sent[i].Value, Headers: sent[i].Headers, Timestamp: at,
				}).FirstErr())
			}
			p.sinking(chain, fmt.Sprintf(output, "dsn: '"+p.dsn+"', table: '${! @kafka_topic }', schema_metadata: order_sink_schema, columns: [ id, n ], key: [ id ], tombstone: delete"))
			for _, r := range kafkatest.Consume(p, len(letters), kgo.SeedBrokers(p.broker.Seeds()...), kgo.ConsumeTopics(p.topics[1])) {
				i := slices.IndexFunc(sent, func(m orders.Message) bool { return m.Value != nil && bytes.Equal(m.Value, r.Value) })
				require.Contains(p, letters, i, "the record %q became a dead letter", r.Value)
				r.Headers = slices.DeleteFunc(r.Headers, func(h kgo.RecordHeader) bool { return h.Key == "order_sink.table" })
				p.compare(r, sent[i], letters[i], i, at)
			}
			p.awaitRows("slow", "1 10", "6 6")
			p.topics = p.topics[:1] // nobody reads the dead letters
			p.awaitSettled()
		})
	}
}

// sinking runs a stream with the shipped resources. Its dead letters go to the second topic.
func (p *pipeline) sinking(processors, output string) {
	p.Helper()
	shared, err := os.ReadFile("../config/resources.yaml")
	require.NoError(p, err)
	builder := service.NewStreamBuilder()
	builder.SetEnvVarLookupFunc(func(name string) (string, bool) {
		value, found := map[string]string{"KAFKA_BROKERS": strings.Join(p.broker.Seeds(), ","), "DEAD_LETTER_TOPIC": p.topics[1]}[name]
		return value, found
	})
	require.NoError(p, builder.SetYAML(fmt.Sprintf(`
input:
  kafka_read: { seed_brokers: [ %q ], topics: [ %s ], consumer_group: %s, max_batch_records: 3, commit_period: 100ms }
pipeline:
  processors: [ { connect_json_decode: { key_format: json, replace_null_with_default: false, store_original_metadata: order_sink_original, store_schema_metadata: order_sink_schema } },
    %s ]
output: %s
logger: { level: NONE }
`, p.broker.Seeds()[0], p.topics[0], p.topics[0], processors, output)))
	require.NoError(p, builder.AddResourcesYAML(string(shared)))
	stream, err := builder.Build()
	require.NoError(p, err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	p.Cleanup(func() { require.NoError(p, errors.Join(stream.StopWithin(time.Minute), <-ended)) })
}
