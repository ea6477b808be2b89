package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// After a kill of the sink, of MariaDB or of both, the table equals the log. No order
// becomes a dead letter because of the kill (invariants 1 and 3).
func TestNothingIsLostWhenAServerDies(t *testing.T) {
	for _, test := range []struct {
		name             string
		killDB, killSink bool
	}{
		{name: "MariaDB killed", killDB: true},
		{name: "sink killed", killSink: true},
		{name: "both killed", killDB: true, killSink: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
				t.Parallel()
				survive(t, newWorld(t, b, mariadbtest.Private(t)), test.killDB, test.killSink)
			})
		})
	}
}

// survive kills servers while the sink stores orders, and starts them again.
func survive(t *testing.T, w *world, killDB, killSink bool) {
	t.Helper()
	const count = 40_000
	s := w.startReady()

	g := orders.NewGenerator(3)
	messages := make([]orders.Message, count)
	for i := range messages {
		if messages[i] = g.Good(); i%1000 == 999 {
			messages[i] = g.BrokenRule()
		}
	}
	w.produce(messages[:count/2]...)
	w.awaitRows(1) // in mid-run: half is sent, and not all of that is stored

	if killSink {
		w.must(s.Kill())
	}
	if killDB {
		w.must(w.server.Kill())
	}
	w.produce(messages[count/2:]...)
	if killDB {
		w.must(w.server.Start(t.Context()))
	}
	if killSink {
		s = w.start()
	}
	report := w.check(checker.Config{})
	if want := count - count/1000; report.Rows != want || report.Refusable != count/1000 {
		t.Errorf("%d rows and %d refusable orders, expected %d and %d", report.Rows, report.Refusable, want, count/1000)
	}
	if !killSink {
		select {
		case <-s.Done():
			t.Errorf("the sink ended with the database: %v", s.Err())
		default:
		}
	}
}

// A sink that stops finishes what is in flight, exits with status 0 and loses nothing.
func TestAStopLosesNothing(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		s := w.startReady()
		g := orders.NewGenerator(4)
		messages := make([]orders.Message, 40_000)
		for i := range messages {
			messages[i] = g.Good()
		}
		w.produce(messages...)
		w.awaitRows(1)
		w.must(s.Signal(syscall.SIGTERM))
		if err := w.awaitEnd(s); err != nil {
			t.Errorf("a stop ended with %v, expected exit status 0", err)
		}
		w.start()
		if report := w.check(checker.Config{Exactly: true}); report.Rows != len(messages) {
			t.Errorf("%d orders gave %d rows", len(messages), report.Rows)
		}
	})
}

// A wrong configuration is reported at the start, and the sink acknowledges no record.
func TestBadConfigurationConsumesNothing(t *testing.T) {
	t.Parallel()
	b := kafkatest.InMemory(t)
	w := newWorld(t, b, mariadbtest.Shared(t))
	w.produce(orders.NewGenerator(5).Good())
	for _, test := range []struct {
		name, dsn, says string
	}{
		{"malformed DSN", "orders:secret-word@127.0.0.1/orders", "dsn"},
		{"no DSN", " ", "dsn"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := ordersinktest.NewLog(t)
			cmd := exec.CommandContext(t.Context(), ordersinktest.Binary(t), "streams", "--no-api",
				"-o", "config/service.yaml", "-r", "config/resources.yaml", "pipelines/orders.yaml")
			cmd.Dir = ordersinktest.Root(t)
			cmd.Env = append(cmd.Environ(), "HTTP_ADDRESS="+ordersinktest.FreeAddress(t), "MARIADB_DSN="+test.dsn,
				"KAFKA_BROKERS="+strings.Join(b.Seeds(), ","), "KAFKA_TOPIC="+w.topic, "KAFKA_GROUP="+w.topic)
			cmd.Stdout, cmd.Stderr = log, log
			if err := cmd.Run(); err == nil {
				t.Error("the sink started")
			}
			if !strings.Contains(log.String(), test.says) || strings.Contains(log.String(), "secret-word") {
				t.Errorf("expected an error that names %q and no password:\n%s", test.says, log)
			}
		})
	}
	groups, err := kadm.NewClient(kafkatest.Client(t, b)).ListGroups(context.Background())
	if err != nil || len(groups) != 0 {
		t.Errorf("consumer groups %v, %v: expected none", groups.Groups(), err)
	}
}

// A sink that stops ends as soon as it has written what is in flight. The framework need
// not end it by force after shutdown_timeout.
func TestAStopEndsByItself(t *testing.T) {
	t.Parallel()
	t.Run("without a dead letter", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
		s := w.startReady()
		w.produce(orders.NewGenerator(21).Good())
		w.awaitCommitted()
		w.must(s.Signal(syscall.SIGTERM))
		w.endsByItself(s)
	})
	t.Run("more partitions than batches in flight", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
		w.topic = kafkatest.Topic(t, w.broker, 16)
		g := orders.NewGenerator(22)
		w.spread(16, 2000, g.Good)
		s := w.startReady()
		w.awaitRows(100)
		tx, err := w.db.BeginTx(t.Context(), nil)
		w.must(err)
		var n int
		w.must(tx.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM (SELECT order_id FROM orders FOR UPDATE) locked").Scan(&n))
		database := w.rows("SELECT DATABASE()")[0]
		w.eventually("all that may be in flight is", func(context.Context) error {
			waiting := w.adminRows("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '" + database + "' AND COMMAND = 'Execute' AND TIME_MS > 300")
			if len(waiting) < 2 {
				return fmt.Errorf("%d connections wait for a lock", len(waiting))
			}
			return nil
		})
		w.must(s.Signal(syscall.SIGTERM))
		w.eventually("the sink is stopping", func(context.Context) error {
			if !strings.Contains(w.log.String(), "Received SIGTERM") {
				return fmt.Errorf("not yet")
			}
			return nil
		})
		w.must(tx.Rollback())
		w.endsByItself(s)
	})
}

// endsByItself asserts that the sink ends with status 0, and not by force.
func (w *world) endsByItself(s *ordersink.Sink) {
	w.t.Helper()
	if err := w.awaitEnd(s); err != nil {
		w.t.Errorf("it ended with %v", err)
	}
	if strings.Contains(w.log.String(), "forced termination") {
		w.t.Error("it was ended by force")
	}
}
