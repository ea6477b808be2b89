package workload

import (
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
)

// The Avro orders are the orders of the workload insert, in the same places.
func TestAvroOrders(t *testing.T) {
	const n = 1000
	avro, json := AvroOrders(n), Insert(n, 4)
	var want []checker.Row
	for e := range json.Sequence.Entries() {
		want = append(want, json.Oracle()(&kgo.Record{Value: e.Message.Value}).Row)
	}
	i := 0
	for e := range avro.Sequence.Entries() {
		value := append(WireHeader(7), e.Message.Value...)
		if got := avro.Oracle()(&kgo.Record{Value: value}); got.Err != nil || !slices.Equal(got.Row, want[i]) {
			t.Fatalf("order %d is %+v, expected %q", i, got, want[i])
		}
		if got := avro.Oracle()(&kgo.Record{Value: value[:len(value)-1]}); got.Err == nil {
			t.Fatalf("order %d without its last byte is %+v", i, got)
		}
		i++
	}
	if i != n || string(WireHeader(258)) != "\x00\x00\x00\x01\x02" {
		t.Errorf("%d orders; the header of 258 is %x", i, WireHeader(258))
	}
}
