package plugins

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka" // the output of the shipped dead letters
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// deadLetter has the headers of the dead letter of a refused record.
type deadLetter struct {
	code, field, stage, connect string
	text                        string
	before                      string // the words that the framework prepends
}

// refusable has records that a stage refuses, with their dead letters.
func refusable() ([]orders.Message, []deadLetter) {
	g := orders.NewGenerator(5)
	var messages []orders.Message
	var expected []deadLetter
	add := func(m orders.Message, d deadLetter) {
		messages, expected = append(messages, m), append(expected, d)
	}
	const decode, price, upsert, unknown = "connect_json_decode", "order_price", "mariadb_upsert", "unknown"
	add(g.NotJSON(), deadLetter{"bad_json", "value", decode, "VALUE_CONVERTER", "bad_json: value: expected a value, got the end at byte 183", ""})
	add(g.WrongType(), deadLetter{"type_mismatch", "payload.qty", decode, "VALUE_CONVERTER", "type_mismatch: payload.qty: expected int32, got string", ""})
	add(g.BrokenRule(), deadLetter{"order_range", "qty", price, "TRANSFORMATION", "order_range: qty: expected at least 1, got less", ""})
	add(orders.Message{}, deadLetter{"order_missing", "value", price, "TRANSFORMATION", "order_missing: value: expected object, got null", ""})
	add(g.TooLong(60), deadLetter{"row_too_long", "user_id", upsert, "TASK_PUT", "row_too_long: user_id: 61 characters, VARCHAR(60) holds 60", ""})
	add(orders.Message{Value: []byte("own code")}, deadLetter{"shop_closed", "user_id", decode, "VALUE_CONVERTER", "shop_closed: user_id: no such user: no row", "failed assignment (line 1): "})
	add(orders.Message{Value: []byte("own order_code")}, deadLetter{"order_late", "day", price, "TRANSFORMATION", "order_late: day: yesterday", "failed assignment (line 1): "})
	add(orders.Message{Value: []byte("no code")}, deadLetter{"unknown", "", unknown, "UNKNOWN", "failed assignment (line 1): something else", ""})
	for i := range messages {
		if messages[i].Key = fmt.Append(nil, "key ", i, "\xff"); i%2 == 1 {
			messages[i].Key = nil
		}
		messages[i].Headers = []kgo.RecordHeader{
			{Key: "traceparent", Value: []byte("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")}, {Key: "null"},
			{Key: "kafka_offset", Value: []byte("the producer's")}, {Key: " key", Value: []byte{0xff, 0}},
			{Key: "fallback_error", Value: []byte("order_own: header: of the producer")}, {Key: "order_sink.custom", Value: []byte("c")},
			{Key: "order_sink.code", Value: []byte("of a replayed dead letter")}, {Key: "__connect.errors.topic", Value: []byte("of a replayed dead letter")},
		}
		if i < 2 {
			messages[i].Headers = append(messages[i].Headers, kgo.RecordHeader{Key: "order_sink.replayed_from", Value: []byte("dead/0/7")},
				kgo.RecordHeader{Key: "order_sink_original", Value: []byte("not the bytes")})
		}
	}
	return messages, expected
}

// The refusals of each stage become the same dead letters with the shipped resources and
// with older resources that have a mapping before dead_letter_send. They also do in a
// pipeline with the framework's `fallback`.
func TestTheDeadLettersOfEachStage(t *testing.T) {
	for _, resources := range []string{"../config/resources.yaml", "testdata/resources_with_mapping.yaml"} {
		for name, output := range map[string]string{
			"child":    "{ mariadb_upsert: { %s, dead_letter: { resource: dead_letter } } }",
			"fallback": "{ fallback: [ { mariadb_upsert: { %s } }, { resource: dead_letter } ] }",
		} {
			t.Run(name+" "+resources, func(t *testing.T) {
				t.Parallel()
				p := newPipeline(t, kafkatest.InMemory(t), 2)
				p.exec("CREATE TABLE orders (order_id VARCHAR(64) PRIMARY KEY, user_id VARCHAR(60), product_id VARCHAR(255), qty INT, unit_price BIGINT, total_price BIGINT) COLLATE utf8mb4_nopad_bin")
				messages, expected := refusable()
				at := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
				for _, m := range messages {
					require.NoError(p, p.client.ProduceSync(t.Context(), &kgo.Record{
						Topic: p.topics[0], Partition: 1, Key: m.Key, Value: m.Value, Headers: m.Headers, Timestamp: at,
					}).FirstErr())
				}
				p.refusing(resources, fmt.Sprintf(output, "dsn: '"+p.dsn+"', table: orders, columns: [ order_id, user_id, product_id, qty, unit_price, total_price ], key: [ order_id ]"))
				for _, r := range kafkatest.Consume(p, len(messages), kgo.SeedBrokers(p.broker.Seeds()...), kgo.ConsumeTopics(p.topics[1])) {
					i := slices.IndexFunc(messages, func(m orders.Message) bool { return bytes.Equal(m.Value, r.Value) })
					require.GreaterOrEqual(t, i, 0, "no record has the value %q", r.Value)
					p.compare(r, messages[i], expected[i], i, at)
				}
			})
		}
	}
}

