package plugins

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

const decodePlain = `{ connect_json_decode: { schemas_enable: false } }`

// A chain that drops some records of a batch, or all of them, stops no batch behind it: the
// rows are written in their order, and every record is acknowledged.
func TestBatchesBehindDroppedRecordsAreWritten(t *testing.T) {
	const drop = `{ connect_transform: {
		transforms: [ { name: skip, type: org.apache.kafka.connect.transforms.Filter, predicate: empty } ],
		predicates: [ { name: empty, type: org.apache.kafka.connect.transforms.predicates.RecordIsTombstone } ] } }`
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, inFlight := range []int{1, 4} {
			t.Run(fmt.Sprintf("%d in flight", inFlight), func(t *testing.T) {
				t.Parallel()
				p := newPipeline(t, b, 1)
				// A tombstone is the first, the second, or the third record of a batch, or all
				// of them are.
				last := 0
				for n := range 120 {
					if n%30 < 9 && n%30 >= 3 || n%4 == 0 {
						p.client.Produce(p.Context(), &kgo.Record{Topic: p.topics[0], Key: []byte("1")}, func(_ *kgo.Record, err error) { assert.NoError(p, err) })
						continue
					}
					p.produce(p.topics[0], 0, 1, n)
					last = n
				}
				require.NoError(p, p.client.Flush(p.Context()))
				p.start(3, p.upsert("slow", inFlight), decodePlain, drop)
				p.awaitRows("slow", fmt.Sprintf("1 %d", last))
				p.neverBack("slow")
				p.awaitSettled()
			})
		}
	})
}

// The topic that a transform makes is the name of the table.
func TestARoutedTopicNamesTheTable(t *testing.T) {
	p := newPipeline(t, kafkatest.InMemory(t), 2)
	p.produce(p.topics[0], 0, 1, 10)
	p.produce(p.topics[1], 0, 2, 20)
	require.NoError(p, p.client.Flush(p.Context()))
	p.start(1, p.upsert("'${! @kafka_topic }'", 4), decodePlain, fmt.Sprintf(`{ connect_transform: { transforms: [
		{ name: first, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '%s', replacement: quick },
		{ name: others, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '(?!quick).*', replacement: slow } ] } }`, p.topics[0]))
	p.awaitRows("quick", "1 10")
	p.awaitRows("slow", "2 20")
	p.awaitSettled()
}

// The dead letter of a record that a transform refuses is the record of the producer: its
// topic, its key, its bytes and its headers, whatever the transforms before have changed.
func TestADeadLetterIsTheRecordBeforeItsTransforms(t *testing.T) {
	broker := kafkatest.InMemory(t)
	p, letters := newPipeline(t, broker, 1), kafkatest.Topic(t, broker, 1)
	r := &kgo.Record{
		Topic: p.topics[0], Partition: 1, Key: []byte(`{"k":1}`), Value: []byte(`{"id":"one","n":1}`),
		Headers: []kgo.RecordHeader{{Key: "source", Value: []byte("web")}},
	}
	require.NoError(p, p.client.ProduceSync(p.Context(), r).FirstErr())
	p.start(1, fmt.Sprintf("{ mariadb_upsert: { dsn: %q, table: '${! @kafka_topic }', columns: [ id, n ], key: [ id ], dead_letter: { dead_letter_send: { output: { redpanda: { seed_brokers: [ %q ], topic: %s, key: '${! @.\" \".key }', metadata: { include_patterns: [ '...*' ] } } } } } } }",
		p.dsn, p.broker.Seeds()[0], letters),
		"{ connect_json_decode: { schemas_enable: false, key_format: json, store_original_metadata: order_sink_original } }",
		`{ connect_transform: { transforms: [
			{ name: route, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '.*', replacement: quick },
			{ name: header, type: org.apache.kafka.connect.transforms.HeaderFrom$Value, fields: n, headers: n, operation: move },
			{ name: drop, type: org.apache.kafka.connect.transforms.DropHeaders, headers: source },
			{ name: key, type: org.apache.kafka.connect.transforms.ValueToKey, fields: id },
			{ name: cast, type: org.apache.kafka.connect.transforms.Cast$Value, spec: 'id:int32' } ] } }`)
	letter := kafkatest.Consume(p, 1, kgo.SeedBrokers(p.broker.Seeds()...), kgo.ConsumeTopics(letters))[0]
	require.Equal(p, `{"k":1}`, string(letter.Key))
	require.Equal(p, `{"id":"one","n":1}`, string(letter.Value))
	headers := map[string]string{}
	for _, h := range letter.Headers {
		headers[h.Key] = string(h.Value)
	}
	require.Equal(p, "web", headers["source"])
	require.NotContains(p, headers, "n")
	require.Equal(p, p.topics[0], headers["__connect.errors.topic"])
	require.Equal(p, "1", headers["__connect.errors.partition"])
	require.Equal(p, "TRANSFORMATION", headers["__connect.errors.stage"])
	require.Equal(p, "connect_transform", headers["order_sink.stage"])
	require.Equal(p, "transform_bad_value", headers["order_sink.code"])
	require.Equal(p, "cast.id", headers["order_sink.field"])
	require.Equal(p, "transform_bad_value: cast.id: expected int32, got string: the text is no int32", headers["__connect.errors.exception.message"])
	p.awaitSettled()
}
