package e2e

import (
	"bytes"
	"context"
	"errors"
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

// stumbling is the user whose orders a trigger of the test cannot take.
const stumbling = "stumbling-user"

// stumble makes the orders of that user fail.
func (w *world) stumble(statement string) {
	w.t.Helper()
	w.exec("CREATE TRIGGER stumble BEFORE INSERT ON orders FOR EACH ROW IF NEW.user_id = '" + stumbling + "' THEN " + statement + "; END IF")
}

func stumblingOrder(g *orders.Generator) orders.Message {
	o := g.Order()
	o.UserID = stumbling
	return orders.Good(o)
}

func stumblingOracle(r *kgo.Record) checker.Outcome {
	if bytes.Contains(r.Value, []byte(stumbling)) {
		return checker.Outcome{Code: "row_refused"}
	}
	return checker.SeedOracle(255)(r)
}

// Orders come one by one. MariaDB refuses one of them with an unlisted error, or with an
// error that usually means a wrong set-up. The order becomes a dead letter as soon as
// another order shows that MariaDB takes orders, and blocks nothing behind it (invariant
// 6).
func TestALoneOrderDoesNotBlockItsPartition(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"no list":       "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 9001",
		"missing table": "INSERT INTO nowhere VALUES (1)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
				t.Parallel()
				loneOrders(t, b, statement)
			})
		})
	}
}

// loneOrders runs a sink for each number of partitions. The trigger runs the statement.
func loneOrders(t *testing.T, b kafka.Broker, statement string) {
	for partitions, name := range map[int32]string{1: "one partition", 4: "several partitions"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, b, mariadbtest.Shared(t))
			w.topic = kafkatest.Topic(t, b, partitions)
			w.stumble(statement)
			w.sendLoneOrders()
		})
	}
}

// sendLoneOrders sends orders one by one, and asserts what becomes of each.
func (w *world) sendLoneOrders() {
	w.t.Helper()
	s := w.startReady()
	g := orders.NewGenerator(11)
	// The table is empty, and no other order is there.
	w.produce(stumblingOrder(g))
	w.eventually("the sink reports the wait", func(ctx context.Context) error {
		body, _, err := s.Get(ctx, "/orders/ready")
		if err == nil && !strings.Contains(body, "no other record could be stored to compare with") {
			err = errors.New(body)
		}
		return err
	})
	w.produce(g.Good())
	w.awaitCommitted()
	// The table has rows, and no other order is there.
	w.produce(stumblingOrder(g))
	w.awaitCommitted()
	w.produce(g.Good(), stumblingOrder(g), g.Good())
	report := w.check(checker.Config{Exactly: true, Oracle: stumblingOracle})
	if report.Rows != 3 || report.DeadLetters != 3 {
		w.t.Errorf("%d rows and %d dead letters, expected 3 and 3", report.Rows, report.DeadLetters)
	}
	if rows, messages := w.metric(s, "mariadb_upsert_rows_total"), w.metric(s, "processor_sent", "label", "price"); rows != messages {
		w.t.Errorf("%v outcomes of %v messages", rows, messages)
	}
}

// Each partition has one order that MariaDB refuses, and the table is empty. The only
// order that MariaDB takes is behind one of them. The sink reads that order, although
// another partition is at work too.
func TestTheNextOrderIsTheEvidence(t *testing.T) {
	t.Parallel()
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.topic = kafkatest.Topic(t, b, 2)
		w.stumble("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 9001")
		s := w.startReady()
		g := orders.NewGenerator(12)
		w.spread(2, 1, func() orders.Message { return stumblingOrder(g) })
		w.eventually("both orders are retried", func(context.Context) error {
			if n := w.metric(s, "mariadb_upsert_waits_total"); n < 4 {
				return fmt.Errorf("%v waits", n)
			}
			return nil
		})
		w.spread(1, 1, g.Good)
		w.awaitCommitted()
		report := w.check(checker.Config{Exactly: true, Oracle: stumblingOracle})
		if report.Rows != 1 || report.DeadLetters != 2 {
			t.Errorf("%d rows and %d dead letters, expected 1 and 2", report.Rows, report.DeadLetters)
		}
	})
}
