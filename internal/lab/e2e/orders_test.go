package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

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

// Of 4,000 orders 50 can never be rows, 10 in each of five ways.
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
		for _, letter := range w.letters() {
			codes[header(letter, "order_sink.code")]++
		}
		for _, code := range []string{"bad_json", "bad_envelope", "type_mismatch", "order_range", "row_too_long"} {
			if codes[code] != 10 {
				t.Errorf("%d dead letters say %s, expected 10: %v", codes[code], code, codes)
			}
		}
	})
}

// A dead letter is the producer's record, key and headers included, and the
// reason in headers.
func TestADeadLetterReturnsTheRecordWithTheReason(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.startReady()

		g := orders.NewGenerator(2)
		withKey, withoutKey, emptyKey, tombstone := g.WrongType(), g.BrokenRule(), g.NotJSON(), orders.Message{Key: []byte("k")}
		withKey.Key = []byte{0, 0xff, 'k'}
		withKey.Headers = []kgo.RecordHeader{
			{Key: "traceparent", Value: []byte("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")},
			{Key: "binary", Value: []byte{0, 1, 0xfe}},
			{Key: "kafka_replyTopic", Value: []byte("begins like the input's own metadata")},
			{Key: "original", Value: []byte("1")},
			{Key: "schema", Value: []byte("2")},
		}
		emptyKey.Key = []byte{}
		sent := []orders.Message{withKey, withoutKey, emptyKey, tombstone}
		before := time.Now().Add(-time.Second)
		w.produce(sent...)
		w.awaitCommitted()
		w.check(checker.Config{Exactly: true})

		letters := w.letters()
		if len(letters) != len(sent) {
			t.Fatalf("%d refusable records gave %d dead letters", len(sent), len(letters))
		}
		for i, want := range []struct{ code, field, stage, connectStage string }{
			{"type_mismatch", "payload.qty", "connect_json_decode", "VALUE_CONVERTER"},
			{"order_range", "qty", "order_price", "TRANSFORMATION"},
			{"bad_json", "value", "connect_json_decode", "VALUE_CONVERTER"},
			{"order_missing", "value", "order_price", "TRANSFORMATION"},
		} {
			at := slices.IndexFunc(letters, func(l *kgo.Record) bool { return bytes.Equal(l.Value, sent[i].Value) })
			if at < 0 {
				t.Errorf("no dead letter has the bytes of record %d", i)
				continue
			}
			letter := letters[at]
			if !bytes.Equal(letter.Key, sent[i].Key) || (letter.Key == nil) != (sent[i].Key == nil) {
				t.Errorf("%s: the key %v became %v", want.code, sent[i].Key, letter.Key)
			}
			for _, h := range sent[i].Headers {
				if got := header(letter, h.Key); got != string(h.Value) {
					t.Errorf("%s: header %s is %q, expected %q", want.code, h.Key, got, h.Value)
				}
			}
			for name, value := range map[string]string{
				"order_sink.code":                 want.code,
				"order_sink.field":                want.field,
				"order_sink.stage":                want.stage,
				"__connect.errors.stage":          want.connectStage,
				"__connect.errors.topic":          w.topic,
				"__connect.errors.connector.name": "order-sink",
			} {
				if got := header(letter, name); got != value {
					t.Errorf("%s: header %s is %q, expected %q", want.code, name, got, value)
				}
			}
			if message := header(letter, "__connect.errors.exception.message"); !strings.HasPrefix(message, want.code+": "+want.field+": ") {
				t.Errorf("%s: the reason reads %q", want.code, message)
			}
			failedAt, err := time.Parse(time.RFC3339, header(letter, "order_sink.failed_at"))
			if err != nil || failedAt.Before(before) || failedAt.After(time.Now()) {
				t.Errorf("%s: failed_at is %v, %v", want.code, failedAt, err)
			}
			for _, h := range letter.Headers {
				if ours := slices.ContainsFunc(sent[i].Headers, func(s kgo.RecordHeader) bool { return s.Key == h.Key }); !ours &&
					!strings.HasPrefix(h.Key, "order_sink.") && !strings.HasPrefix(h.Key, "__connect.errors.") {
					t.Errorf("%s: the pipeline's own metadata %q is among the headers", want.code, h.Key)
				}
			}
		}
	})
}

func TestTextArrivesAsItWasSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.startReady()
	var messages []orders.Message
	for _, id := range []string{
		"초콜릿-주문-한글", "🍫🍫-order", "Ünïcödé", "case", "CASE", "Case", "accent", "áccent",
		"trailing", "trailing ", strings.Repeat("x", 64), strings.Repeat("🍫", 64), `quote"\slash`, "line\nbreak\x00nul",
	} {
		messages = append(messages, orders.Good(orders.Order{
			OrderID: id, UserID: id, ProductID: "초콜릿 🍫", Quantity: 2, UnitPrice: 3, TotalPrice: 6,
		}))
	}
	w.produce(messages...)
	report := w.check(checker.Config{})
	if report.Rows != len(messages) {
		t.Errorf("%d different ids gave %d rows", len(messages), report.Rows)
	}
}

// Whatever dies, the table ends equal to the log, and nobody pays with a dead
// letter for it.
func TestNothingIsLostWhenAServerDies(t *testing.T) {
	const count = 40_000
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
				w := newWorld(t, b, mariadbtest.Private(t))
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

				if test.killSink {
					if err := s.Kill(); err != nil {
						t.Fatal(err)
					}
				}
				if test.killDB {
					if err := w.server.Kill(); err != nil {
						t.Fatal(err)
					}
				}
				w.produce(messages[count/2:]...)
				if test.killDB {
					if err := w.server.Start(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if test.killSink {
					s = w.start()
				}
				report := w.check(checker.Config{})
				if want := count - count/1000; report.Rows != want || report.Refusable != count/1000 {
					t.Errorf("%d rows and %d refusable orders, expected %d and %d", report.Rows, report.Refusable, want, count/1000)
				}
				if !test.killSink {
					select {
					case <-s.Done():
						t.Errorf("the sink ended with the database: %v", s.Err())
					default:
					}
				}
			})
		})
	}
}

// A stop in mid-run finishes what is in flight, exits 0 and loses nothing.
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
		if err := s.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		select {
		case <-s.Done():
		case <-time.After(patience):
			t.Fatal("the sink did not end")
		}
		if err := s.Err(); err != nil {
			t.Errorf("a stop ended with %v, expected exit status 0", err)
		}
		w.start()
		if report := w.check(checker.Config{Exactly: true}); report.Rows != len(messages) {
			t.Errorf("%d orders gave %d rows", len(messages), report.Rows)
		}
	})
}

// What is wrong in the configuration is said at the start, and not one record
// is acknowledged.
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
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	groups, err := kadm.NewClient(client).ListGroups(context.Background())
	if err != nil || len(groups) != 0 {
		t.Errorf("consumer groups %v, %v: expected none", groups.Groups(), err)
	}
}
