package herder

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
)

func TestRestartKeepsRows(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config(), "")
	require.NoError(t, err)
	w.send(0, 9)
	w.awaitRows(9)
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
	stream := w.current("orders")

	status, err := w.Restart(ctx, "orders", false, false)
	require.NoError(t, err)
	require.Equal(t, connect.Restarting, status.Connector.State)
	require.Equal(t, connect.Running, status.Tasks[0].State)
	status, err = w.Restart(ctx, "orders", true, true)
	require.NoError(t, err)
	require.Equal(t, connect.Running, status.Connector.State, "it has not failed")
	_, _, err = w.Put(ctx, "orders", w.config())
	require.NoError(t, err)
	require.Same(t, stream, w.current("orders"), "the tasks go on")

	status, err = w.Restart(ctx, "orders", true, false)
	require.NoError(t, err)
	require.Equal(t, connect.Restarting, status.Tasks[1].State)
	w.awaitOther("orders", stream)
	stream = w.current("orders")
	require.NoError(t, w.RestartTask(ctx, "orders", 1))
	w.awaitOther("orders", stream)
	w.send(9, 18)
	w.awaitRows(18)

	expectError(t, 404, "Unknown task: orders-2", w.RestartTask(ctx, "orders", 2))
	expectError(t, 404, "Unknown connector: nope", w.RestartTask(ctx, "nope", 0))
	_, err = w.Restart(ctx, "nope", false, false)
	expectError(t, 404, "Unknown connector: nope", err)
}

// Nothing is lost and nothing is stored twice while the connector changes its table under
// load: each record is a row of either the first or the second table.
func TestChangingAConnectorUnderLoad(t *testing.T) {
	w := newWorld(t)
	config := func(table string) map[string]string {
		return w.config("insert.mode", "insert", "pk.mode", "kafka", "pk.fields", "", "table.name.format", table)
	}
	for _, table := range []string{"t", "t2"} {
		_, err := w.db.Exec("CREATE TABLE " + table + " (__connect_topic VARCHAR(200) COLLATE utf8mb4_bin, __connect_partition INT, __connect_offset BIGINT, id INT, v TEXT," +
			" PRIMARY KEY (__connect_topic, __connect_partition, __connect_offset))")
		require.NoError(t, err)
	}
	_, err := w.Create(ctx, "orders", config("t"), "")
	require.NoError(t, err)
	// 2,000 records a second until the last change.
	stop, sent := make(chan struct{}), make(chan int)
	go func() {
		n, pace := 0, time.NewTicker(10*time.Millisecond)
		defer pace.Stop()
		for {
			select {
			case <-stop:
				sent <- n
				return
			case <-pace.C:
				w.sendAll(n, n+20)
				n += 20
			}
		}
	}()
	w.awaitMore("t", 0)
	for change := range 6 {
		table := []string{"t2", "t"}[change%2]
		before := w.count(table)
		_, _, err := w.Put(ctx, "orders", config(table))
		require.NoError(t, err)
		w.awaitMore(table, max(before, 0))
	}
	close(stop)
	n := <-sent
	w.awaitCount("SELECT COUNT(DISTINCT id) FROM (SELECT id FROM t UNION ALL SELECT id FROM t2) a", n)
	w.awaitCount("SELECT COUNT(*) FROM (SELECT id FROM t UNION ALL SELECT id FROM t2) a", n)
	t.Logf("%d records", n)
}

func TestOffsets(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config(), "")
	require.NoError(t, err)
	w.send(0, 30)
	w.awaitRows(30)
	at := func(n int64) *int64 { return &n }
	change := []connect.Offset{{Topic: w.topic, Partition: 0, Offset: at(4)}, {Topic: w.topic, Partition: 1}}

	_, err = w.AlterOffsets(ctx, "orders", change)
	expectError(t, 400, "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified "+
		"connector by issuing a 'PUT' request to the '/connectors/orders/stop' endpoint", err)
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStopped))
	message, err := w.AlterOffsets(ctx, "orders", change) // at once, while the stream stops
	require.NoError(t, err)
	require.Contains(t, message, "have been altered successfully")
	require.Equal(t, map[int32]int64{0: 4, 2: 10}, w.offsets("orders"))
	_, err = w.db.Exec("DELETE FROM t")
	require.NoError(t, err)
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStarted))
	w.awaitRows(6 + 10)

	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStopped))
	message, err = w.ResetOffsets(ctx, "orders")
	require.NoError(t, err)
	require.Contains(t, message, "have been reset successfully")
	require.Empty(t, w.offsets("orders"))
	_, err = w.ResetOffsets(ctx, "orders")
	require.NoError(t, err, "again")
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStarted))
	w.awaitRows(30)

	_, err = w.Offsets(ctx, "nope")
	expectError(t, 404, "Connector nope not found", err)
	_, err = w.AlterOffsets(ctx, "nope", change)
	expectError(t, 404, "Connector nope not found", err)
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStopped))
	_, err = w.AlterOffsets(ctx, "orders", nil)
	expectError(t, 400, "Partitions / offsets need to be provided", err)
}

func TestPatch(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config("batch.size", "10"), "")
	require.NoError(t, err)
	three := "3"
	info, err := w.Patch(ctx, "orders", map[string]*string{"tasks.max": &three, "batch.size": nil})
	require.NoError(t, err)
	require.Equal(t, w.config("name", "orders", "tasks.max", "3"), info.Config)
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running, connect.Running)
	_, err = w.Patch(ctx, "nope", nil)
	expectError(t, 404, "Connector nope not found", err)
}

func TestNoPatchIsLost(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config(), connect.TargetPaused)
	require.NoError(t, err)
	var patches sync.WaitGroup
	const n = 20
	for i := range n {
		patches.Go(func() {
			value := "1"
			_, err := w.Patch(ctx, "orders", map[string]*string{fmt.Sprint("key", i): &value})
			assert.NoError(t, err)
		})
	}
	patches.Wait()
	info, err := w.Info("orders")
	require.NoError(t, err)
	for i := range n {
		require.Contains(t, info.Config, fmt.Sprint("key", i))
	}
}

func TestFewerTasks(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config("tasks.max", "3"), "")
	require.NoError(t, err)
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running, connect.Running)
	_, _, err = w.Put(ctx, "orders", w.config("tasks.max", "1"))
	require.NoError(t, err)
	w.awaitStates("orders", connect.Running, connect.Running)
	require.Len(t, w.Statuses.Tasks("orders"), 1)
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStopped))
	w.awaitStates("orders", connect.Stopped)
	require.Empty(t, w.Statuses.Tasks("orders"))
}

func TestManyConnectors(t *testing.T) {
	w := newWorld(t)
	w.send(0, 3)
	const n = 20
	for i := range n {
		_, err := w.Create(ctx, fmt.Sprint("c", i), w.config("table.name.format", fmt.Sprint("t", i), "tasks.max", "1"), "")
		require.NoError(t, err)
	}
	for i := range n {
		w.awaitStates(fmt.Sprint("c", i), connect.Running, connect.Running)
		w.awaitCount(fmt.Sprintf("SELECT COUNT(*) FROM t%d", i), 3)
	}
}
