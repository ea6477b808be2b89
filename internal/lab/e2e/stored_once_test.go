package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// A table without a key of the producer has one row for every message, also for equal
// messages, however often the log is read.
func TestEveryMessageIsARowOnce(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.must(mariadb.RunFile(t.Context(), w.tables, filepath.Join(ordersinktest.Root(t), "config", "messages.sql")))
		w.grant("order_messages")
		g := orders.NewGenerator(14)
		order := g.Order()
		messages := []orders.Message{orders.Good(order), orders.Good(order), g.BrokenRule(), g.NotJSON()}
		for range 496 {
			messages = append(messages, g.Good())
		}
		w.produce(messages...)

		var log []string
		for _, r := range w.read(w.topic) {
			if string(r.Value) != string(messages[3].Value) {
				log = append(log, fmt.Sprintf("%s %d %d %d", r.Topic, r.Partition, r.Offset, r.Timestamp.UnixMilli()))
			}
		}
		slices.Sort(log)
		const stored = "SELECT kafka_topic, kafka_partition, kafka_offset, kafka_timestamp_ms FROM order_messages"
		var before []string
		for turn := range 2 {
			s := w.startReady("pipelines/messages.yaml")
			w.awaitGroup(w.topic + "-messages")
			rows := w.rows(stored)
			slices.Sort(rows)
			if !slices.Equal(rows, log) {
				t.Errorf("turn %d: %d rows are not the %d messages", turn, len(rows), len(log))
			}
			all := w.rows("SELECT * FROM order_messages ORDER BY kafka_partition, kafka_offset")
			if turn == 1 && !slices.Equal(all, before) {
				t.Error("read again, the log changed rows")
			}
			before = all
			w.must(s.Stop(30 * time.Second))
			w.forgetGroup(w.topic + "-messages")
		}
		if twice := w.rows("SELECT COUNT(*), COUNT(DISTINCT order_id) FROM order_messages WHERE order_id = '" + order.OrderID + "'"); twice[0] != "2 1" {
			t.Errorf("an order sent twice has %s rows and ids, expected 2 and 1", twice[0])
		}
	})
}

// forgetGroup deletes the offsets of a group without members.
func (w *world) forgetGroup(group string) {
	w.t.Helper()
	admin := kadm.NewClient(kafkatest.Client(w.t, w.broker))
	w.eventually("the group is deleted", func(ctx context.Context) error {
		answers, err := admin.DeleteGroups(ctx, group)
		if err == nil {
			err = answers.Error()
		}
		return err
	})
}

// The same orders sent again change nothing, not even updated_at (invariant 4).
func TestTheSeedsOrdersAreStoredOnce(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.startReady()

		var seed []orders.Message
		for _, order := range orders.Seed() {
			seed = append(seed, orders.Good(order))
		}
		w.produce(seed...)
		report := w.check(checker.Config{})
		if report.Rows != 3 || report.DeadLetters != 0 {
			t.Fatalf("three orders gave %d rows and %d dead letters", report.Rows, report.DeadLetters)
		}
		const stored = "SELECT order_id, user_id, product_id, qty, unit_price, total_price, created_at, updated_at FROM orders ORDER BY order_id"
		first := w.rows(stored)

		w.produce(seed...)
		w.awaitCommitted()
		if again := w.rows(stored); !slices.Equal(first, again) {
			t.Errorf("the same orders sent again changed the table, updated_at included:\n%s\nbecame\n%s",
				strings.Join(first, "\n"), strings.Join(again, "\n"))
		}
		w.check(checker.Config{Exactly: true})
	})
}
