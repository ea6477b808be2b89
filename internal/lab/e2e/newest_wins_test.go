package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// In any unit of the producer's timestamps the newest order wins, or the order becomes a
// dead letter with the reason. An older order never wins.
func TestTimestampsOfAnyUnit(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.topic += "-any-time"
		if err := b.CreateTopic(t.Context(), w.topic, 1, kafka.AnyTimestamp); err != nil {
			t.Fatal(err)
		}
		rows, takes := w.sendOfAnyUnit()
		w.startReady("pipelines/orders.yaml", "pipelines/replay.yaml")
		w.awaitCommitted()
		got := w.rows("SELECT order_id, qty, kafka_timestamp_ms FROM orders")
		slices.Sort(got)
		if slices.Sort(rows); !slices.Equal(got, rows) {
			t.Errorf("stored %q, expected %q", got, rows)
		}

		// Two dead letters because of the timestamp, if the broker accepts both records. Then
		// the broken orders: replay.yaml sends the one with milliseconds again, and the sink
		// refuses it again.
		const sentence = "row_missing: kafka_timestamp_ms: the record has no timestamp that order-sink can read (none, or not in milliseconds or microseconds)"
		expected := []string{
			"row_missing at \"\": " + sentence,
			"order_range at \"1795784212612000\"",
			"order_range at \"1795784212612\"",
			"order_range at \"1795784212612\"",
		}
		if takes {
			expected = append(expected, expected[0])
		}
		slices.Sort(expected)
		w.eventually("the dead letters are there", func(context.Context) error {
			if got := timestampsOf(w.deadLetters()); !slices.Equal(got, expected) {
				return fmt.Errorf("got\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(expected, "\n"))
			}
			return nil
		})
		w.awaitGroup(w.topic)
	})
}

// sendOfAnyUnit sends older and newer orders with timestamps of several units. It
// returns the rows of the newest orders, and whether the broker takes timestamps below
// zero.
func (w *world) sendOfAnyUnit() (rows []string, takes bool) {
	w.t.Helper()
	g := orders.NewGenerator(40)
	takes = true
	send := func(at int64, m orders.Message) {
		w.t.Helper()
		err := kafka.ProduceAt(w.t.Context(), w.broker, w.topic, 0, at, nil, m.Value)
		if at < 0 && errors.Is(err, kerr.InvalidTimestamp) {
			takes = false
		} else {
			w.must(err)
		}
	}
	for _, at := range [][2]int64{{1795780612612, 1795784212612}, {1795780612612000, 1795784212612000}} {
		o := g.Order()
		newer := o
		newer.Quantity++
		newer.TotalPrice = newer.Quantity * newer.UnitPrice
		send(at[0], orders.Good(o))
		send(at[1], orders.Good(newer))
		send(at[0], orders.Good(o))
		rows = append(rows, fmt.Sprintf("%s %d %d", o.OrderID, newer.Quantity, at[1]))
	}
	send(1795784212612000000, g.Good()) // nanoseconds
	send(-1, g.Good())                  // none
	send(1795784212612000, g.BrokenRule())
	send(1795784212612, g.BrokenRule())
	return rows, takes
}

// timestampsOf returns the code and the timestamp of each dead letter, and the message
// of a missing timestamp.
func timestampsOf(letters []*kgo.Record) (texts []string) {
	for _, l := range letters {
		code := header(l, "order_sink.code")
		if code == "" {
			continue // a mark
		}
		text := fmt.Sprintf("%s at %q", code, header(l, "order_sink.timestamp_ms"))
		if code == "row_missing" {
			text += ": " + header(l, "__connect.errors.exception.message")
		}
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return texts
}

// A header of the producer cannot replace the timestamp of the record.
func TestAHeaderIsNoVersion(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.startReady()
		g := orders.NewGenerator(20)
		o := g.Order()
		hidden := orders.Good(o)
		hidden.Headers = []kgo.RecordHeader{{Key: "kafka_timestamp_ms", Value: []byte("9000000000000")}}
		w.produce(hidden)
		w.awaitRows(1)
		if at := w.rows("SELECT ABS(kafka_timestamp_ms - UNIX_TIMESTAMP() * 1000) < 600000 FROM orders"); at[0] != "1" {
			t.Error("the header became the version")
		}
		o.Quantity, o.TotalPrice = o.Quantity+1, o.TotalPrice+o.UnitPrice
		w.produce(orders.Good(o))
		w.awaitCommitted()
		if got := w.rows("SELECT qty FROM orders"); len(got) != 1 || got[0] != fmt.Sprint(o.Quantity) {
			t.Errorf("the newer order is not there: %v", got)
		}
		if letters := w.deadLetters(); len(letters) != 0 {
			t.Errorf("%d dead letters", len(letters))
		}
	})
}
