package kafka

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
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
		if err := b.CreateTopic(t.Context(), topic, 1, kafka.AnyTimestamp); err != nil {
			t.Fatal(err)
		}
		var expected []any
		for _, ms := range []int64{1795784212612, 1795784212612000, -1, 0, 9223372036855, 1795784212612000000, 1795784212613} {
			err := kafka.ProduceAt(t.Context(), b, topic, 0, ms, nil, []byte("an order"))
			if err != nil && !errors.Is(err, kerr.InvalidTimestamp) {
				t.Fatal(err)
			}
			switch {
			case err != nil:
				t.Logf("the broker refuses %d: %v", ms, err)
			case ms < 0 || ms > record.MaxTimestamp:
				expected = append(expected, nil)
			default:
				expected = append(expected, ms)
			}
		}
		if len(expected) < 5 {
			t.Fatalf("the broker has taken %d records only", len(expected))
		}
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
			if ms := <-got; ms != want {
				t.Errorf("record %d: %v (%T), expected %v", i, ms, ms, want)
			}
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
	if m := <-got; fmt.Sprint(m) != fmt.Sprint(expected) {
		t.Errorf("got      %v\nexpected %v", m, expected)
	}
	m := <-got
	if key, ok := m["kafka_key"].([]byte); !ok || key != nil || m["kafka_tombstone_message"] != true || m["kafka_offset"] != 1 {
		t.Errorf("the tombstone's metadata are %v", m)
	}
}

func TestAHeaderDoesNotReplaceAMissingTimestamp(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	produce(t, b, &kgo.Record{Topic: topic, Timestamp: time.UnixMilli(-1), Headers: []kgo.RecordHeader{{Key: "kafka_timestamp_ms", Value: []byte("9")}}})
	next := batches(t, open(b, topic, ""))
	batch, _ := next()
	if ms, found := batch[0].MetaGetMut("kafka_timestamp_ms"); ms != nil || !found {
		t.Errorf("it is %v, %v", ms, found)
	}
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
			if found != (n < messages) || found && n > 0 && value != ticket {
				t.Errorf("message %d of a batch has the ticket %v, expected the same in %d", n, value, messages)
			}
			if found {
				ticket = value.(record.Ticket)
			}
		}
		ticket.Arrived("A", len(batch)) // so that the next batch may come
		return ticket
	}
	batch, acknowledge := next()
	ticket(batch, 1).Passed("A", 2)
	if err := acknowledge(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	batch, _ = next()
	ticket(batch, 1)
	batch, _ = next()
	ticket(batch, 2)
}
