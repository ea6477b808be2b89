package mariadb

import (
	"database/sql"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/mariadb/store"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// held are the connections that the outputs of a database hold.
func (d *database) held() string {
	return "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER <> SUBSTRING_INDEX(USER(), '@', 1) AND DB = '" + d.name + "'"
}

// limited is an account that may have so many connections, and an output of it.
func (d *database) limited(connections int) (dsn string, o *sink) {
	d.t.Helper()
	name := "few_" + d.name
	d.exec(fmt.Sprintf("CREATE USER %s@'127.0.0.1' IDENTIFIED BY 'pass' WITH MAX_USER_CONNECTIONS %d", name, connections))
	d.exec("GRANT ALL ON " + d.name + ".* TO " + name + "@'127.0.0.1'")
	dsn = name + ":pass@tcp(" + d.server.Addr() + ")/" + d.name
	return dsn, d.outputOf(dsn, ordersConfig)
}

// unusedAfter is an output that closes its unused connections after this time.
func (d *database) unusedAfter(unused time.Duration, config string) *sink {
	d.t.Helper()
	o := d.unconnected(config)
	parsed, err := spec().ParseYAML("dsn: "+d.server.DSN(d.name)+"\n"+config, nil)
	require.NoError(d.t, err)
	c, err := parseConfig(parsed)
	require.NoError(d.t, err)
	c.Unused = unused
	own := o.BatchOutput.(*output)
	own.store, err = store.New(&c.Config, driverLog{}, func(string) {}, writer.Observer{Statement: func(time.Duration) {}, Retry: func(string) {}})
	require.NoError(d.t, err)
	require.NoError(d.t, o.Connect(d.t.Context()))
	return o
}

func many(from, n int) (records []any) {
	for i := range n {
		records = append(records, order(strconv.Itoa(from+i), "x", 1, "1"))
	}
	return records
}

// blocked writes one batch for each order, each of which waits for its row until release is
// called. release returns when all are stored.
func (d *database) blocked(o *sink, ids ...string) (release func()) {
	d.t.Helper()
	tx, err := d.db.Begin()
	require.NoError(d.t, err)
	var writing sync.WaitGroup
	for _, id := range ids {
		_, err := tx.Exec("INSERT INTO orders (order_id, qty) VALUES (?, 1) ON DUPLICATE KEY UPDATE qty = 5", id)
		require.NoError(d.t, err)
	}
	for i, id := range ids {
		writing.Go(func() {
			if err := o.WriteBatch(d.t.Context(), batchOf(order(id, "x", 1, "1"))); err != nil {
				d.t.Errorf("writing order %s: %v", id, err)
			}
		})
		d.await(d.held()+" AND COMMAND = 'Execute'", strconv.Itoa(i+1))
	}
	return func() {
		require.NoError(d.t, tx.Rollback())
		writing.Wait()
	}
}

func TestAnOutputOpensConnectionsForWhatItWrites(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	d.await(d.held(), "2") // of the rows, and of the inspection
	require.Empty(t, d.write(o, many(0, 511)...))
	d.await(d.held(), "2")
	for range 3 { // in one partition after the other
		require.Empty(t, d.write(o, order("a", "x", 1, "1")))
	}
	d.await(d.held(), "2")
	require.Empty(t, d.write(o, many(1000, 2048)...))
	require.LessOrEqual(t, d.rows(d.held())[0], "3", "a large batch waits for one connection at most")
	for i := 2; d.rows(d.held())[0] != "5"; i++ {
		require.Less(t, i, 100, "a backlog has no more than %v connections", d.rows(d.held()))
		require.Empty(t, d.write(o, many(10000*i, 2048)...))
	}
}

func TestUnusedConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.unusedAfter(50*time.Millisecond, ordersConfig)
	for range 2 {
		release := d.blocked(o, "a", "b", "c")
		require.GreaterOrEqual(t, d.rows(d.held())[0], "3")
		release()
		d.await(d.held(), "1")
	}
	require.Empty(t, d.write(o, order("d", "x", 1, "1")))
	require.Equal(t, []string{"a", "b", "c", "d"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
}

// A connection that the server does not allow is not needed while there is another one.
func TestAnOutputWritesOverTheConnectionsThatTheServerAllows(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	_, o := d.limited(3)
	require.NoError(t, o.Connect(t.Context()))
	d.await(d.held(), "2")
	release := d.blocked(o, "a", "b")
	var writing sync.WaitGroup
	for i := range 4 {
		writing.Go(func() {
			if err := o.WriteBatch(t.Context(), batchOf(many(1000*i, 600)...)); err != nil {
				t.Errorf("writing batch %d: %v", i, err)
			}
		})
	}
	require.Eventually(t, func() bool { return o.count("mariadb_upsert_retries_total") == 2 }, 30*time.Second, time.Millisecond)
	release()
	writing.Wait()
	require.Zero(t, o.count("mariadb_upsert_waits_total"))
	require.Equal(t, []string{fmt.Sprint(2 + 4*600)}, d.rows("SELECT COUNT(*) FROM orders"))
}

func TestAnOutputWithoutAConnectionForItsRowsIsNotReady(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	_, o := d.limited(1)
	require.ErrorContains(t, o.Connect(t.Context()), " of the 2 that the output needs: MariaDB error 1226")
}

// The inspection of a table needs a connection when the server has none left. The output then
// gives one of its own back.
func TestAnUnusedConnectionGivesWayToTheInspection(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	dsn, o := d.limited(3)
	require.NoError(t, o.Connect(t.Context()))
	d.await(d.held(), "2")
	d.blocked(o, "a", "b")()
	ids := d.rows("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'few_" + d.name + "' AND DB = DATABASE() ORDER BY ID")
	require.Len(t, ids, 3)
	d.exec("KILL " + ids[1]) // the first session, the inspection, the second session
	d.await(d.held(), "2")
	other, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	defer other.Close()
	require.NoError(t, other.Ping())
	require.ErrorContains(t, o.Connect(t.Context()), "MariaDB error 1226")
	require.Eventually(t, func() bool { return o.Connect(t.Context()) == nil }, 30*time.Second, 10*time.Millisecond)
	require.Empty(t, d.write(o, order("c", "x", 1, "1")))
}
