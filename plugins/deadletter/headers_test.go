package deadletter

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// sent sends a message through the shipped resources. It returns the dead letter and its
// headers without the time.
func sent(t *testing.T, content string, reason error, metadata map[string]any) (*kgo.Record, map[string]string) {
	t.Helper()
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	resources, err := os.ReadFile("../../config/resources.yaml")
	require.NoError(t, err)
	send, _ := stream(t, "resource: dead_letter", string(resources), map[string]string{"KAFKA_BROKERS": strings.Join(b.Seeds(), ","), "DEAD_LETTER_TOPIC": topic})
	m := service.NewMessage([]byte(content))
	for name, value := range metadata {
		m.MetaSetMut(name, value)
	}
	m.SetError(reason)
	require.NoError(t, send(t.Context(), m))
	got := map[string]string{}
	r := kafkatest.Consume(t, 1, kgo.SeedBrokers(b.Seeds()...), kgo.ConsumeTopics(topic))[0]
	for _, h := range r.Headers {
		if h.Key != "order_sink.failed_at" {
			got[h.Key] = string(h.Value)
		} else {
			assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, string(h.Value), "failed_at")
		}
	}
	return r, got
}

func TestARefusalWithTheFrameworksWordsInFront(t *testing.T) {
	t.Parallel()
	r, got := sent(t, `{"order_id":"1"}`, nil, map[string]any{
		"order_sink_original":      "the bytes as received",
		"order_sink_schema":        "{}",
		"fallback_error":           "rejecting due to failed processing: type_mismatch: payload.qty: expected int32, got string",
		"kafka_key":                "k",
		"kafka_topic":              "orders",
		"kafka_partition":          3,
		"kafka_offset":             42,
		"kafka_timestamp_ms":       int64(1709210096789),
		"traceparent":              "00-abc",
		"kafka_replyTopic":         "a header that Spring sets",
		"original":                 "a header of that name",
		"order_sink.code":          "of a replayed dead letter",
		"order_sink.replayed_from": "orders.dead-letter/0/7",
		"order_sink.custom":        "a header of that name",
		"__connect.errors.topic":   "of a replayed dead letter",
	})
	require.Equal(t, "k", string(r.Key))
	require.Equal(t, "the bytes as received", string(r.Value))
	require.Equal(t, map[string]string{
		"traceparent":                           "00-abc",
		"kafka_replyTopic":                      "a header that Spring sets",
		"original":                              "a header of that name",
		"order_sink.replayed_from":              "orders.dead-letter/0/7",
		"order_sink.custom":                     "a header of that name",
		"order_sink.code":                       "type_mismatch",
		"order_sink.field":                      "payload.qty",
		"order_sink.stage":                      "connect_json_decode",
		"order_sink.timestamp_ms":               "1709210096789",
		"__connect.errors.topic":                "orders",
		"__connect.errors.partition":            "3",
		"__connect.errors.offset":               "42",
		"__connect.errors.connector.name":       "order-sink",
		"__connect.errors.task.id":              "0",
		"__connect.errors.stage":                "VALUE_CONVERTER",
		"__connect.errors.class.name":           "connect_json_decode",
		"__connect.errors.exception.class.name": "order_sink.type_mismatch",
		"__connect.errors.exception.message":    "type_mismatch: payload.qty: expected int32, got string",
		"__connect.errors.exception.stacktrace": "rejecting due to failed processing: type_mismatch: payload.qty: expected int32, got string",
	}, got, "the headers")
}

// The reason is the error of the message, or else the error of the fallback. A refusal in
// the error has a stage; a text has none.
func TestTheReasonOfADeadLetter(t *testing.T) {
	refusal := &record.Refusal{Stage: record.Stage{Name: "avro_decode", Connect: "VALUE_CONVERTER"}, Code: "bad_schema", Path: "schema", Detail: "expected a: b"}
	for name, c := range map[string]struct {
		reason                               error
		fallback                             any
		code, field, stage, connect, message string
	}{
		"by the database":       {nil, "row_too_long: user_id: MariaDB error 1406 (22001)", "row_too_long", "user_id", "mariadb_upsert", "TASK_PUT", "row_too_long: user_id: MariaDB error 1406 (22001)"},
		"of an unknown form":    {nil, "something else", "unknown", "", "unknown", "UNKNOWN", "something else"},
		"an unknown error":      {errors.New("EOF"), "row_null: qty: of a header", "unknown", "", "unknown", "UNKNOWN", "EOF"},
		"none":                  {nil, nil, "unknown", "", "unknown", "UNKNOWN", "unknown: value: no reason was given"},
		"a refusal":             {refusal, nil, "bad_schema", "schema", "avro_decode", "VALUE_CONVERTER", "bad_schema: schema: expected a: b"},
		"a refusal in an error": {fmt.Errorf("refusing 1 of 2 messages, the first: %w", refusal), nil, "bad_schema", "schema", "avro_decode", "VALUE_CONVERTER", "bad_schema: schema: expected a: b"},
		"a text of a refusal":   {errors.New("refusing 1 of 2 messages, order_range: qty: at\nleast 1"), nil, "order_range", "qty", "order_price", "TRANSFORMATION", "order_range: qty: at\nleast 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			metadata := map[string]any{"order_sink_original": []byte("the bytes as received"), "kafka_key": []byte(nil)}
			if c.fallback != nil {
				metadata["fallback_error"] = c.fallback
			}
			stacktrace := c.message
			if c.reason != nil {
				stacktrace = c.reason.Error()
			}
			r, got := sent(t, `{"order_id":"1"}`, c.reason, metadata)
			require.Equal(t, "the bytes as received", string(r.Value))
			require.Nil(t, r.Key)
			for name, want := range map[string]string{
				"order_sink.code": c.code, "order_sink.field": c.field, "order_sink.stage": c.stage, "__connect.errors.stage": c.connect,
				"__connect.errors.class.name": c.stage, "__connect.errors.exception.class.name": "order_sink." + c.code,
				"__connect.errors.exception.message": c.message, "__connect.errors.exception.stacktrace": stacktrace,
				"order_sink.timestamp_ms": "", "__connect.errors.topic": "", "__connect.errors.partition": "", "__connect.errors.offset": "",
			} {
				assert.Contains(t, got, name)
				assert.Equal(t, want, got[name], "header %s", name)
			}
		})
	}
}

// A message that was not decoded has no metadata with its bytes. Its content is the value.
func TestADeadLetterOfAMessageThatWasNotDecoded(t *testing.T) {
	t.Parallel()
	r, _ := sent(t, "as received", errors.New("EOF"), nil)
	require.Equal(t, "as received", string(r.Value))
}

// A message that is a dead letter of a user's mapping does not change.
func TestADeadLetterOfAMappingStaysAsItIs(t *testing.T) {
	const oldKey = " key" // metadata of the first mapping that was shipped
	for name, metadata := range map[string]map[string]any{
		"with the key in an object": {" ": map[string]any{"key": "k"}, "order_sink.code": "own_code", "order_sink.stage": "own", "h": "1", "kafka_topic": "a header"},
		"with a key of its own":     {oldKey: "k", "order_sink.code": "own_code", "order_sink.stage": "own", "h": "1"},
		"no dead letter":            {" ": map[string]any{"key": "k"}, "h": "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := map[string]string{}
			for name, value := range metadata {
				if text, is := value.(string); is {
					want[name] = text
				}
			}
			r, got := sent(t, "as the mapping made it", errors.New("row_null: qty: null"), metadata)
			require.Equal(t, "as the mapping made it", string(r.Value))
			require.Equal(t, want, got, "the headers")
		})
	}
}
