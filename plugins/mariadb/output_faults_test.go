package mariadb

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

func TestAReadOnlyServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	d := private(t, orders)
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "x", 1, "1")))
	d.exec("SET GLOBAL read_only = 1")
	batch := batchOf(order("b", "x", 1, "1"))
	for range 3 {
		require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	}
	d.exec("SET GLOBAL read_only = 0")
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, []string{"a", "b"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
	require.Len(t, o.log.matching("the wait is over, after "), 1, "%v", o.log.all())
}

func TestCloseAgainAndWritingAfterwardsEndAtOnce(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	require.NoError(t, o.Close(t.Context()))
	require.NoError(t, o.Close(t.Context()))
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(order("a", "x", 1, "1"))))
}

func TestAShutdownFailsNoRow(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	tx, err := d.db.Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	_, err = tx.Exec("INSERT INTO orders (order_id, qty) VALUES ('a', 1)")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() { answer <- o.WriteBatch(ctx, batchOf(order("a", "x", 1, "1"))) }()
	d.await(fmt.Sprintf("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = '%s' AND COMMAND = 'Execute'", d.name), "1")
	cancel()
	err = <-answer
	require.Same(t, service.ErrNotConnected, err)
	require.Zero(t, o.count("mariadb_upsert_retries_total"), "the output waited for the lock")
}

func TestAnIdleConnectionThatWasEndedIsReplaced(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "x", 1, "1")))
	for i := range 3 {
		for _, id := range d.rows("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'orders' AND DB = '" + d.name + "'") {
			_, _ = d.db.Exec("KILL " + id) // one that is going already is unknown
		}
		require.Empty(t, d.write(o, order(fmt.Sprint(i), "x", 1, "1")))
	}
	require.Equal(t, []string{"4"}, d.rows("SELECT COUNT(*) FROM orders"))
}

// The framework brings a batch again and again underneath: no row is lost and
// none fails while the server is killed and started under load.
func TestAKilledServerLosesAndFailsNothing(t *testing.T) {
	t.Parallel()
	d := private(t, orders)
	o := d.output(ordersConfig)
	const writers, batches, rows = 4, 40, 250
	owned, err := service.MockResources(service.MockResourcesOptUseLogger(service.NewLoggerFromSlog(slog.New(o.log)))).ManagedBatchOutput("mariadb_upsert", writers, unclosed{o})
	require.NoError(t, err)
	defer func() { require.NoError(t, owned.Close(context.Background())) }()
	require.NoError(t, owned.Prime())
	var written atomic.Int64
	var group sync.WaitGroup
	write := func(writer, b int) {
		var records []any
		for i := range rows {
			records = append(records, order(fmt.Sprintf("%d-%d-%d", writer, b, i), "x", 1, "1"))
		}
		if err := owned.WriteBatch(t.Context(), batchOf(records...)); err != nil {
			t.Errorf("writer %d, batch %d: %v", writer, b, err)
		}
		written.Add(1)
	}
	for writer := range writers {
		group.Go(func() {
			for b := range batches {
				write(writer, b)
			}
		})
	}
	for _, at := range []int64{20, 80} {
		require.Eventually(t, func() bool { return written.Load() >= at }, time.Minute, time.Millisecond)
		require.NoError(t, d.server.Kill())
		require.NoError(t, d.server.Start(context.Background()))
	}
	group.Wait()
	require.Equal(t, []string{fmt.Sprint(writers * batches * rows)}, d.rows("SELECT COUNT(*) FROM orders"))
	require.NotEmpty(t, o.log.matching("waiting for MariaDB since "))
}

// unclosed leaves closing to the test's own cleanup.
type unclosed struct{ service.BatchOutput }

func (unclosed) Close(context.Context) error { return nil }
