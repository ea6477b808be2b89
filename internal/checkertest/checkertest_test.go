package checkertest

import (
	"database/sql"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

func TestEventuallyWaitsForTheLastRow(t *testing.T) {
	config, last := missingRow(t)
	judged, oracle := 0, checker.SeedOracle(255)
	config.Oracle = func(r *kgo.Record) checker.Outcome {
		if judged++; judged == 7 { // the second check has begun
			store(t, config.DB, last)
		}
		return oracle(r)
	}
	if got := Eventually(t, time.Minute, config); got.Rows != 3 || judged != 12 {
		t.Errorf("%d rows after %d records, expected 3 after 12", got.Rows, judged)
	}
}

func TestEventuallyFailsWithTheLastDifference(t *testing.T) {
	config, _ := missingRow(t)
	// On a busy machine a single check can take longer than a second.
	failed, patience := "not checked", time.Second
	for ; strings.Contains(failed, "not checked"); patience *= 2 {
		failed = failure(t, func(t testing.TB) { Eventually(t, patience, config) })
	}
	missing := config.Topic + "[0]@5: " // the last record of the order without a row
	if !strings.Contains(failed, fmt.Sprintf("after %s", patience/2)) || !strings.Contains(failed, missing) {
		t.Errorf("failed with %q, expected the missing row", failed)
	}
	config.Oracle = func(*kgo.Record) checker.Outcome { return checker.Outcome{Row: checker.Row{"alone"}} }
	failed = failure(t, func(t testing.TB) { Eventually(t, time.Hour, config) })
	if !strings.Contains(failed, checker.ErrUnjudged.Error()) {
		t.Errorf("failed with %q, expected it to fail at once", failed)
	}
}

// missingRow returns a log that has each of three orders twice, and a table without the
// last of these orders.
func missingRow(t *testing.T) (config checker.Config, last orders.Order) {
	t.Helper()
	server := mariadbtest.Shared(t)
	database, _ := server.Orders(t, "../../config")
	db, err := sql.Open("mysql", server.DSN(database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })

	g := orders.NewGenerator(7)
	stored := []orders.Order{g.Order(), g.Order()}
	for _, o := range stored {
		store(t, db, o)
	}
	last = g.Order()
	log := []orders.Message{orders.Good(stored[0]), orders.Good(stored[1]), orders.Good(last)}
	broker := kafkatest.InMemory(t)
	config = checker.Config{Seeds: broker.Seeds(), Topic: kafkatest.Topic(t, broker, 1), DB: db}
	if _, err := orders.Produce(t.Context(), config.Seeds, config.Topic, slices.Values(slices.Repeat(log, 2)), nil); err != nil {
		t.Fatal(err)
	}
	return config, last
}

// store writes the row of an order.
func store(t *testing.T, db *sql.DB, o orders.Order) {
	t.Helper()
	const insert = "INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES (?, ?, ?, ?, ?, ?)"
	if _, err := db.ExecContext(t.Context(), insert, o.OrderID, o.UserID, o.ProductID, o.Quantity, o.UnitPrice, o.Quantity*o.UnitPrice); err != nil {
		t.Fatal(err)
	}
}

// failing replaces a test that must fail.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Helper()           {}
func (f *failing) Fatal(args ...any) { f.text = fmt.Sprint(args...); runtime.Goexit() }

func failure(t testing.TB, call func(testing.TB)) string {
	f, done := &failing{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		call(f)
	}()
	<-done
	return f.text
}
