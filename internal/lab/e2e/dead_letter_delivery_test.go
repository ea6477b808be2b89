package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// The topic takes each of these dead letters alone, but not all of them in one request.
func TestLettersThatDoNotFitTogether(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		const n = 900 // fewer than dead_letter_limit's min_count
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.spread(1, n, func() orders.Message { return noise(3000) })
		s := w.startReady()
		w.eventually("all dead letters are delivered", func(context.Context) error {
			if sent := w.metric(s, "dead_letter_send_total"); sent != n {
				return fmt.Errorf("%v of %d", sent, n)
			}
			return nil
		})
		// What was taken of a batch before it failed as a whole comes once more.
		if letters, records := w.distinct(); records != n || letters > 2*n {
			t.Errorf("%d dead letters of %d records, expected %d", letters, records, n)
		}
	})
}

// The sink retries a dead letter that the topic does not take. It sends the other dead
// letters once or twice, and not again with each retry.
func TestADeadLetterThatIsNotAcceptedWaitsAlone(t *testing.T) {
	t.Parallel()
	b := kafkatest.InMemory(t)
	w := newWorld(t, b, mariadbtest.Shared(t))
	w.deadLetterTopic = w.topic + "-letters"
	w.must(b.CreateTopic(t.Context(), w.deadLetterTopic, 4, map[string]string{"max.message.bytes": "4000"}))
	n := 0
	w.spread(1, 21, func() orders.Message {
		n++
		m := noise(50)
		if n == 10 {
			m = noise(9000)
		}
		m.Key = fmt.Append(nil, "key ", n)
		return m
	})
	s := w.startReady()
	waits := func(atLeast float64) {
		t.Helper()
		w.eventually("it has waited", func(ctx context.Context) error {
			body, _, err := s.Get(ctx, "/orders/ready")
			if n := w.metric(s, "dead_letter_send_waits_total"); err != nil || n < atLeast || !strings.Contains(body, "waiting to deliver 1 dead letters") {
				return fmt.Errorf("%v times; %s, %w", n, body, err)
			}
			return nil
		})
	}
	waits(1)
	letters, records := w.distinct()
	if records != 20 || letters > 2*20 {
		t.Errorf("%d dead letters of %d records, expected those of 20", letters, records)
	}
	waits(w.metric(s, "dead_letter_send_waits_total") + 3)
	if again, _ := w.distinct(); again != letters {
		t.Errorf("while one waited, %d dead letters became %d", letters, again)
	}
	limit := "20000"
	_, err := kadm.NewClient(kafkatest.Client(t, b)).AlterTopicConfigs(t.Context(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "max.message.bytes", Value: &limit}}, w.deadLetterTopic)
	w.must(err)
	w.awaitCommitted()
	if again, records := w.distinct(); records != 21 || again != letters+1 {
		t.Errorf("%d dead letters of %d records, expected %d of 21", again, records, letters+1)
	}
}

// A sink that stops while its dead letters wait acknowledges none of their records. The
// next sink sends the dead letters. Meanwhile the other rows are stored, and /ready and
// the metrics name what waits.
func TestAStopWhileLettersWait(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.deadLetterTopic = w.topic + "-letters" // not there yet
		g := orders.NewGenerator(35)
		w.spread(1, 1, g.BrokenRule)
		w.spread(1, 100, g.Good)
		s := w.startReady()
		w.awaitRows(100)
		w.eventually("/orders/ready says what waits", func(ctx context.Context) error {
			body, status, err := s.Get(ctx, "/orders/ready")
			if err == nil && (status != http.StatusServiceUnavailable || !strings.Contains(body, "waiting to deliver 1 dead letters since") || strings.Contains(body, "for MariaDB")) {
				err = fmt.Errorf("%d: %s", status, body)
			}
			return err
		})
		w.awaitState(s, "waiting")
		if n := w.metric(s, "mariadb_upsert_waits_total", "cause", "dead_letter"); n < 1 {
			t.Errorf("%v waits for the dead letter are counted", n)
		}
		w.must(s.Signal(syscall.SIGTERM))
		_ = w.awaitEnd(s)
		w.must(b.CreateTopic(t.Context(), w.deadLetterTopic, 1, nil))
		s = w.startReady()
		w.awaitCommitted()
		w.awaitState(s, "running")
		report := w.check(checker.Config{Exactly: true})
		if report.Rows != 100 || report.DeadLetters != 1 || len(w.deadLetters()) != 1 {
			t.Errorf("%d rows and %d dead letters, expected 100 and 1; the topic has %d", report.Rows, report.DeadLetters, len(w.deadLetters()))
		}
	})
}