// compare compares a dead letter with its record.
func (p *pipeline) compare(r *kgo.Record, m orders.Message, d deadLetter, offset int, at time.Time) {
	p.Helper()
	assert.Equal(p, m.Key, r.Key, "%s: the key, nil or not", d.code)
	assert.Equal(p, m.Value, r.Value, "%s: the value, nil or not", d.code)
	got := map[string]string{}
	for _, h := range r.Headers {
		assert.NotContains(p, got, h.Key, "%s: the header is there twice", d.code)
		got[h.Key] = string(h.Value)
	}
	want := map[string]string{}
	for _, h := range m.Headers {
		want[h.Key] = string(h.Value)
	}
	maps.Copy(want, map[string]string{
		"order_sink.code":                       d.code,
		"order_sink.field":                      d.field,
		"order_sink.stage":                      d.stage,
		"order_sink.timestamp_ms":               fmt.Sprint(at.UnixMilli()),
		"__connect.errors.topic":                p.topics[0],
		"__connect.errors.partition":            "1",
		"__connect.errors.offset":               fmt.Sprint(offset),
		"__connect.errors.connector.name":       "order-sink",
		"__connect.errors.task.id":              "0",
		"__connect.errors.stage":                d.connect,
		"__connect.errors.class.name":           d.stage,
		"__connect.errors.exception.class.name": "order_sink." + d.code,
		"__connect.errors.exception.message":    d.text,
		"__connect.errors.exception.stacktrace": d.before + d.text,
	})
	assert.Regexp(p, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, got["order_sink.failed_at"], "%s: failed_at", d.code)
	delete(got, "order_sink.failed_at")
	assert.Equal(p, want, got, "%s: the headers", d.code)
}

// refusing runs a stream with the resources of a file. Its dead letters go to the second
// topic.
func (p *pipeline) refusing(resources, output string) {
	p.Helper()
	shared, err := os.ReadFile(resources)
	require.NoError(p, err)
	builder := service.NewStreamBuilder()
	builder.SetEnvVarLookupFunc(func(name string) (string, bool) {
		value, found := map[string]string{"KAFKA_BROKERS": strings.Join(p.broker.Seeds(), ","), "DEAD_LETTER_TOPIC": p.topics[1]}[name]
		return value, found
	})
	require.NoError(p, builder.SetYAML(fmt.Sprintf(`
input:
  kafka_read: { seed_brokers: [ %q ], topics: [ %s ], consumer_group: %s }
pipeline:
  processors:
    - mapping: |
        root = match content().string() {
          "own code" => throw("shop_closed: user_id: no such user: no row"),
          "own order_code" => throw("order_late: day: yesterday"),
          "no code" => throw("something else"),
          _ => content(),
        }
    - connect_json_decode: { store_original_metadata: order_sink_original, store_schema_metadata: order_sink_schema }
    - order_price: { schema_metadata: order_sink_schema }
output: %s
logger: { level: NONE }
`, p.broker.Seeds()[0], p.topics[0], p.topics[0], output)))
	require.NoError(p, builder.AddResourcesYAML(string(shared)))
	stream, err := builder.Build()
	require.NoError(p, err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	p.Cleanup(func() { require.NoError(p, errors.Join(stream.StopWithin(time.Minute), <-ended)) })
}

// With a table for each record, a dead letter names its table, if a table can have the name.
// A header of a producer names no table.
func TestADeadLetterNamesItsTable(t *testing.T) {
	for table, want := range map[string][]string{
		"${! @table }":   {"a", "a", ""},
		"`${! @table }`": {"a", "a", ""},
		"a":              {"", "", ""},
	} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			p := newPipeline(t, kafkatest.InMemory(t), 2)
			p.exec("CREATE TABLE a (id INT PRIMARY KEY, v INT)")
			for i, m := range []string{`{"id":1,"v":"x"}`, `no JSON`, `{"id":2,"v":"y"}`} {
				r := &kgo.Record{Topic: p.topics[0], Value: []byte(m), Headers: []kgo.RecordHeader{
					{Key: "table", Value: []byte("a")}, {Key: "order_sink_table", Value: []byte("b")}, {Key: "order_sink.table", Value: []byte("c")},
				}}
				if i == 2 {
					r.Headers[0].Value = []byte(strings.Repeat("x", 65))
				}
				require.NoError(t, p.client.ProduceSync(t.Context(), r).FirstErr())
			}
			p.start(10, fmt.Sprintf("{ mariadb_upsert: { dsn: %q, table: '%s', columns: [ id, v ], key: [ id ], dead_letter: { dead_letter_send: { output: { redpanda: { seed_brokers: [ %q ], topic: %s, metadata: { include_patterns: [ '...*' ] } } } } } } }",
				p.dsn, table, p.broker.Seeds()[0], p.topics[1]))
			var got []string
			for _, r := range kafkatest.Consume(p, len(want), kgo.SeedBrokers(p.broker.Seeds()...), kgo.ConsumeTopics(p.topics[1])) {
				name := ""
				for _, h := range r.Headers {
					if h.Key == "order_sink.table" {
						name = string(h.Value)
					}
				}
				got = append(got, name)
			}
			require.Equal(t, want, got)
		})
	}
}
