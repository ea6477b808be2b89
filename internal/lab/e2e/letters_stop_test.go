package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// A sink that is stopped while its dead letters wait acknowledges nothing early: the
// next one sends them. Meanwhile the other rows are stored, and both /ready and the
// metrics say what waits.
func TestAStopWhileLettersWait(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.deadLetters = w.topic + "-letters" // not there yet
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
		if n := metric(t, s, `mariadb_upsert_waits_total{cause="dead_letter"`); n < 1 {
			t.Errorf("%v waits for the dead letter are counted", n)
		}
		w.must(s.Signal(syscall.SIGTERM))
		select {
		case <-s.Done():
		case <-time.After(patience):
			t.Fatal("the sink did not end")
		}
		w.must(b.CreateTopic(t.Context(), w.deadLetters, 1, nil))
		s = w.startReady()
		w.awaitCommitted()
		w.awaitState(s, "running")
		report := w.check(checker.Config{Exactly: true})
		if report.Rows != 100 || report.DeadLetters != 1 || len(w.letters()) != 1 {
			t.Errorf("%d rows and %d dead letters, expected 100 and 1; the topic has %d", report.Rows, report.DeadLetters, len(w.letters()))
		}
	})
}
