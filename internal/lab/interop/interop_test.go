package interop

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/checkertest"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/java"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// patience is how long a condition may take on a busy machine, including the start of a
// JVM.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	sharedtest.Main(m, kafkatest.Close, registrytest.Close, mariadbtest.Close, ordersinktest.Close)
}

func TestTheBytesOfAJavaClientBecomeRows(t *testing.T) {
	kafkatest.Shared(t) // skips the test if Java is missing
	client := javaClient{javatest.Compile(t, "java")}
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic, deadLetters := kafkatest.Topic(t, b, 3), kafkatest.Topic(t, b, 1)
		server := mariadbtest.Shared(t)
		_, dsn := server.Orders(t, filepath.Join(ordersinktest.Root(t), "config"))
		start(t, b, topic, deadLetters, dsn)

		sent := append(orders.Seed(), awkward()...)
		client.send(t, b.Seeds(), topic, sent)
		var want []string
		for _, order := range sent {
			want = append(want, string(orders.Good(order).Value))
		}
		// The generator of the other tests writes the same bytes as this client.
		got := values(t, b, topic, len(sent))
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("Java's client wrote\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}

		db, err := sql.Open("mysql", dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		config := checker.Config{Seeds: b.Seeds(), Topic: topic, DeadLetters: deadLetters, DB: db}
		if report := checkertest.Eventually(t, patience, config); report.Rows != len(sent) || report.DeadLetters != 0 {
			t.Errorf("%d orders gave %d rows and %d dead letters", len(sent), report.Rows, report.DeadLetters)
		}
		var total int64
		if err := db.QueryRowContext(t.Context(), "SELECT SUM(total_price) FROM orders WHERE order_id IN (?, ?, ?)",
			sent[0].OrderID, sent[1].OrderID, sent[2].OrderID).Scan(&total); err != nil || total != 6000+77000+284000 {
			t.Errorf("the first three orders cost %d, expected 367000: %v", total, err)
		}
	})
}

// awkward has orders with texts that Jackson and Go's encoding/json write differently.
func awkward() []orders.Order {
	g := orders.NewGenerator(4)
	var all []orders.Order
	for _, text := range []string{`"quoted" \ back`, "주문 🛒", "tab\tand\u2028line", "<b>&'", "\u007f é"} {
		order := g.Order()
		order.UserID, order.ProductID = text, "CATALOG "+text
		all = append(all, order)
	}
	return all
}

// javaClient is the compiled project of java/.
type javaClient struct{ classpath string }

func (c javaClient) send(t *testing.T, seeds []string, topic string, all []orders.Order) {
	t.Helper()
	var input bytes.Buffer
	lines := json.NewEncoder(&input)
	for _, o := range all {
		if err := lines.Encode(map[string]any{
			"order_id": o.OrderID, "user_id": o.UserID, "product_id": o.ProductID,
			"qty": o.Quantity, "unit_price": o.UnitPrice, "total_price": o.TotalPrice,
		}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	path, err := java.Find(ctx)
	javatest.Require(t, err)
	cmd := exec.CommandContext(ctx, path, "-cp", c.classpath, "ordersink.OrderClient", strings.Join(seeds, ","), topic)
	cmd.Stdin = &input
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("sending with the Java client: %v\n%s", err, out)
	}
}

// start runs the shipped pipeline in the real binary until the end of the test.
func start(t *testing.T, b kafka.Broker, topic, deadLetters, dsn string) {
	t.Helper()
	startPipeline(t, b, "pipelines/orders.yaml", topic, deadLetters, dsn)
}

// startPipeline runs a pipeline in the real binary until the end of the test.
func startPipeline(t *testing.T, b kafka.Broker, pipeline, topic, deadLetters, dsn string) {
	t.Helper()
	startWith(t, b, pipeline, ordersinktest.NewLog(t), map[string]string{
		"KAFKA_TOPIC": topic, "KAFKA_GROUP": topic, "DEAD_LETTER_TOPIC": deadLetters, "MARIADB_DSN": dsn,
	})
}

// startWith runs a pipeline with these environment variables until the end of the test.
func startWith(t *testing.T, b kafka.Broker, pipeline string, log *ordersinktest.Log, env map[string]string) *ordersink.Sink {
	t.Helper()
	env["KAFKA_BROKERS"] = strings.Join(b.Seeds(), ",")
	s, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(t), Dir: ordersinktest.Root(t), HTTP: ordersinktest.FreeAddress(t), Log: log, Env: env,
		Args: []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml", pipeline},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Kill(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.AwaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// values reads the first n records, which must have no key.
func values(t *testing.T, b kafka.Broker, topic string, n int) []string {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...), kgo.ConsumeTopics(topic))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var got []string
	for len(got) < n {
		fetches := client.PollFetches(ctx)
		if err := errors.Join(fetches.Err(), ctx.Err()); err != nil {
			t.Fatalf("reading %d of %d records: %v", len(got), n, err)
		}
		for _, record := range fetches.Records() {
			if record.Key != nil {
				t.Errorf("a record has the key %q", record.Key)
			}
			got = append(got, string(record.Value))
		}
	}
	return got
}
