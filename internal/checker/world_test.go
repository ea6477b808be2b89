package checker

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) { sharedtest.Main(m, kafkatest.Close, mariadbtest.Close) }

// world has the log, the dead letter topic and the table of one test. The test itself
// plays the sink.
type world struct {
	t      testing.TB
	config Config
	client *kgo.Client
}

func newWorld(t testing.TB, b kafka.Broker) *world {
	t.Helper()
	server := mariadbtest.Shared(t)
	dsn := server.DSN(server.Database(t))
	if err := mariadb.RunFile(t.Context(), dsn, "../../config/schema.sql"); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &world{t: t, client: kafkatest.Client(t, b), config: Config{
		Seeds: b.Seeds(), Topic: kafkatest.Topic(t, b, 2), DeadLetters: kafkatest.Topic(t, b, 1), DB: db,
	}}
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	if _, err := w.config.DB.Exec(query, args...); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
}

// store writes the row of an order.
func (w *world) store(o orders.Order) {
	w.t.Helper()
	w.exec("REPLACE INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES (?, ?, ?, ?, ?, ?)",
		o.OrderID, o.UserID, o.ProductID, o.Quantity, o.UnitPrice, o.Quantity*o.UnitPrice)
}

func (w *world) send(r *kgo.Record) *kgo.Record {
	w.t.Helper()
	if err := w.client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) log(partition int32, m orders.Message) *kgo.Record {
	w.t.Helper()
	return w.send(&kgo.Record{Topic: w.config.Topic, Partition: partition, Key: m.Key, Value: m.Value, Headers: m.Headers})
}

// deadLetter returns a correct dead letter. A test may change it before it sends it.
func (w *world) deadLetter(r *kgo.Record, code string) *kgo.Record {
	return &kgo.Record{Topic: w.config.DeadLetters, Key: r.Key, Value: r.Value, Headers: append([]kgo.RecordHeader{
		{Key: headerCode, Value: []byte(code)},
		{Key: headerTopic, Value: []byte(r.Topic)},
		{Key: headerPartition, Value: []byte(strconv.Itoa(int(r.Partition)))},
		{Key: headerOffset, Value: []byte(strconv.FormatInt(r.Offset, 10))},
	}, r.Headers...)}
}

func (w *world) check() Report {
	w.t.Helper()
	report, err := Check(w.t.Context(), w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

// at returns the position of a record as a difference prints it.
func (w *world) at(partition int32, offset int64) string {
	return fmt.Sprintf("%s[%d]@%d: ", w.config.Topic, partition, offset)
}
