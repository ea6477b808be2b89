package mariadb

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/mariadb"
)

// stockConfig is what pipelines/orders.yaml says.
const stockConfig = `
table: orders
columns: [order_id, user_id, product_id, qty, unit_price, total_price]
metadata_columns: [kafka_timestamp_ms]
version: kafka_timestamp_ms
key: [order_id]
lock_order: [product_id]
`

// shop returns a database with the shipped tables.
func shop(t testing.TB, files ...string) *database {
	t.Helper()
	return shopIn(shared(t), files...)
}

func shopIn(d *database, files ...string) *database {
	d.t.Helper()
	for _, file := range files {
		require.NoError(d.t, mariadb.RunFile(d.t.Context(), d.server.AdminDSN(d.name), filepath.Join("..", "..", "config", file)))
	}
	return d
}

func shopOrder(id, product string, qty int64, at int64) *service.Message {
	m := service.NewMessage(nil)
	m.SetStructuredMut(map[string]any{
		"order_id": id, "user_id": "7f2c1c52-8a34-4a2b-9f0e-3d7c5e1b6a90",
		"product_id": product, "qty": qty, "unit_price": int64(11000), "total_price": 11000 * qty,
	})
	m.MetaSetMut("kafka_timestamp_ms", at)
	return m
}

func deletion(id string, at int64) *service.Message {
	m := service.NewMessage(nil)
	m.MetaSetMut("kafka_key", id)
	m.MetaSetMut("kafka_timestamp_ms", at)
	m.MetaSetMut("kafka_tombstone_message", true)
	return m
}

const (
	ofOrders = "SELECT order_id, product_id, qty, status FROM orders ORDER BY order_id"
	ofStock  = "SELECT product_id, initial, remaining FROM stock ORDER BY product_id"
)

// The triggers run statements of their own inside the one that counts.
func TestTheStockTakesEachOrderOnceAndTheCountsStayRight(t *testing.T) {
	t.Parallel()
	d := shop(t, "schema.sql", "stock.sql")
	d.exec("INSERT INTO stock (product_id, initial) VALUES ('choc', 10), ('Choc', 5)")
	o := d.output(stockConfig + "tombstone: delete\n")
	for _, step := range []struct {
		why           string
		batch         service.MessageBatch
		counts        string
		orders, stock []string
	}{
		{"new", service.MessageBatch{shopOrder("a", "choc", 7, 10), shopOrder("b", "unstocked", 100, 10)},
			"inserted 2, updated 0, unchanged 0, compacted 0, refused 0",
			[]string{"a|choc|7|accepted", "b|unstocked|100|NULL"}, []string{"Choc|5|5", "choc|10|3"}},
		{"delivered again", service.MessageBatch{shopOrder("a", "choc", 7, 10), shopOrder("a", "choc", 7, 10)},
			"inserted 0, updated 0, unchanged 1, compacted 1, refused 0",
			[]string{"a|choc|7|accepted", "b|unstocked|100|NULL"}, []string{"Choc|5|5", "choc|10|3"}},
		{"a newer version that says the same, a stale one, a new one", service.MessageBatch{shopOrder("a", "choc", 7, 11), shopOrder("b", "choc", 1, 9), shopOrder("c", "Choc", 5, 1)},
			"inserted 1, updated 0, unchanged 1, compacted 0, refused 0, stale 1",
			[]string{"a|choc|7|accepted", "b|unstocked|100|NULL", "c|Choc|5|accepted"}, []string{"Choc|5|0", "choc|10|3"}},
		{"more than there is", service.MessageBatch{shopOrder("d", "choc", 4, 10), shopOrder("e", "choc", 3, 10)},
			"inserted 2, updated 0, unchanged 0, compacted 0, refused 0",
			[]string{"a|choc|7|accepted", "b|unstocked|100|NULL", "c|Choc|5|accepted", "d|choc|4|rejected", "e|choc|3|accepted"}, []string{"Choc|5|0", "choc|10|0"}},
		{"an order that shrinks gives back, and its own part counts as free", service.MessageBatch{shopOrder("a", "choc", 2, 12)},
			"inserted 0, updated 1, unchanged 0, compacted 0, refused 0",
			[]string{"a|choc|2|accepted", "b|unstocked|100|NULL", "c|Choc|5|accepted", "d|choc|4|rejected", "e|choc|3|accepted"}, []string{"Choc|5|0", "choc|10|5"}},
		{"a rejected order that comes again stays so, one that changes is judged anew", service.MessageBatch{shopOrder("d", "choc", 4, 11), shopOrder("a", "choc", 7, 13)},
			"inserted 0, updated 1, unchanged 1, compacted 0, refused 0",
			[]string{"a|choc|7|accepted", "b|unstocked|100|NULL", "c|Choc|5|accepted", "d|choc|4|rejected", "e|choc|3|accepted"}, []string{"Choc|5|0", "choc|10|0"}},
		{"an order that grows beyond what is there is rejected and gives all back", service.MessageBatch{shopOrder("a", "choc", 8, 14)},
			"inserted 0, updated 1, unchanged 0, compacted 0, refused 0",
			[]string{"a|choc|8|rejected", "b|unstocked|100|NULL", "c|Choc|5|accepted", "d|choc|4|rejected", "e|choc|3|accepted"}, []string{"Choc|5|0", "choc|10|7"}},
		{"a rejected order that changes to fit", service.MessageBatch{shopOrder("d", "choc", 3, 12)},
			"inserted 0, updated 1, unchanged 0, compacted 0, refused 0",
			[]string{"a|choc|8|rejected", "b|unstocked|100|NULL", "c|Choc|5|accepted", "d|choc|3|accepted", "e|choc|3|accepted"}, []string{"Choc|5|0", "choc|10|4"}},
		{"another product, one that differs in case only, and out of any stock", service.MessageBatch{shopOrder("c", "choc", 4, 2), shopOrder("e", "unstocked", 3, 11)},
			"inserted 0, updated 2, unchanged 0, compacted 0, refused 0",
			[]string{"a|choc|8|rejected", "b|unstocked|100|NULL", "c|choc|4|accepted", "d|choc|3|accepted", "e|unstocked|3|NULL"}, []string{"Choc|5|5", "choc|10|3"}},
		{"into a stock", service.MessageBatch{shopOrder("b", "Choc", 5, 11)},
			"inserted 0, updated 1, unchanged 0, compacted 0, refused 0",
			[]string{"a|choc|8|rejected", "b|Choc|5|accepted", "c|choc|4|accepted", "d|choc|3|accepted", "e|unstocked|3|NULL"}, []string{"Choc|5|0", "choc|10|3"}},
		{"deleted, deleted again, and a tombstone that is older than its row", service.MessageBatch{deletion("d", 12), deletion("a", 14), deletion("none", 1), deletion("b", 10)},
			"inserted 0, updated 0, unchanged 2, compacted 0, refused 0, deleted 2",
			[]string{"b|Choc|5|accepted", "c|choc|4|accepted", "e|unstocked|3|NULL"}, []string{"Choc|5|0", "choc|10|6"}},
	} {
		require.Equal(t, step.counts, d.put(o, step.batch).String(), step.why)
		require.Equal(t, step.orders, d.rows(ofOrders), step.why)
		require.Equal(t, step.stock, d.rows(ofStock), step.why)
	}
	// By hand: cancelled, and taken up again as far as there is enough.
	d.exec("UPDATE orders SET status = 'rejected' WHERE order_id = 'c'")
	require.Equal(t, []string{"Choc|5|0", "choc|10|10"}, d.rows(ofStock))
	d.exec("UPDATE orders SET status = 'accepted' WHERE order_id = 'c'")
	require.Equal(t, []string{"Choc|5|0", "choc|10|6"}, d.rows(ofStock))
	d.exec("UPDATE stock SET initial = 5, remaining = 1 WHERE product_id = 'choc'")
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0", d.put(o, service.MessageBatch{shopOrder("c", "choc", 4, 3)}).String())
	require.Equal(t, []string{"Choc|5|0", "choc|5|1"}, d.rows(ofStock))
}

