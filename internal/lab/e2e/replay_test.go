package e2e

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// A dead letter is sent again after its cause is repaired. An order that has changed
// meanwhile keeps its row, and the other order is stored.
func TestAReplayNeverOverwritesANewerOrder(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for name, replay := range map[string]func(w *world){
			"by order-sink dlq replay": func(w *world) {
				if out := w.dlq(0, "replay", "--all", "--yes", "2"); !strings.Contains(out, "2 dead letters") {
					w.t.Errorf("it says %s", out)
				}
			},
			"by replay.yaml": func(w *world) { w.start("pipelines/replay.yaml") },
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				replayNewer(t, newWorld(t, b, mariadbtest.Shared(t)), replay)
			})
		}
	})
}

// replayNewer sends two dead letters again. The table has a newer version of the first one.
func replayNewer(t *testing.T, w *world, replay func(w *world)) {
	t.Helper()
	w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(60) NOT NULL")
	s := w.startReady()
	changed, other, sent := w.refuseAndChange()

	w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(255) NOT NULL")
	replay(w)
	w.awaitRows(2)
	w.eventually("both are sent again", func(context.Context) error {
		if n := w.metric(s, "mariadb_upsert_replayed_total"); n != 2 {
			return fmt.Errorf("%v", n)
		}
		return nil
	})
	w.awaitCommitted()
	want := map[string]string{
		changed.OrderID: fmt.Sprint(changed.OrderID, " short ", changed.Quantity), other.OrderID: fmt.Sprint(other.OrderID, " ", other.UserID, " ", other.Quantity),
	}
	for _, row := range w.rows("SELECT order_id, user_id, qty FROM orders") {
		if id, _, _ := strings.Cut(row, " "); want[id] != row {
			t.Errorf("stored %q, expected %q", row, want[id])
		}
	}
	if stale := w.metric(s, "mariadb_upsert_rows_total", "label", "orders_table", "outcome", "stale"); stale != 1 {
		t.Errorf("%v stale orders were counted, expected 1", stale)
	}
	w.sentAgainAsItWas(sent...)

	// Either replay sends a dead letter once.
	if out := w.dlq(3, "replay", "--all", "--dry-run"); !strings.Contains(out, "no open dead letter matches; 2 that do were replayed before") {
		t.Errorf("a second replay would send them again: %s", out)
	}
}

// refuseAndChange sends two orders that the table refuses, and then a newer version of
// the first order, which the table takes.
func (w *world) refuseAndChange() (changed, other orders.Order, refused []orders.Message) {
	w.t.Helper()
	g := orders.NewGenerator(12)
	changed, other = g.Order(), g.Order()
	changed.UserID, other.UserID = strings.Repeat("u", 61), strings.Repeat("u", 61)
	for i, o := range []orders.Order{changed, other} {
		m := orders.Good(o)
		m.Key = []byte{byte(i)}
		m.Headers = []kgo.RecordHeader{{Key: "traceparent", Value: []byte{0, 1, 0xff}}}
		refused = append(refused, m)
	}
	w.produce(refused...)
	w.awaitCommitted()
	changed.UserID, changed.Quantity = "short", changed.Quantity+1
	changed.TotalPrice = changed.Quantity * changed.UnitPrice
	w.produce(orders.Good(changed))
	w.awaitRows(1)
	return changed, other, refused
}

// sentAgainAsItWas asserts that the partition has each record twice, with the same key,
// bytes and timestamp. The second record has a header that names the dead letter.
func (w *world) sentAgainAsItWas(messages ...orders.Message) {
	w.t.Helper()
	log := w.read(w.topic)
	for _, m := range messages {
		var found []*kgo.Record
		for _, r := range log {
			if bytes.Equal(r.Key, m.Key) && bytes.Equal(r.Value, m.Value) {
				found = append(found, r)
			}
		}
		if len(found) != 2 || found[0].Partition != found[1].Partition || !found[0].Timestamp.Equal(found[1].Timestamp) {
			w.t.Fatalf("the log has %v", found)
		}
		again := found[1]
		if len(again.Headers) != 2 || header(again, "traceparent") != string(m.Headers[0].Value) || !strings.HasPrefix(header(again, "order_sink.replayed_from"), w.deadLetterTopic+"/0/") {
			w.t.Errorf("it was sent again with the headers %q", again.Headers)
		}
	}
}

// replay.yaml sends a record again once. If the sink refuses the record again, a person
// decides.
func TestAReplayedOrderThatIsRefusedAgainRemainsADeadLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.startReady("pipelines/orders.yaml", "pipelines/replay.yaml")
	g := orders.NewGenerator(13)
	w.produce(g.BrokenRule(), g.Good(), g.NotJSON())
	w.eventually("each is a dead letter twice", func(context.Context) error {
		n := 0
		for _, l := range w.deadLetters() {
			if header(l, "order_sink.code") != "" {
				n++
			}
		}
		if n != 4 {
			return fmt.Errorf("%v dead letters", n)
		}
		return nil
	})
	w.awaitCommitted()
	w.produce(g.Good())
	w.awaitRows(2)
	report := w.check(checker.Config{})
	// Each refusable order, the same order sent again, and a dead letter of each; 2 marks.
	if report.Records != 6 || report.DeadLetters != 4 || len(w.deadLetters()) != 6 {
		t.Errorf("%d records, %d dead letters among %d records of their topic", report.Records, report.DeadLetters, len(w.deadLetters()))
	}
}

// A dead letter that cannot be sent again does not delay the others.
func TestADeadLetterThatCannotReturnDelaysNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	client, err := kgo.NewClient(kgo.SeedBrokers(w.broker.Seeds()...))
	w.must(err)
	defer client.Close()
	g := orders.NewGenerator(23)
	send := func(partition string, m orders.Message) {
		w.must(client.ProduceSync(t.Context(), &kgo.Record{Topic: w.deadLetterTopic, Value: m.Value, Headers: []kgo.RecordHeader{
			{Key: "order_sink.code", Value: []byte("order_range")},
			{Key: "__connect.errors.topic", Value: []byte(w.topic)},
			{Key: "__connect.errors.partition", Value: []byte(partition)},
			{Key: "__connect.errors.offset", Value: []byte("0")},
		}}).FirstErr())
	}
	good := g.Good()
	send("", g.Good())
	send("99", g.Good()) // there are 4
	send("1", good)
	s := w.start("pipelines/replay.yaml")
	w.eventually("one dead letter waits", func(ctx context.Context) error {
		body, _, err := s.Get(ctx, "/replay/ready")
		if err != nil {
			return err
		}
		if n := w.metric(s, "dead_letter_send_waits_total", "label", "origin"); n < 3 || !strings.Contains(body, "waiting to deliver 1 dead letters since") {
			return fmt.Errorf("%v times; %s", n, body)
		}
		return nil
	})
	// Once with its neighbour, perhaps, and once alone; not with each try.
	log := w.read(w.topic)
	if len(log) == 0 || len(log) > 2 {
		t.Errorf("the log has %d records, expected the dead letter of partition 1", len(log))
	}
	for _, r := range log {
		if !bytes.Equal(r.Value, good.Value) || r.Partition != 1 {
			t.Errorf("partition %d has %s", r.Partition, r.Value)
		}
	}
}
