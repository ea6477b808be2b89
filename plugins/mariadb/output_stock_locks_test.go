package mariadb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// Judged while another order takes the last pieces, an order waits for the outcome
// on that one instead of being wrong about what is left.
func TestAnOutcomeWaitsForTheOrderThatTakes(t *testing.T) {
	t.Parallel()
	d := shopIn(databaseOn(t, mariadbtest.Private(t)), "schema.sql", "stock.sql")
	d.exec("INSERT INTO stock (product_id, initial) VALUES ('choc', 10)")
	d.exec("INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES ('c', 'u', 'choc', 1, 1, 1)")
	o := d.output(stockConfig)
	first, err := d.db.Begin()
	require.NoError(t, err)
	_, err = first.Exec("INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES ('a', 'u', 'choc', 7, 1, 7)")
	require.NoError(t, err)
	done := make(chan map[int]string)
	go func() {
		done <- d.put(o, service.MessageBatch{shopOrder("b", "choc", 7, 1), shopOrder("c", "choc", 4, 1)}).refused
	}()
	d.awaitLockWait()
	require.NoError(t, first.Commit())
	require.Empty(t, <-done)
	require.Equal(t, []string{"a|choc|7|accepted", "b|choc|7|rejected", "c|choc|4|rejected"}, d.rows(ofOrders))
	require.Equal(t, []string{"choc|10|3"}, d.rows(ofStock))
}

// writeUntilStored brings a batch again, as the framework does, until it is stored.
func writeUntilStored(t testing.TB, o *sink, batch service.MessageBatch) {
	t.Helper()
	err := service.ErrNotConnected
	for errors.Is(err, service.ErrNotConnected) {
		err = o.WriteBatch(context.Background(), batch)
	}
	if err != nil {
		t.Error(err)
	}
}

// Several connections, few products, orders that come again and that change:
// nothing is taken twice, nothing is lost, and no deadlock comes back.
func TestHotProductsOverSeveralConnections(t *testing.T) {
	t.Parallel()
	const writers, batches, size, products, initial = 4, 10, 500, 20, 2000
	d := shop(t, "schema.sql", "stock.sql")
	d.exec(fmt.Sprintf("INSERT INTO stock (product_id, initial) SELECT CONCAT('p', seq), %d FROM seq_1_to_%d", initial, products))
	o := d.output(stockConfig)
	var group sync.WaitGroup
	next := func(random *rand.Rand, writer, n int) service.MessageBatch {
		batch := make(service.MessageBatch, size)
		for i := range batch { // a third are changes or repetitions, also of another writer's
			id, at := fmt.Sprintf("%d-%d-%d", writer, n, i), int64(1)
			if i%3 == 0 {
				id, at = fmt.Sprintf("%d-%d-%d", random.IntN(writers), random.IntN(n+1), random.IntN(size)), random.Int64N(4)
			}
			batch[i] = shopOrder(id, fmt.Sprintf("p%d", 1+random.IntN(products)), 1+random.Int64N(5), at)
		}
		return batch
	}
	for writer := range writers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(writer), 0))
			for n := range batches {
				writeUntilStored(t, o, next(random, writer, n))
			}
		})
	}
	group.Wait()
	require.Empty(t, d.rows(`SELECT s.product_id, remaining, SUM(IF(status = 'accepted', qty, 0)) AS taken
		FROM stock s LEFT JOIN orders o ON BINARY o.product_id = BINARY s.product_id GROUP BY s.product_id
		HAVING remaining < 0 OR remaining <> 2000 - taken`))
	require.Equal(t, []string{"1"}, d.rows("SELECT SUM(status = 'rejected') > 0 FROM orders"), "no product ran short")
	require.Empty(t, o.counts("mariadb_upsert_waits_total"), "batches that were left to wait")
}

// Where the locks cannot be sorted (tombstones, whose products are not known, and
// orders that all change theirs) deadlocks are lost, but no batch loses so many
// that it has to wait.
func TestADeadlockIsNeverLostForLong(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"tombstones", "changes of product"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := shop(t, "schema.sql", "stock.sql")
			d.exec("INSERT INTO stock (product_id, initial) SELECT CONCAT('p', seq), 100000 FROM seq_1_to_100")
			// More connections than batches, so that each batch is cut into ranges.
			o := d.output(stockConfig + "connections: 12\ntombstone: delete\n")
			var group sync.WaitGroup
			for writer := range 4 {
				group.Go(func() { writeDeadlocking(t, o, kind, writer) })
			}
			group.Wait()
			require.NotZero(t, o.count("mariadb_upsert_retries_total"), "no deadlock was provoked")
			require.Empty(t, o.counts("mariadb_upsert_waits_total"), "batches that were left to wait")
			require.Empty(t, d.rows(`SELECT s.product_id, remaining, SUM(IF(status = 'accepted', qty, 0)) AS taken
				FROM stock s LEFT JOIN orders o ON BINARY o.product_id = BINARY s.product_id GROUP BY s.product_id
				HAVING remaining <> 100000 - taken`))
		})
	}
}

func writeDeadlocking(t *testing.T, o *sink, kind string, writer int) {
	random := rand.New(rand.NewPCG(uint64(writer), 9))
	for at := range 15 {
		writeUntilStored(t, o, deadlocking(random, kind, writer, int64(at)))
	}
}

// deadlocking is a batch of one writer whose locks cannot be sorted.
func deadlocking(random *rand.Rand, kind string, writer int, at int64) service.MessageBatch {
	batch := make(service.MessageBatch, 800)
	for i := range batch {
		n := random.IntN(3000)
		id, product := fmt.Sprintf("%d-%d", writer, n), n*7919%100
		if kind == "changes of product" {
			product = random.IntN(100)
		} else if i%4 == 0 {
			batch[i] = deletion(id, at)
			continue
		}
		batch[i] = shopOrder(id, fmt.Sprintf("p%d", 1+product), 1+random.Int64N(3), at)
	}
	return batch
}

// Without changes of product the locks are taken in one order, so that nothing
// need be tried again.
func TestLockOrderAvoidsDeadlocks(t *testing.T) {
	t.Parallel()
	const writers, batches, size, products = 4, 8, 1000, 200
	d := shop(t, "schema.sql", "stock.sql")
	d.exec(fmt.Sprintf("INSERT INTO stock (product_id, initial) SELECT CONCAT('p', seq), 1000000 FROM seq_1_to_%d", products))
	o := d.output(stockConfig)
	var group sync.WaitGroup
	writeTwice := func(random *rand.Rand, writer, n int) {
		batch := make(service.MessageBatch, size)
		for i := range batch {
			batch[i] = shopOrder(fmt.Sprintf("%016x-%d-%d-%d", random.Uint64(), writer, n, i), fmt.Sprintf("p%d", 1+random.IntN(products)), 1, 1)
		}
		for range 2 {
			if err := o.WriteBatch(context.Background(), batch); err != nil {
				t.Error(err)
			}
		}
	}
	for writer := range writers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(writer), 1))
			for n := range batches {
				writeTwice(random, writer, n)
			}
		})
	}
	group.Wait()
	require.Empty(t, o.counts("mariadb_upsert_retries_total"))
	require.Equal(t, []string{fmt.Sprint(writers * batches * size)}, d.rows("SELECT SUM(initial - remaining) FROM stock"))
}
