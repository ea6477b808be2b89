package mariadb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
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

// shop is a world with the shipped tables.
func shop(t testing.TB, files ...string) *world {
	t.Helper()
	return shopIn(shared(t), files...)
}

func shopIn(w *world, files ...string) *world {
	w.t.Helper()
	for _, file := range files {
		require.NoError(w.t, mariadb.RunFile(w.t.Context(), w.server.AdminDSN(w.name), filepath.Join("..", "..", "config", file)))
	}
	return w
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
	w := shop(t, "schema.sql", "stock.sql")
	w.exec("INSERT INTO stock (product_id, initial) VALUES ('choc', 10), ('Choc', 5)")
	o := w.output(stockConfig + "tombstone: delete\n")
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
		require.Equal(t, step.counts, countsText(w.put(o, step.batch)), step.why)
		require.Equal(t, step.orders, w.rows(ofOrders), step.why)
		require.Equal(t, step.stock, w.rows(ofStock), step.why)
	}
	// By hand: cancelled, and taken up again as far as there is enough.
	w.exec("UPDATE orders SET status = 'rejected' WHERE order_id = 'c'")
	require.Equal(t, []string{"Choc|5|0", "choc|10|10"}, w.rows(ofStock))
	w.exec("UPDATE orders SET status = 'accepted' WHERE order_id = 'c'")
	require.Equal(t, []string{"Choc|5|0", "choc|10|6"}, w.rows(ofStock))
	w.exec("UPDATE stock SET initial = 5, remaining = 1 WHERE product_id = 'choc'")
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0", countsText(w.put(o, service.MessageBatch{shopOrder("c", "choc", 4, 3)})))
	require.Equal(t, []string{"Choc|5|0", "choc|5|1"}, w.rows(ofStock))
}

func TestAShortOrderIsRefusedAlone(t *testing.T) {
	t.Parallel()
	w := shop(t, "schema.sql", "stock.sql")
	w.exec("INSERT INTO stock (product_id, initial, when_short) VALUES ('choc', 10, 'refused')")
	o := w.output(stockConfig)
	const reason = "row_check: not_enough_in_stock: MariaDB error 4025 (23000): " + wordsCheck
	put := func(batch ...*service.Message) map[int]string {
		r := w.put(o, batch)
		refused := map[int]string{}
		for i, refusal := range r.refused {
			refused[i] = refusal.Error()
		}
		return refused
	}
	require.Equal(t, map[int]string{1: reason}, put(shopOrder("a", "choc", 7, 1), shopOrder("b", "choc", 4, 1), shopOrder("c", "other", 1, 1), shopOrder("d", "choc", 3, 1)))
	require.Equal(t, []string{"a|choc|7|accepted", "c|other|1|NULL", "d|choc|3|accepted"}, w.rows(ofOrders))
	require.Equal(t, []string{"choc|10|0"}, w.rows(ofStock))
	require.Empty(t, put(shopOrder("a", "choc", 7, 1), shopOrder("d", "choc", 3, 2)), "what is there already takes nothing")
	require.Equal(t, map[int]string{0: reason}, put(shopOrder("a", "choc", 8, 3)), "a change for more than there is")
	require.Equal(t, []string{"a|choc|7|accepted", "c|other|1|NULL", "d|choc|3|accepted"}, w.rows(ofOrders))
	require.Equal(t, []string{"choc|10|0"}, w.rows(ofStock))
}

// Judged while another order takes the last pieces, an order waits for the verdict
// on that one instead of being wrong about what is left.
func TestTheVerdictWaitsForWhoeverTakes(t *testing.T) {
	t.Parallel()
	w := shopIn(newWorld(t, mariadbtest.Private(t)), "schema.sql", "stock.sql")
	w.exec("INSERT INTO stock (product_id, initial) VALUES ('choc', 10)")
	w.exec("INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES ('c', 'u', 'choc', 1, 1, 1)")
	o := w.output(stockConfig)
	first, err := w.db.Begin()
	require.NoError(t, err)
	_, err = first.Exec("INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES ('a', 'u', 'choc', 7, 1, 7)")
	require.NoError(t, err)
	done := make(chan *result)
	go func() {
		r, f := o.store.put(context.Background(), o.messages(service.MessageBatch{shopOrder("b", "choc", 7, 1), shopOrder("c", "choc", 4, 1)}))
		if f != nil {
			t.Error(f)
		}
		done <- r
	}()
	w.awaitLockWait()
	require.NoError(t, first.Commit())
	require.Empty(t, (<-done).refused)
	require.Equal(t, []string{"a|choc|7|accepted", "b|choc|7|rejected", "c|choc|4|rejected"}, w.rows(ofOrders))
	require.Equal(t, []string{"choc|10|3"}, w.rows(ofStock))
}

// The triggers run as whoever made them: the sink's account knows no stock.
func TestTheStockNeedsNoPrivilegeOfTheSink(t *testing.T) {
	t.Parallel()
	w := shop(t, "schema.sql", "stock.sql")
	w.exec("INSERT INTO stock (product_id, initial) VALUES ('choc', 10)")
	account := w.name + "_sink"
	w.exec("CREATE USER '" + account + "'@'127.0.0.1' IDENTIFIED BY 'secret'")
	w.exec("GRANT SELECT, INSERT, UPDATE ON " + w.name + ".orders TO '" + account + "'@'127.0.0.1'")
	parsed, err := Spec().ParseYAML(fmt.Sprintf("dsn: %s:secret@tcp(%s)/%s\n%s", account, w.server.Addr(), w.name, stockConfig), nil)
	require.NoError(t, err)
	o, err := newOutput(parsed, service.MockResources())
	require.NoError(t, err)
	defer func() { require.NoError(t, o.Close(context.Background())) }()
	require.NoError(t, o.Connect(t.Context()))
	for at, qty := range []int64{7, 8, 11, 3} {
		require.Empty(t, w.put(o, service.MessageBatch{shopOrder("a", "choc", qty, int64(at))}).refused)
	}
	require.Equal(t, []string{"a|choc|3|accepted"}, w.rows(ofOrders))
	require.Equal(t, []string{"choc|10|7"}, w.rows(ofStock))
}

