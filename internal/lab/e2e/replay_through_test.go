package e2e

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/process"
)

// `dlq replay --through` gives dead letters to the pipeline and adds nothing to the log.
// An order that has changed meanwhile keeps its row, an order that is refused again is a
// new dead letter, and no dead letter is sent twice.
func TestLettersGoThroughThePipeline(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(60) NOT NULL")
		w.startReady()
		g := orders.NewGenerator(15)
		changed, other := g.Order(), g.Order()
		changed.UserID, other.UserID = strings.Repeat("u", 61), strings.Repeat("u", 61)
		broken := g.BrokenRule()
		broken.Key = []byte("of the broken one")
		w.produce(orders.Good(changed), orders.Good(other), broken)
		w.awaitCommitted()
		changed.UserID, changed.Quantity = "short", changed.Quantity+1
		changed.TotalPrice = changed.Quantity * changed.UnitPrice
		w.produce(orders.Good(changed))
		w.awaitRows(1)
		w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(255) NOT NULL")

		if out := w.dlq(0, "replay", "--through", "pipelines/orders.yaml", "--all", "--dry-run"); strings.Count(out, "  pipelines/orders.yaml\n") != 3 || !strings.Contains(out, "3 dead letters would be sent; nothing was") {
			t.Errorf("a rehearsal says %s", out)
		}
		if rows := w.rows("SELECT order_id FROM orders"); len(rows) != 1 || len(w.deadLetters()) != 3 {
			t.Errorf("a rehearsal left %d rows and %d records of letters", len(rows), len(w.deadLetters()))
		}
		if out := w.dlq(0, "replay", "--through", "pipelines/orders.yaml", "--all", "--yes", "3"); !strings.HasSuffix(out, "3 of 3 dead letters replayed\n") {
			t.Errorf("it says %s", out)
		}
		want := []string{
			fmt.Sprint(changed.OrderID, " short ", changed.Quantity),
			fmt.Sprint(other.OrderID, " ", other.UserID, " ", other.Quantity),
		}
		slices.Sort(want)
		if rows := w.rows("SELECT order_id, user_id, qty FROM orders ORDER BY 1"); !slices.Equal(rows, want) {
			t.Errorf("stored %q, expected %q", rows, want)
		}
		if n := len(w.read(w.topic)); n != 4 {
			t.Errorf("the log has %d records, expected the 4 that were sent", n)
		}
		// 3 dead letters, 3 marks, and the new dead letter, of the same record of the log.
		letters := w.deadLetters()
		if len(letters) != 7 {
			t.Fatalf("%d records of dead letters, expected 7", len(letters))
		}
		var places []string
		for _, l := range letters {
			if bytes.Equal(l.Value, broken.Value) {
				places = append(places, string(l.Key)+" "+header(l, "__connect.errors.topic")+"/"+header(l, "__connect.errors.partition")+"/"+header(l, "__connect.errors.offset")+" "+header(l, "order_sink.timestamp_ms"))
			}
		}
		if len(places) != 2 || places[0] != places[1] || !strings.HasPrefix(places[0], "of the broken one "+w.topic+"/") {
			t.Errorf("the letters of the order that was refused again name it as %q", places)
		}
		if out := w.dlq(0, "list", "--letters"); strings.Count(out, "order_range") != 1 || strings.Contains(out, "row_too_long") {
			t.Errorf("open are %s", out)
		}
	})
}

// The command retries while the database is away, until it is interrupted. Then every
// dead letter is still open, and the next run stores the orders.
func TestAnInterruptedPassLosesNothing(t *testing.T) {
	t.Parallel()
	// More than one batch of a replay, and fewer than the min_count of
	// dead_letter_limit: the sink does not stop for them, in whatever order it
	// reads the partitions.
	const n = 900
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Private(t))
	w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(60) NOT NULL")
	s := w.startReady()
	g := orders.NewGenerator(16)
	messages := []orders.Message{g.Good()}
	for range n {
		messages = append(messages, g.TooLong(60))
	}
	w.produce(messages...)
	w.awaitCommitted()
	w.awaitRows(1)
	w.must(s.Kill())
	w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(255) NOT NULL")
	w.must(w.server.Kill())

	cmd := w.dlqCommand("replay", "--through", "pipelines/orders.yaml", "--code", "row_too_long", "--yes", fmt.Sprint(n))
	said := ordersinktest.NewLog(t)
	cmd.Stdout, cmd.Stderr = said, said
	child, err := process.Start(cmd)
	w.must(err)
	w.eventually("it says that it waits", func(context.Context) error {
		if !strings.Contains(said.String(), "waiting for MariaDB since") {
			return fmt.Errorf("it says %s", said)
		}
		return nil
	})
	w.must(child.Signal(syscall.SIGINT))
	<-child.Done()
	if text := said.String(); child.Err() == nil || !strings.Contains(text, "interrupted: run it again for the rest") || !strings.Contains(text, fmt.Sprintf("0 of %d dead letters replayed", n)) {
		t.Errorf("it ended with %v and said %s", child.Err(), text)
	}
	w.must(w.server.Start(t.Context()))
	w.dlq(0, "replay", "--through", "pipelines/orders.yaml", "--code", "row_too_long", "--yes", fmt.Sprint(n))
	if rows := w.rows("SELECT COUNT(*) FROM orders"); rows[0] != fmt.Sprint(n+1) {
		t.Errorf("%s rows, expected %d", rows[0], n+1)
	}
	w.dlq(3, "list", "--code", "row_too_long")
}
