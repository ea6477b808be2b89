package connectworker

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/checkertest"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/eventually"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// patience is how long a condition may take on a busy machine, including the start of a
// JVM.
const patience = 4 * time.Minute

func TestMain(m *testing.M) { sharedtest.Main(m, kafkatest.Close, mariadbtest.Close) }

// start runs a worker until the end of the test.
func start(t *testing.T, seeds []string) *Worker {
	t.Helper()
	w, err := Start(t.Context(), t.TempDir(), seeds, JDBCSink)
	javatest.Require(t, err)
	t.Cleanup(func() {
		if log, _ := os.ReadFile(w.Log()); t.Failed() {
			t.Logf("the end of Kafka Connect's log:\n%s", log[max(0, len(log)-8000):])
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func TestATopicBecomesTheTable(t *testing.T) {
	b := kafkatest.Shared(t)
	w := start(t, b.Seeds())
	const n = 500
	topic := kafkatest.Topic(t, b, 3)
	g := orders.NewGenerator(6)
	var messages []orders.Message
	for range n {
		messages = append(messages, g.Good())
	}
	if _, err := orders.Produce(t.Context(), b.Seeds(), topic, slices.Values(messages), nil); err != nil {
		t.Fatal(err)
	}
	// Both have the same name: the second begins with the oldest record too.
	for _, tuned := range []bool{false, true} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		server := mariadbtest.Shared(t)
		_, dsn := server.Orders(t, filepath.Join(ordersinktest.Root(t), "config"))
		if err := w.Create(ctx, "orders", jdbc(t, dsn, topic, tuned).Config()); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("mysql", dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		report := checkertest.Eventually(t, patience, checker.Config{Seeds: b.Seeds(), Topic: topic, DB: db})
		if report.Rows != n {
			t.Errorf("tuned %v: %d orders gave %d rows", tuned, n, report.Rows)
		}
		if err := w.Check(ctx, "orders"); err != nil {
			t.Error(err)
		}
		if err := w.Delete(ctx, "orders"); err != nil {
			t.Fatal(err)
		}
		if err := w.Check(ctx, "orders"); !strings.Contains(text(err), "404") {
			t.Errorf("a deleted connector: %v, expected it not found", err)
		}
	}
}

// The tasks of a sink that deletes rows read the keys of the records, and share topics of
// one partition.
func TestConfig(t *testing.T) {
	for _, c := range []struct {
		sink     Sink
		expected map[string]string // "" for a key that is not there
	}{
		{Sink{Topic: "orders", Tuned: true}, map[string]string{
			"primary.key.mode": "record_value", "primary.key.fields": "order_id", "delete.enabled": "", "key.converter": "",
			"consumer.override.partition.assignment.strategy": "", "batch.size": "3000", "use.reduction.buffer": "",
		}},
		{Sink{Topic: "a,b", Table: "${topic}", Tuned: true}, map[string]string{
			"topics": "a,b", "collection.name.format": "${topic}",
			"consumer.override.partition.assignment.strategy": "org.apache.kafka.clients.consumer.RoundRobinAssignor",
		}},
		{Sink{Topic: "a,b"}, map[string]string{"consumer.override.partition.assignment.strategy": ""}},
		{Sink{Topic: "orders", Changes: true}, map[string]string{
			"primary.key.mode": "record_key", "primary.key.fields": "", "delete.enabled": "true", "insert.mode": "upsert",
			"key.converter": "org.apache.kafka.connect.json.JsonConverter", "key.converter.schemas.enable": "true",
		}},
		{Sink{Topic: "orders", Set: Avro("http://r", "value")}, map[string]string{
			"value.converter": "io.apicurio.registry.utils.converter.AvroConverter", "value.converter.apicurio.registry.url": "http://r", "key.converter": "",
		}},
		{Sink{Topic: "orders", Changes: true, Tuned: true}, map[string]string{"use.reduction.buffer": "true", "delete.enabled": "true"}},
	} {
		got := c.sink.Config()
		for key, value := range c.expected {
			if got[key] != value {
				t.Errorf("%+v: %s is %q, expected %q", c.sink, key, got[key], value)
			}
		}
	}
}

func TestATaskThatFailsIsAnError(t *testing.T) {
	b := kafkatest.Shared(t)
	w := start(t, b.Seeds())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	topic := kafkatest.Topic(t, b, 1)
	server := mariadbtest.Shared(t)
	_, dsn := server.Orders(t, filepath.Join(ordersinktest.Root(t), "config"))
	config := jdbc(t, dsn, topic, false).Config()

	unknownAccount := maps.Clone(config)
	unknownAccount["connection.username"] = "no_such_account"
	unknownAccount["hibernate.c3p0.acquireRetryAttempts"] = "1" // not 30, a second apart
	if err := w.Create(ctx, "account", unknownAccount); !strings.Contains(text(err), "failed") || strings.Contains(text(err), config["connection.password"]) {
		t.Errorf("an unknown account: %v, expected a failure without the password", err)
	}
	if err := w.Create(ctx, "unknown", map[string]string{"connector.class": "no.such.Sink"}); !strings.Contains(text(err), "no.such.Sink") {
		t.Errorf("an unknown class: %v, expected its name", err)
	}
	if err := w.Create(ctx, "orders", config); err != nil {
		t.Fatal(err)
	}
	if _, err := orders.Produce(ctx, b.Seeds(), topic, slices.Values([]orders.Message{{Value: []byte("no JSON")}}), nil); err != nil {
		t.Fatal(err)
	}
	err := eventually.Until(ctx, "the task has failed for a record that is no JSON", func(ctx context.Context) error {
		if says := text(w.Check(ctx, "orders")); !strings.Contains(says, "task 0 failed") || !strings.Contains(says, "DataException") {
			return fmt.Errorf("the connector says %q", says)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// jdbc returns a sink into the table orders of a DSN's database.
func jdbc(t *testing.T, dsn, topic string, tuned bool) Sink {
	t.Helper()
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return Sink{
		Topic: topic, Table: "orders", Tasks: 3, Tuned: tuned,
		Address: c.Addr, User: c.User, Password: c.Passwd, Database: c.DBName,
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