func TestAShortOrderIsRefusedAlone(t *testing.T) {
	t.Parallel()
	d := shop(t, "schema.sql", "stock.sql")
	d.exec("INSERT INTO stock (product_id, initial, when_short) VALUES ('choc', 10, 'refused')")
	o := d.output(stockConfig)
	const reason = "row_check: not_enough_in_stock: MariaDB error 4025 (23000): " + checkFails
	put := func(batch ...*service.Message) map[int]string { return d.put(o, batch).refused }
	require.Equal(t, map[int]string{1: reason}, put(shopOrder("a", "choc", 7, 1), shopOrder("b", "choc", 4, 1), shopOrder("c", "other", 1, 1), shopOrder("d", "choc", 3, 1)))
	require.Equal(t, []string{"a|choc|7|accepted", "c|other|1|NULL", "d|choc|3|accepted"}, d.rows(ofOrders))
	require.Equal(t, []string{"choc|10|0"}, d.rows(ofStock))
	require.Empty(t, put(shopOrder("a", "choc", 7, 1), shopOrder("d", "choc", 3, 2)), "what is there already takes nothing")
	require.Equal(t, map[int]string{0: reason}, put(shopOrder("a", "choc", 8, 3)), "a change for more than there is")
	require.Equal(t, []string{"a|choc|7|accepted", "c|other|1|NULL", "d|choc|3|accepted"}, d.rows(ofOrders))
	require.Equal(t, []string{"choc|10|0"}, d.rows(ofStock))
}

// The triggers run as the account that made them: the sink's account knows no stock.
func TestTheStockNeedsNoPrivilegeOfTheSink(t *testing.T) {
	t.Parallel()
	d := shop(t, "schema.sql", "stock.sql")
	d.exec("INSERT INTO stock (product_id, initial) VALUES ('choc', 10)")
	account := d.name + "_sink"
	d.exec("CREATE USER '" + account + "'@'127.0.0.1' IDENTIFIED BY 'secret'")
	d.exec("GRANT SELECT, INSERT, UPDATE ON " + d.name + ".orders TO '" + account + "'@'127.0.0.1'")
	o := d.outputOf(fmt.Sprintf("%s:secret@tcp(%s)/%s", account, d.server.Addr(), d.name), stockConfig)
	require.NoError(t, o.Connect(t.Context()))
	for at, qty := range []int64{7, 8, 11, 3} {
		require.Empty(t, d.put(o, service.MessageBatch{shopOrder("a", "choc", qty, int64(at))}).refused)
	}
	require.Equal(t, []string{"a|choc|3|accepted"}, d.rows(ofOrders))
	require.Equal(t, []string{"choc|10|7"}, d.rows(ofStock))
}
