package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// While MariaDB takes no rows, /ready, the metrics and the log name the state and the
// reason. The log does so once (invariant 3).
func TestWaitingIsToldWhileItLasts(t *testing.T) {
	for _, test := range []struct {
		name       string
		begin, end func(w *world)
		says       string
	}{
		{
			name:  "MariaDB is away",
			begin: func(w *world) { w.must(w.server.Kill()) },
			end:   func(w *world) { w.must(w.server.Start(context.Background())) },
			says:  `: .*(connection refused|invalid connection|bad connection|EOF).*\. Nothing is dropped: order-sink retries until it succeeds`,
		},
		{
			name:  "MariaDB is read-only",
			begin: func(w *world) { w.admin("SET GLOBAL read_only = 1") },
			end:   func(w *world) { w.admin("SET GLOBAL read_only = 0") },
			says:  `: MariaDB error 1290 \(HY000\): .*\. Nothing is dropped: order-sink retries until it succeeds`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Private(t))
			s := w.startReady()
			g := orders.NewGenerator(11)
			send := func() {
				var messages []orders.Message
				for range 500 {
					messages = append(messages, g.Good())
				}
				w.produce(messages...)
			}
			send()
			w.awaitRows(500)
			w.awaitState(s, "running")

			test.begin(w)
			send()
			w.awaitState(s, "waiting")
			w.awaitAnswer(s, "/orders/ready", http.StatusServiceUnavailable, `waiting for MariaDB since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ \(\d+[ms\d]*\), next try in [\d.]+m?s`+test.says)
			w.notReady(s)
			if _, status, err := s.Get(t.Context(), "/ping"); err != nil || status != http.StatusOK {
				t.Errorf("/ping answered %d, %v: it is the process's, which is well", status, err)
			}
			if waits := w.metric(s, "mariadb_upsert_waits_total"); waits < 1 {
				t.Errorf("%v waits were counted", waits)
			}

			test.end(w)
			w.awaitState(s, "running")
			w.awaitAnswer(s, "/ready", http.StatusOK, "")
			report := w.check(checker.Config{Exactly: true})
			if report.Rows != 1000 || report.DeadLetters != 0 {
				t.Errorf("%d rows and %d dead letters of 1,000 orders", report.Rows, report.DeadLetters)
			}
			w.saysOnce("Failed to connect to mariadb_upsert: waiting for MariaDB since ", "Storing rows: the wait is over, after ")
		})
	}
}

// The sink reports that Kafka is gone, although the client library still counts as
// connected. The client's own log of each retry ends.
func TestWaitingForKafkaIsTold(t *testing.T) {
	t.Parallel()
	java := kafkatest.Private(t)
	w := newWorld(t, java, mariadbtest.Shared(t))
	s := w.startReady()
	g := orders.NewGenerator(17)
	w.produce(g.Good(), g.Good())
	w.awaitRows(2)
	w.awaitCommitted()

	w.must(java.Kill())
	w.awaitAnswer(s, "/orders/ready", http.StatusServiceUnavailable, `"orders_topic","path":"input","connected":false,"error":"waiting to read since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ \(\d+[ms\d]*\), next try in [\d.]+m?s: .*connection refused`)
	if waiting := w.metric(s, "kafka_read_state", "label", "orders_topic", "path", "root.input", "state", "waiting"); waiting != 1 {
		t.Errorf("kafka_read_state says %v", waiting)
	}
	w.eventually("it is asked for again and again", func(context.Context) error {
		if n := w.metric(s, "kafka_read_waits_total"); n < 5 {
			return fmt.Errorf("%v times", n)
		}
		return nil
	})
	w.notReady(s)

	w.must(java.Start(t.Context()))
	w.produce(g.Good(), g.Good())
	w.awaitRows(4)
	w.awaitAnswer(s, "/ready", http.StatusOK, "")
	if report := w.check(checker.Config{Exactly: true}); report.Rows != 4 {
		t.Errorf("%d rows of 4 orders", report.Rows)
	}
	w.saysOnce("Failed to connect to kafka_read: waiting to read since ", "Reading: the wait is over, after ")
	_, during, _ := strings.Cut(w.log.String(), "Failed to connect to kafka_read")
	during, _, _ = strings.Cut(during, "Reading: the wait is over")
	if n := strings.Count(during, "\n"); n > 20 {
		t.Errorf("%d lines were logged while it waited:\n%s", n, during)
	}
}

// notReady asserts that /ready names the pipeline that is not connected.
func (w *world) notReady(s *ordersink.Sink) {
	w.t.Helper()
	if body, status, err := s.Get(w.t.Context(), "/ready"); err != nil || status != http.StatusServiceUnavailable || !strings.Contains(body, "orders") {
		w.t.Errorf("/ready answered %d: %s, %v", status, body, err)
	}
}

// saysOnce asserts that the log has each of these texts once.
func (w *world) saysOnce(texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		if n := strings.Count(w.log.String(), text); n != 1 {
			w.t.Errorf("the log says %q %d times, expected once", text, n)
		}
	}
}
