package kafka

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// The number goes on as it is in the log. A record without one that can be read has
// none, whatever a header of that name says.
func TestTheTimestampIsThatOfTheLog(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1) + "-any-time"
		require.NoError(t, b.CreateTopic(t.Context(), topic, 1, kafka.AnyTimestamp))
		var expected []any
		for _, ms := range []int64{1795784212612, 1795784212612000, -1, 0, 9223372036855, 1795784212612000000, 1795784212613} {
			err := kafka.ProduceAt(t.Context(), b, topic, 0, ms, nil, []byte("an order"))
			switch {
			case err != nil:
				require.ErrorIs(t, err, kerr.InvalidTimestamp)
				t.Logf("the broker refuses %d: %v", ms, err)
			case ms < 0 || ms > record.MaxTimestamp:
				expected = append(expected, nil)
			default:
				expected = append(expected, ms)
			}
		}
		require.GreaterOrEqual(t, len(expected), 5, "the records that the broker has taken")
		got := make(chan any, 10)
		r := &reading{}
		r.run(t, func(builder *service.StreamBuilder) error {
			return errors.Join(builder.AddInputYAML(open(b, topic, "")), builder.AddConsumerFunc(func(_ context.Context, m *service.Message) error {
				ms, found := m.MetaGetMut("kafka_timestamp_ms")
				if !found {
					return errors.New("there is no such metadata")
				}
				got <- ms
				return nil
			}))
		})
		for i, want := range expected {
			assert.Equal(t, want, <-got, "record %d", i)
		}
	})
}

func TestMetadataIsTheRecordsOwn(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 3)
	produce(t, b, &kgo.Record{Topic: topic, Partition: 2, Key: []byte("k"), Value: []byte("v"), Timestamp: time.UnixMilli(1709210096789),
		Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte("one")}, {Key: "trace", Value: []byte("two")}, {Key: "none"}, {Key: "kafka_timestamp_ms", Value: []byte("9")}}})
	produce(t, b, &kgo.Record{Topic: topic, Partition: 2})
	got := make(chan map[string]any, 2)
	r := &reading{}
	r.run(t, func(builder *service.StreamBuilder) error {
		return errors.Join(builder.AddInputYAML(open(b, topic, "")), builder.AddConsumerFunc(func(_ context.Context, m *service.Message) error {
			metadata := map[string]any{}
			err := m.MetaWalkMut(func(key string, value any) error { metadata[key] = value; return nil })
			got <- metadata
			return err
		}))
	})
	expected := map[string]any{
		"kafka_key": []byte("k"), "kafka_topic": topic, "kafka_partition": 2, "kafka_offset": 0, "kafka_timestamp_ms": int64(1709210096789),
		"kafka_tombstone_message": false, "kafka_batch": "", "trace": "two", "none": nil,
		// Only since a header has the name of other metadata.
		"kafka_headers": map[string]any{"trace": "two", "none": nil, "kafka_timestamp_ms": "9"},
	}
	require.Equal(t, fmt.Sprint(expected), fmt.Sprint(<-got))
	tombstone := <-got
	require.Equal(t, []byte(nil), tombstone["kafka_key"])
	require.Equal(t, true, tombstone["kafka_tombstone_message"])
	require.Equal(t, 1, tombstone["kafka_offset"])
}

func TestAHeaderDoesNotReplaceAMissingTimestamp(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	produce(t, b, &kgo.Record{Topic: topic, Timestamp: time.UnixMilli(-1), Headers: []kgo.RecordHeader{{Key: "kafka_timestamp_ms", Value: []byte("9")}}})
	next := batches(t, open(b, topic, ""))
	batch, _ := next()
	ms, found := batch[0].MetaGetMut("kafka_timestamp_ms")
	require.True(t, found)
	require.Equal(t, nil, ms)
}

// Each message of a batch behind another has the ticket, since a processor may drop any of
// them.
func TestEachMessageOfABatchBehindAnotherHasTheTicket(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	produce(t, b, numbered(topic, 0, 0, 6)...)
	next := batches(t, open(b, topic, "max_batch_records: 2\n"))
	ticket := func(batch service.MessageBatch, messages int) (ticket record.Ticket) {
		t.Helper()
		for n, m := range batch {
			value, found := m.MetaGetImmut(record.Batch)
			assert.Equal(t, n < messages, found, "message %d of a batch has a ticket", n)
			if !found {
				continue
			}
			if n > 0 {
				assert.True(t, value == ticket, "message %d of a batch has the ticket %v, expected the same in %d", n, value, messages)
			}
			ticket = value.(record.Ticket)
		}
		ticket.Arrived("A", len(batch)) // so that the next batch may come
		return ticket
	}
	batch, acknowledge := next()
	ticket(batch, 1).Passed("A", 2)
	require.NoError(t, acknowledge(t.Context(), nil))
	batch, _ = next()
	ticket(batch, 1)
	batch, _ = next()
	ticket(batch, 2)
}
