package mariadb

import (
	"context"
	"maps"
	"sync"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// countedHere makes an output count here, by metric and label.
func countedHere(o *output) func(name string) map[string]int64 {
	var mutex sync.Mutex
	counts := map[string]map[string]int64{}
	take := func(name string, _ ...string) metric {
		return func(n int64, values ...string) {
			mutex.Lock()
			defer mutex.Unlock()
			if counts[name] == nil {
				counts[name] = map[string]int64{}
			}
			counts[name][append(values, "")[0]] += n
		}
	}
	ignore := func(string, ...string) metric { return func(int64, ...string) {} }
	o.metrics = newMetrics(take, take, ignore)
	return func(name string) map[string]int64 {
		mutex.Lock()
		defer mutex.Unlock()
		return maps.Clone(counts[name])
	}
}

// A batch that dead_letter_limit holds back is written again, and each of its messages
// counts once, by what became of it first.
func TestAMessageThatIsHeldBackCountsOnce(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig + "dead_letter_limit: {ratio: 0, min_count: 1, pause: 1h}\n")
	require.Empty(t, w.write(o, order("old", "x", 1, "1"), order("same", "x", 1, "1")))
	counts := countedHere(o)
	failed := service.NewMessage([]byte("x"))
	failed.SetError(context.DeadlineExceeded)
	ignored := service.NewMessage(nil)
	batch := append(batchOf(order("new", "x", 1, "1"), order("old", "x", 2, "1"), order("same", "x", 1, "1"),
		order("b", "x", 1, "1"), order("b", "x", 2, "1"), order("bad", "x", 1, "no number")), failed, ignored)
	index := batch.Index()
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	require.Equal(t, []string{"b|2", "new|1", "old|2", "same|1"}, w.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
	require.Empty(t, counts("mariadb_upsert_rows_total"), "no message has its verdict yet")
	require.Empty(t, counts("mariadb_upsert_batches_total"))

	o.breaker.resume()
	require.Len(t, refusalsOf(t, index, o.WriteBatch(t.Context(), batch)), 2)
	require.Equal(t, map[string]int64{"inserted": 2, "updated": 1, "unchanged": 1, "compacted": 1, "refused": 1, "failed": 1, "ignored": 1},
		counts("mariadb_upsert_rows_total"))
	require.Equal(t, map[string]int64{"": 1}, counts("mariadb_upsert_batches_total"))
	require.Equal(t, map[string]int64{"row_type": 1}, counts("mariadb_upsert_refused_total"))
}

// The outcomes of the first write do not outlive the batch, and add up when rows have
// changed meanwhile.
func TestTheOutcomesOfAHeldBatchAddUp(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output("table: orders\ncolumns: [order_id, product, qty]\nkey: [order_id]\nversion: qty\ndead_letter_limit: {ratio: 0, min_count: 1, pause: 1h}\n")
	counts := countedHere(o)
	batch := batchOf(order("a", "x", 1, ""), order("b", "x", 1, ""), order("c", "x", 1, ""), order("bad", "x", 1, ""))
	batch[3].SetStructured("no object")
	for range 2 { // held back twice
		require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
		o.breaker.resume()
		o.breaker.probing = false
	}
	w.exec("UPDATE orders SET qty = 5 WHERE order_id = 'a'") // by somebody who has a newer one
	w.exec("DELETE FROM orders WHERE order_id = 'b'")
	o.breaker.probing = true
	require.Error(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, map[string]int64{"inserted": 3, "refused": 1}, counts("mariadb_upsert_rows_total"))
	require.Empty(t, w.write(o, order("a", "x", 5, ""), order("c", "x", 1, "")))
	require.Equal(t, map[string]int64{"inserted": 3, "refused": 1, "unchanged": 2}, counts("mariadb_upsert_rows_total"))
}
