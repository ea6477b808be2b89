package kafka

import (
	"context"
	"errors"
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

func TestAHeaderDoesNotStandForAMissingTimestamp(t *testing.T) {
	b := &batch{records: []*kgo.Record{{Topic: "orders", Timestamp: time.UnixMilli(-1), Headers: []kgo.RecordHeader{{Key: "kafka_timestamp_ms", Value: []byte("9")}}}}}
	if ms, _ := messages(b)[0].MetaGetMut("kafka_timestamp_ms"); ms != nil {
		t.Errorf("it is %v", ms)
	}
}
