package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// Of 4,000 orders 50 can never be rows, 10 in each of five ways. The other orders of
// their batches are stored (invariant 2).
func TestExactlyTheRefusableOrdersBecomeDeadLetters(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		const userIDColumn = 100
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.exec(fmt.Sprintf("ALTER TABLE orders MODIFY user_id VARCHAR(%d) NOT NULL", userIDColumn))
		w.startReady()

		g := orders.NewGenerator(1)
		messages := make([]orders.Message, 4000)
		for i := range messages {
			switch i % 400 { // spread: each batch has good and bad ones
			case 50:
				messages[i] = g.NotJSON()
			case 120:
				messages[i] = g.NoSchema()
			case 121:
				messages[i] = g.WrongType()
			case 230:
				messages[i] = g.BrokenRule()
			case 399:
				messages[i] = g.TooLong(userIDColumn)
			default:
				messages[i] = g.Good()
			}
		}
		w.produce(messages...)
		report := w.check(checker.Config{Oracle: checker.SeedOracle(userIDColumn), Exactly: true})
		if report.Rows != 3950 || report.DeadLetters != 50 {
			t.Errorf("3,950 good and 50 refusable orders gave %d rows and %d dead letters", report.Rows, report.DeadLetters)
		}
		codes := map[string]int{}
		for _, letter := range w.deadLetters() {
			codes[header(letter, "order_sink.code")]++
		}
		for _, code := range []string{"bad_json", "bad_envelope", "type_mismatch", "order_range", "row_too_long"} {
			if codes[code] != 10 {
				t.Errorf("%d dead letters say %s, expected 10: %v", codes[code], code, codes)
			}
		}
	})
}

// A sink that dead_letter_limit has stopped reports the reason until it gets the signal,
// however many partitions have refusals. After the signal it lets one batch of refusals
// pass, although other partitions have good orders.
func TestAStoppedSinkSaysWhyUntilItIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	g := orders.NewGenerator(19)
	w.spread(3, 1500, g.BrokenRule)
	s := w.startReady()
	w.awaitState(s, "stopped")
	w.awaitAnswer(s, "/orders/ready", http.StatusServiceUnavailable, "stopped since")
	before := w.metric(s, "mariadb_upsert_waits_total")
	w.eventually("all of them have tried again", func(ctx context.Context) error {
		body, status, err := s.Get(ctx, "/orders/ready")
		w.must(err)
		if status != http.StatusServiceUnavailable || !strings.Contains(body, "stopped since") || !strings.Contains(body, "order_range") {
			t.Fatalf("/orders/ready answered %d: %s", status, body)
		}
		if n := w.metric(s, "mariadb_upsert_waits_total") - before; n < 15 {
			return fmt.Errorf("%v times", n)
		}
		return nil
	})
	letters, _ := w.distinct()
	w.spread(4, 3, g.Good) // those of the last partition are first in it
	w.must(s.Signal(syscall.SIGUSR1))
	w.eventually("a batch of dead letters is released", func(context.Context) error {
		if now, _ := w.distinct(); now == letters {
			return fmt.Errorf("there are %d", now)
		}
		return nil
	})
}