// Several connections, few products, orders that come again and that change:
// nothing is taken twice, nothing is lost, and no deadlock comes back.
func TestHotProductsOverSeveralConnections(t *testing.T) {
	t.Parallel()
	const writers, batches, size, products, initial = 4, 10, 500, 20, 2000
	w := shop(t, "schema.sql", "stock.sql")
	w.exec(fmt.Sprintf("INSERT INTO stock (product_id, initial) SELECT CONCAT('p', seq), %d FROM seq_1_to_%d", initial, products))
	o := w.output(stockConfig)
	var waits atomic.Int64
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(writer), 0))
			for n := range batches {
				batch := make(service.MessageBatch, size)
				for i := range batch { // a third are changes or repetitions, also of another writer's
					id, at := fmt.Sprintf("%d-%d-%d", writer, n, i), int64(1)
					if i%3 == 0 {
						id, at = fmt.Sprintf("%d-%d-%d", random.IntN(writers), random.IntN(n+1), random.IntN(size)), random.Int64N(4)
					}
					batch[i] = shopOrder(id, fmt.Sprintf("p%d", 1+random.IntN(products)), 1+random.Int64N(5), at)
				}
				for { // as the framework does
					_, f := o.store.put(context.Background(), o.messages(batch))
					if f == nil {
						break
					}
					waits.Add(1)
					if f.cause() != "deadlock" {
						t.Error(f)
						return
					}
				}
			}
		})
	}
	group.Wait()
	require.Empty(t, w.rows(`SELECT s.product_id, remaining, SUM(IF(status = 'accepted', qty, 0)) AS taken
		FROM stock s LEFT JOIN orders o ON BINARY o.product_id = BINARY s.product_id GROUP BY s.product_id
		HAVING remaining < 0 OR remaining <> 2000 - taken`))
	require.Equal(t, []string{"1"}, w.rows("SELECT SUM(status = 'rejected') > 0 FROM orders"), "no product ran short")
	require.Zero(t, waits.Load(), "batches that were left to wait")
}

// Where the locks cannot be sorted (tombstones, whose products are not known, and
// orders that all change theirs) deadlocks are lost, but no batch loses so many
// that it has to wait.
func TestADeadlockIsNeverLostForLong(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"tombstones", "changes of product"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := shop(t, "schema.sql", "stock.sql")
			w.exec("INSERT INTO stock (product_id, initial) SELECT CONCAT('p', seq), 100000 FROM seq_1_to_100")
			// More connections than batches, so that each batch is cut into ranges.
			o := w.output(stockConfig + "connections: 12\ntombstone: delete\n")
			var retries, waits atomic.Int64
			o.store.writer.observe.retry = func(string) { retries.Add(1) }
			var group sync.WaitGroup
			for writer := range 4 {
				group.Go(func() {
					random := rand.New(rand.NewPCG(uint64(writer), 9))
					for at := range 15 {
						batch := make(service.MessageBatch, 800)
						for i := range batch {
							n := random.IntN(3000)
							id, product := fmt.Sprintf("%d-%d", writer, n), n*7919%100
							if kind == "changes of product" {
								product = random.IntN(100)
							} else if i%4 == 0 {
								batch[i] = deletion(id, int64(at))
								continue
							}
							batch[i] = shopOrder(id, fmt.Sprintf("p%d", 1+product), 1+random.Int64N(3), int64(at))
						}
						for {
							_, f := o.store.put(context.Background(), o.messages(batch))
							if f == nil {
								break
							}
							waits.Add(1)
						}
					}
				})
			}
			group.Wait()
			require.NotZero(t, retries.Load(), "no deadlock was provoked")
			require.Zero(t, waits.Load(), "batches that were left to wait")
			require.Empty(t, w.rows(`SELECT s.product_id, remaining, SUM(IF(status = 'accepted', qty, 0)) AS taken
				FROM stock s LEFT JOIN orders o ON BINARY o.product_id = BINARY s.product_id GROUP BY s.product_id
				HAVING remaining <> 100000 - taken`))
		})
	}
}

// Without changes of product the locks are taken in one order, so that nothing
// need be tried again.
func TestLockOrderAvoidsDeadlocks(t *testing.T) {
	t.Parallel()
	const writers, batches, size, products = 4, 8, 1000, 200
	w := shop(t, "schema.sql", "stock.sql")
	w.exec(fmt.Sprintf("INSERT INTO stock (product_id, initial) SELECT CONCAT('p', seq), 1000000 FROM seq_1_to_%d", products))
	o := w.output(stockConfig)
	var retries atomic.Int64
	o.store.writer.observe.retry = func(string) { retries.Add(1) }
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(writer), 1))
			for n := range batches {
				batch := make(service.MessageBatch, size)
				for i := range batch {
					batch[i] = shopOrder(fmt.Sprintf("%016x-%d-%d-%d", random.Uint64(), writer, n, i), fmt.Sprintf("p%d", 1+random.IntN(products)), 1, 1)
				}
				for range 2 { // and once more
					if _, f := o.store.put(context.Background(), o.messages(batch)); f != nil {
						t.Error(f)
					}
				}
			}
		})
	}
	group.Wait()
	require.Zero(t, retries.Load())
	require.Equal(t, []string{fmt.Sprint(writers * batches * size)}, w.rows("SELECT SUM(initial - remaining) FROM stock"))
}
