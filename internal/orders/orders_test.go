package orders

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

func TestTheFirstOrderIsWrittenAsItsProducerDoes(t *testing.T) {
	o := Seed()[0]
	o.UserID = "…"
	const expected = `{"schema":{"type":"struct","fields":[{"type":"string","optional":true,"field":"order_id"},{"type":"string","optional":true,"field":"user_id"},{"type":"string","optional":true,"field":"product_id"},{"type":"int32","optional":true,"field":"qty"},{"type":"int32","optional":true,"field":"unit_price"},{"type":"int32","optional":true,"field":"total_price"}],"optional":false,"name":"orders"},"payload":{"order_id":"77a436fd-64f9-4d35-999b-a957195f5d23","user_id":"…","product_id":"CATALOG-002","qty":1,"unit_price":6000,"total_price":6000}}`
	if got := string(o.Envelope()); got != expected {
		t.Errorf("got      %s\nexpected %s", got, expected)
	}
}

func TestStringsAreEscapedAsJacksonDoes(t *testing.T) {
	for text, expected := range map[string]string{
		"a\"b\\c/d":                 `"a\"b\\c/d"`,
		"\b\t\n\f\r":                `"\b\t\n\f\r"`,
		"\x00\x1f\x7f":              "\"\\u0000\\u001F\x7f\"",
		"<b>&'\u2028 주문 \U0001F6D2": "\"<b>&'\u2028 주문 \U0001F6D2\"",
	} {
		got := string(appendString(nil, text))
		if got != expected {
			t.Errorf("%q is written as %s, expected %s", text, got, expected)
		}
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back != text {
			t.Errorf("%s is read as %q, %v; expected %q", got, back, err, text)
		}
	}
}

func TestTheSameSeedMakesTheSameMessages(t *testing.T) {
	a, b, c := NewGenerator(7), NewGenerator(7), NewGenerator(8)
	ids := map[string]bool{}
	for range 1000 {
		o := a.Order()
		if o != b.Order() {
			t.Fatal("two generators of one seed differ")
		}
		if o.OrderID == c.Order().OrderID || ids[o.OrderID] {
			t.Fatalf("order_id %s came twice", o.OrderID)
		}
		ids[o.OrderID] = true
		if len(o.OrderID) != 36 || o.Quantity < 1 || o.UnitPrice < 1 || o.TotalPrice != o.Quantity*o.UnitPrice {
			t.Fatalf("not a good order: %+v", o)
		}
	}
}

func TestWhatIsRefusableIsSo(t *testing.T) {
	g := NewGenerator(7)
	type envelope struct {
		Schema  map[string]any
		Payload map[string]any
	}
	read := func(m Message) (e envelope) {
		t.Helper()
		if err := json.Unmarshal(m.Value, &e); err != nil {
			t.Errorf("%s: %v", m.Value, err)
		}
		return e
	}
	for range 1000 {
		if m := g.NotJSON(); json.Valid(m.Value) || m.Code != "bad_json" {
			t.Fatalf("%s: %s is JSON", m.Code, m.Value)
		}
	}
	if e := read(g.NoSchema()); e.Schema != nil || e.Payload != nil {
		t.Errorf("no schema: got an envelope, %+v", e)
	}
	if e := read(g.WrongType()); e.Payload["qty"] != "12" || e.Schema["type"] != "struct" {
		t.Errorf("wrong type: got %+v", e)
	}
	if e := read(g.BrokenRule()); e.Payload["qty"] != 0.0 {
		t.Errorf("broken rule: got %+v", e)
	}
	if e := read(g.TooLong(40)); len(e.Payload["user_id"].(string)) != 41 {
		t.Errorf("too long: got %+v", e)
	}
}

func TestProduceSendsEveryMessageWithoutAKey(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		const n = 5000
		topic := kafkatest.Topic(t, b, 4)
		g, reported := NewGenerator(7), 0
		sent, err := Produce(t.Context(), b.Seeds(), topic, times(n, g.Good), func(n int) { reported = n })
		if err != nil || sent != n || reported != n {
			t.Fatalf("sent %d, progress %d, %v; expected %d", sent, reported, err, n)
		}
		var expected, got []string
		for m := range times(n, NewGenerator(7).Good) {
			expected = append(expected, string(m.Value))
		}
		partitions := map[int32]bool{}
		for _, r := range kafkatest.Records(t, b, topic) {
			if r.Key != nil {
				t.Fatalf("key %q, expected none", r.Key)
			}
			partitions[r.Partition] = true
			got = append(got, string(r.Value))
		}
		slices.Sort(expected)
		slices.Sort(got)
		if !slices.Equal(got, expected) {
			t.Error("the records are not those that were sent")
		}
		if len(partitions) < 2 {
			t.Errorf("the records are in %d partition, expected them spread", len(partitions))
		}
	})
}

func TestProduceSaysWhatTheBrokerRefused(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	messages := []Message{{Value: []byte("fits")}, {Value: make([]byte, 2<<20)}}
	if n, err := Produce(t.Context(), b.Seeds(), topic, slices.Values(messages), nil); err == nil {
		t.Errorf("a message of 2 MB was taken: %d sent", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := Produce(ctx, b.Seeds(), topic, slices.Values(messages[:1]), nil); err == nil || n != 0 {
		t.Errorf("under a cancelled context: %d sent, %v", n, err)
	}
}

func times(n int, message func() Message) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		for range n {
			if !yield(message()) {
				return
			}
		}
	}
}
