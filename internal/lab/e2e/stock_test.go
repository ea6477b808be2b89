package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// stocked is a world whose products have a stock.
func stocked(t *testing.T, b kafka.Broker, stock string) *world {
	t.Helper()
	w := newWorld(t, b, mariadbtest.Shared(t))
	w.env = map[string]string{"MARIADB_LOCK_ORDER": "product_id"}
	w.runSQL("stock.sql")
	w.runSQL("stock.sql") // applying it again changes nothing
	w.exec("INSERT INTO stock (product_id, initial, when_short) VALUES " + stock)
	return w
}

// Fifteen users order one of ten chocolates each, and every order is delivered twice.
// Exactly ten get one.
func TestOneStockForAllOrders(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := stocked(t, b, "('CATALOG-001', 10, 'rejected'), ('CATALOG-002', 10, 'refused')")
		w.startReady()
		g := orders.NewGenerator(4)
		var messages []orders.Message
		for i := range 30 {
			order := g.Order()
			order.ProductID, order.Quantity, order.TotalPrice = fmt.Sprintf("CATALOG-00%d", 1+i%2), 1, order.UnitPrice
			messages = append(messages, orders.Good(order))
		}
		w.produce(messages...)
		w.awaitCommitted()
		const stored = "SELECT product_id, status, COUNT(*) FROM orders GROUP BY 1, 2 ORDER BY 1, 2"
		const stock = "SELECT product_id, remaining FROM stock ORDER BY 1"
		for range 2 {
			if got := strings.Join(w.rows(stored), ", "); got != "CATALOG-001 accepted 10, CATALOG-001 rejected 5, CATALOG-002 accepted 10" {
				t.Errorf("the orders are %s", got)
			}
			if got := strings.Join(w.rows(stock), ", "); got != "CATALOG-001 0, CATALOG-002 0" {
				t.Errorf("the stock is %s", got)
			}
			w.produce(messages...)
			w.awaitCommitted()
		}
		for _, letter := range w.deadLetters() {
			if code, field := header(letter, "order_sink.code"), header(letter, "order_sink.field"); code != "row_check" || field != "not_enough_in_stock" {
				t.Errorf("a dead letter says %s of %s", code, field)
			}
		}
		if n := len(w.deadLetters()); n != 15 {
			t.Errorf("five orders that were refused three times gave %d dead letters", n)
		}
	})
}

// The sink is killed while it writes, and the whole log comes twice. The stock has
// exactly what the rows say.
func TestTheStockSurvivesKills(t *testing.T) {
	t.Parallel()
	w := stocked(t, kafkatest.InMemory(t), "('CATALOG-001', 2000, 'rejected'), ('CATALOG-002', 100000, 'rejected'), ('CATALOG-003', 100000, 'rejected')")
	g := orders.NewGenerator(5)
	var messages []orders.Message
	for i := range 12_000 {
		order := g.Order()
		order.ProductID = fmt.Sprintf("CATALOG-00%d", 1+i%4) // the fourth has no stock
		messages = append(messages, orders.Good(order))
	}
	s := w.startReady()
	for part := range slices.Chunk(messages, len(messages)/3) {
		w.produce(part...)
		// Each sink stores something before it is killed. The broker in memory never
		// misses a member that dies while it still joins, and keeps its partitions.
		w.eventually("this sink writes", func(context.Context) error {
			if w.metric(s, "mariadb_upsert_rows_total") == 0 {
				return errors.New("no row has an outcome")
			}
			return nil
		})
		w.must(s.Kill())
		s = w.startReady()
	}
	w.produce(messages...)
	w.awaitCommitted()
	w.check(checker.Config{})

	for _, line := range w.rows(`SELECT s.product_id, initial, remaining, initial - SUM(IF(status = 'accepted', qty, 0)), SUM(status = 'rejected') > 0, SUM(status IS NULL)
		FROM stock s JOIN orders USING (product_id) GROUP BY 1 ORDER BY 1`) {
		cells := strings.Fields(line)
		short := cells[0] == "CATALOG-001"
		if cells[2] != cells[3] || (cells[4] == "1") != short || cells[5] != "0" {
			t.Errorf("product, initial, remaining, initial - taken, any rejected, unjudged: %s", line)
		}
	}
	if got := w.rows("SELECT status, COUNT(*) FROM orders WHERE product_id = 'CATALOG-004' GROUP BY 1"); !slices.Equal(got, []string{"NULL 3000"}) {
		t.Errorf("the orders of a product without a stock are %v", got)
	}
	metrics, err := scrape.Read(t.Context(), s)
	w.must(err)
	if waits := metrics.Values("mariadb_upsert_waits_total", "cause", "deadlock"); len(waits) > 0 {
		t.Errorf("a deadlock was left to wait: %v", waits)
	}
}
