//go:build unix

package mariadb

import (
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// resume ends the stop of every output, so its tests do not run in parallel.
func resume(t *testing.T) {
	t.Helper()
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGUSR1))
}

// A batch that dead_letter_limit holds back is written again, and each of its messages
// counts once, by what became of it first.
func TestAMessageThatIsHeldBackCountsOnce(t *testing.T) {
	d := shared(t, orders)
	o := d.output(ordersConfig + "dead_letter_limit: {ratio: 0, min_count: 1, pause: 1h}\n")
	require.Empty(t, d.write(o, order("old", "x", 1, "1"), order("same", "x", 1, "1")))
	failed := service.NewMessage([]byte("x"))
	failed.SetError(context.DeadlineExceeded)
	ignored := service.NewMessage(nil)
	batch := append(batchOf(order("new", "x", 1, "1"), order("old", "x", 2, "1"), order("same", "x", 1, "1"),
		order("b", "x", 1, "1"), order("b", "x", 2, "1"), order("bad", "x", 1, "no number")), failed, ignored)
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	require.Equal(t, []string{"b|2", "new|1", "old|2", "same|1"}, d.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
	require.Equal(t, map[string]int64{"inserted": 2}, o.counts("mariadb_upsert_rows_total"), "no message of it has its outcome yet")
	require.Equal(t, int64(1), o.count("mariadb_upsert_batches_total"))

	resume(t)
	require.Len(t, d.settled(o, batch), 2)
	require.Equal(t, map[string]int64{"inserted": 4, "updated": 1, "unchanged": 1, "compacted": 1, "refused": 1, "failed": 1, "ignored": 1},
		o.counts("mariadb_upsert_rows_total"))
	require.Equal(t, int64(2), o.count("mariadb_upsert_batches_total"))
	require.Equal(t, map[string]int64{"row_type": 1}, o.counts("mariadb_upsert_refused_total"))
}

// The outcomes of the first write do not outlive the batch, and add up when rows have
// changed meanwhile.
func TestTheOutcomesOfAHeldBatchAddUp(t *testing.T) {
	d := shared(t, orders)
	o := d.output("table: orders\ncolumns: [order_id, product, qty]\nkey: [order_id]\nversion: qty\ndead_letter_limit: {ratio: 0, min_count: 1, pause: 1h}\n")
	batch := batchOf(order("a", "x", 1, ""), order("b", "x", 1, ""), order("c", "x", 1, ""), order("bad", "x", 1, ""))
	batch[3].SetStructured("no object")
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	resume(t)
	require.Len(t, d.settled(o, batchOf("another")), 1, "one batch with refusals passes")
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch), "held back again")
	d.exec("UPDATE orders SET qty = 5 WHERE order_id = 'a'") // by another sink that has a newer order
	d.exec("DELETE FROM orders WHERE order_id = 'b'")
	resume(t)
	require.Len(t, d.settled(o, batch), 1)
	require.Equal(t, map[string]int64{"inserted": 3, "refused": 2}, o.counts("mariadb_upsert_rows_total"))
	require.Empty(t, d.write(o, order("a", "x", 5, ""), order("c", "x", 1, "")))
	require.Equal(t, map[string]int64{"inserted": 3, "refused": 2, "unchanged": 2}, o.counts("mariadb_upsert_rows_total"))
}
