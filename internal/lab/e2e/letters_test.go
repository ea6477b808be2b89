package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// spread sends so many messages to each of the first partitions.
func (w *world) spread(partitions int32, each int, next func() orders.Message) {
	w.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(w.broker.Seeds()...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytes(900_000))
	w.must(err)
	defer client.Close()
	var records []*kgo.Record
	for partition := range partitions {
		for range each {
			m := next()
			records = append(records, &kgo.Record{Topic: w.topic, Partition: partition, Key: m.Key, Value: m.Value, Headers: m.Headers})
		}
	}
	w.must(client.ProduceSync(w.t.Context(), records...).FirstErr())
}

// noise is refusable, and does not shrink when it is compressed.
func noise(bytes int) orders.Message {
	value := make([]byte, bytes)
	for i := range value {
		value[i] = byte(rand.Uint32())
	}
	value[0] = '<'
	return orders.Message{Value: value, Code: "bad_json"}
}

// distinct counts the letters, and the records that they are of.
func (w *world) distinct() (letters, records int) {
	w.t.Helper()
	seen := map[string]bool{}
	for _, l := range w.letters() {
		letters++
		seen[header(l, "__connect.errors.partition")+":"+header(l, "__connect.errors.offset")] = true
	}
	return letters, len(seen)
}

// Letters that the topic takes one by one, but not together.
func TestLettersThatDoNotFitTogether(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		const n = 900 // fewer than dead_letter_limit's min_count
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.spread(1, n, func() orders.Message { return noise(3000) })
		s := w.startReady()
		w.eventually("all letters are delivered", func(context.Context) error {
			if sent := metric(t, s, "dead_letter_send_total{"); sent != n {
				return fmt.Errorf("%v of %d", sent, n)
			}
			return nil
		})
		// What was taken of a batch before it failed as a whole comes once more.
		if letters, records := w.distinct(); records != n || letters > 2*n {
			t.Errorf("%d letters of %d records, expected %d", letters, records, n)
		}
	})
}

// A letter that its topic does not take waits alone: the others are there, once
// or twice, and not again with each of its tries.
func TestALetterThatIsNotTakenWaitsAlone(t *testing.T) {
	t.Parallel()
	b := kafkatest.InMemory(t)
	w := newWorld(t, b, mariadbtest.Shared(t))
	w.deadLetters = w.topic + "-letters"
	w.must(b.CreateTopic(t.Context(), w.deadLetters, 4, map[string]string{"max.message.bytes": "4000"}))
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
			if n := metric(t, s, "dead_letter_send_waits_total{"); err != nil || n < atLeast || !strings.Contains(body, "waiting to deliver 1 dead letters") {
				return fmt.Errorf("%v times; %s, %w", n, body, err)
			}
			return nil
		})
	}
	waits(1)
	letters, records := w.distinct()
	if records != 20 || letters > 2*20 {
		t.Errorf("%d letters of %d records, expected those of 20", letters, records)
	}
	waits(metric(t, s, "dead_letter_send_waits_total{") + 3)
	if again, _ := w.distinct(); again != letters {
		t.Errorf("while one waited, %d letters became %d", letters, again)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...))
	w.must(err)
	defer client.Close()
	limit := "20000"
	_, err = kadm.NewClient(client).AlterTopicConfigs(t.Context(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "max.message.bytes", Value: &limit}}, w.deadLetters)
	w.must(err)
	w.awaitCommitted()
	if again, records := w.distinct(); records != 21 || again != letters+1 {
		t.Errorf("%d letters of %d records, expected %d of 21", again, records, letters+1)
	}
}

// While the sink has stopped itself, what it says stays, however many partitions
// have refusals; and when it is told to go on, it lets one batch of them go,
// though other partitions have good orders.
func TestAStoppedSinkSaysWhyUntilItIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	g := orders.NewGenerator(19)
	w.spread(3, 1500, g.BrokenRule)
	s := w.startReady()
	w.awaitState(s, "stopped")
	w.eventually("/orders/ready says why", func(ctx context.Context) error {
		body, _, err := s.Get(ctx, "/orders/ready")
		if err == nil && !strings.Contains(body, "stopped since") {
			err = fmt.Errorf("%s", body)
		}
		return err
	})
	before := metric(t, s, "mariadb_upsert_waits_total{")
	w.eventually("all of them have tried again", func(ctx context.Context) error {
		body, status, err := s.Get(ctx, "/orders/ready")
		w.must(err)
		if status != http.StatusServiceUnavailable || !strings.Contains(body, "stopped since") || !strings.Contains(body, "order_range") {
			t.Fatalf("/orders/ready answered %d: %s", status, body)
		}
		if n := metric(t, s, "mariadb_upsert_waits_total{") - before; n < 15 {
			return fmt.Errorf("%v times", n)
		}
		return nil
	})
	letters, _ := w.distinct()
	w.spread(4, 3, g.Good) // those of the last partition are first in it
	w.must(s.Signal(syscall.SIGUSR1))
	w.eventually("a batch of letters is let go", func(context.Context) error {
		if now, _ := w.distinct(); now == letters {
			return fmt.Errorf("there are %d", now)
		}
		return nil
	})
}

// A producer's header cannot pass for the record's own timestamp.
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
		if letters := w.letters(); len(letters) != 0 {
			t.Errorf("%d letters", len(letters))
		}
	})
}

// A stop ends as soon as what is in flight is written: nothing is left to be
// ended by force after shutdown_timeout.
func TestAStopEndsByItself(t *testing.T) {
	t.Parallel()
	t.Run("without a letter", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
		s := w.startReady()
		w.produce(orders.NewGenerator(21).Good())
		w.awaitCommitted()
		w.must(s.Signal(syscall.SIGTERM))
		w.ended(s.Done(), s.Err)
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
		w.ended(s.Done(), s.Err)
	})
}

func (w *world) ended(done <-chan struct{}, exit func() error) {
	w.t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		w.t.Fatal("the sink did not end")
	}
	if err := exit(); err != nil {
		w.t.Errorf("it ended with %v", err)
	}
	if strings.Contains(w.log.String(), "forced termination") {
		w.t.Error("it was ended by force")
	}
}
