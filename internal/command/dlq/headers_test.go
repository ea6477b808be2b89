package dlq

import (
	"bytes"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// A replay to the topic sends the producer's headers as the dead letter has them, in
// their order, repetitions, nulls and unusual names included. It sends no header of the
// sink.
func TestAReplayKeepsTheProducersHeaders(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		g := orders.NewGenerator(29)
		r := refusal{Message: g.Good(), at: 3, code: "order_range", field: "qty"}
		r.Key = []byte{0, 0xff}
		r.Headers = []kgo.RecordHeader{
			{Key: "z", Value: []byte("1")}, {Key: "a", Value: []byte("2")}, {Key: "z", Value: []byte("3")}, {Key: "z", Value: []byte("1")},
			{Key: "null"}, {Key: "empty", Value: []byte{}}, {Key: "", Value: []byte("no name")}, {Key: " key", Value: []byte{0xff}},
			{Key: "kafka_key", Value: []byte("k")}, {Key: "order_sink.custom", Value: []byte("o")}, {Key: "__connect.errors.custom", Value: []byte("c")},
		}
		u.refuse(r)
		u.expect(0, "replay", "--all", "--yes", "1")
		log := u.read(u.log)
		if len(log) != 1 {
			t.Fatalf("%d records", len(log))
		}
		got := log[0]
		if !bytes.Equal(got.Key, r.Key) || !bytes.Equal(got.Value, r.Value) || got.Partition != 1 {
			t.Errorf("sent was key %q, value %q to partition %d", got.Key, got.Value, got.Partition)
		}
		want := append(slices.Clone(r.Headers), kgo.RecordHeader{Key: "order_sink.replayed_from", Value: []byte(u.deadLetters + "/0/0")})
		if len(got.Headers) != len(want) {
			t.Fatalf("sent were the headers %q, expected %q", got.Headers, want)
		}
		for i, h := range want {
			if is := got.Headers[i]; is.Key != h.Key || !bytes.Equal(is.Value, h.Value) || (is.Value == nil) != (h.Value == nil) {
				t.Errorf("header %d is %q = %q (null: %v), expected %q = %q", i, is.Key, is.Value, is.Value == nil, h.Key, h.Value)
			}
		}
	})
}
