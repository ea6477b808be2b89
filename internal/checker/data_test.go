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
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) { sharedtest.Main(m, kafkatest.Close, mariadbtest.Close) }

// testData is the log, the dead letter topic and the table of one test. The test itself
// plays the sink.
type testData struct {
	t      testing.TB
	config Config
	client *kgo.Client
}

func newTestData(t testing.TB, b kafka.Broker) *testData {
	t.Helper()
	server := mariadbtest.Shared(t)
	database, _ := server.Orders(t, "../../config")
	db, err := sql.Open("mysql", server.DSN(database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &testData{t: t, client: kafkatest.Client(t, b), config: Config{
		Seeds: b.Seeds(), Topic: kafkatest.Topic(t, b, 2), DeadLetters: kafkatest.Topic(t, b, 1), DB: db,
	}}
}

func (d *testData) exec(query string, args ...any) {
	d.t.Helper()
	if _, err := d.config.DB.Exec(query, args...); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
}

// store writes the row of an order.
func (d *testData) store(o orders.Order) {
	d.t.Helper()
	d.exec("REPLACE INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES (?, ?, ?, ?, ?, ?)",
		o.OrderID, o.UserID, o.ProductID, o.Quantity, o.UnitPrice, o.Quantity*o.UnitPrice)
}

func (d *testData) send(r *kgo.Record) *kgo.Record {
	d.t.Helper()
	if err := d.client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d *testData) log(partition int32, m orders.Message) *kgo.Record {
	d.t.Helper()
	return d.send(&kgo.Record{Topic: d.config.Topic, Partition: partition, Key: m.Key, Value: m.Value, Headers: m.Headers})
}

// deadLetter returns a correct dead letter. A test may change it before it sends it.
func (d *testData) deadLetter(r *kgo.Record, code string) *kgo.Record {
	return &kgo.Record{Topic: d.config.DeadLetters, Key: r.Key, Value: r.Value, Headers: append([]kgo.RecordHeader{
		{Key: headerCode, Value: []byte(code)},
		{Key: headerTopic, Value: []byte(r.Topic)},
		{Key: headerPartition, Value: []byte(strconv.Itoa(int(r.Partition)))},
		{Key: headerOffset, Value: []byte(strconv.FormatInt(r.Offset, 10))},
	}, r.Headers...)}
}

func (d *testData) check() Report {
	d.t.Helper()
	report, err := Check(d.t.Context(), d.config)
	if err != nil {
		d.t.Fatal(err)
	}
	return report
}

// at returns the position of a record as a difference prints it.
func (d *testData) at(partition int32, offset int64) string {
	return fmt.Sprintf("%s[%d]@%d: ", d.config.Topic, partition, offset)
}
