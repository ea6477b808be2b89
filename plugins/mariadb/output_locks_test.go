package mariadb

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
)

// A sink that is frozen within a transaction, as one is that a machine has put to
// sleep, does not keep its rows from the next one.
func TestAFrozenTransactionEnds(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	committing, thawed := make(chan struct{}), make(chan struct{})
	thaw := sync.OnceFunc(func() { close(thawed) })
	defer thaw()
	var once sync.Once
	mysql.RegisterDialContext("frozen", func(ctx context.Context, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		return beforeCommit{conn, func() { once.Do(func() { close(committing); <-thawed }) }}, err
	})
	t.Cleanup(func() { mysql.DeregisterDialContext("frozen") })
	frozen := d.outputOf(strings.Replace(d.server.DSN(d.name), "tcp(", "frozen(", 1), ordersConfig+"connections: 1\nmax_rows_per_statement: 1\n")
	require.NoError(t, frozen.Connect(t.Context()))
	o := d.output(ordersConfig)
	done := make(chan map[int]string, 1)
	go func() { done <- d.write(frozen, order("a", "x", 1, "1"), order("b", "x", 1, "1")) }()
	<-committing
	require.Empty(t, d.write(o, order("a", "x", 2, "1")))
	require.Equal(t, []string{"a|2"}, d.rows("SELECT order_id, qty FROM orders"))
	thaw()
	require.Empty(t, <-done)
	require.NotZero(t, frozen.count("mariadb_upsert_retries_total"), "the transaction was still there")
	require.Equal(t, []string{"a|1", "b|1"}, d.rows("SELECT order_id, qty FROM orders ORDER BY 1"), "what was not committed is written again")
}

// beforeCommit is a connection that does something before it sends a COMMIT.
type beforeCommit struct {
	net.Conn
	do func()
}

func (c beforeCommit) Write(packet []byte) (int, error) {
	if bytes.HasSuffix(packet, []byte("COMMIT")) {
		c.do()
	}
	return c.Conn.Write(packet)
}

func TestADeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	d := private(t, orders)
	o := d.output(ordersConfig)
	var records []any
	for i := range 300 {
		records = append(records, order(fmt.Sprintf("%03d", i), "x", 1, "1"))
	}
	require.Empty(t, d.write(o, records...))

	// Another writer holds z, and has changed more, so that the server picks
	// the output for its victim.
	tx, err := d.db.Begin()
	require.NoError(t, err)
	_, err = tx.Exec("UPDATE orders SET qty = 5 WHERE order_id >= '010'")
	require.NoError(t, err)
	done := make(chan map[int]string)
	go func() { done <- d.write(o, order("000", "x", 2, "1"), order("200", "x", 2, "1")) }()
	d.awaitLockWait()
	_, err = tx.Exec("UPDATE orders SET qty = 5 WHERE order_id = '000'")
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	require.Empty(t, <-done)
	require.NotZero(t, o.counts("mariadb_upsert_retries_total")["deadlock"])
	require.Equal(t, []string{"1|9", "2|2", "5|289"}, d.rows("SELECT qty, COUNT(*) FROM orders GROUP BY qty ORDER BY qty"))
}

func TestALockWaitIsTriedAgain(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	impatient := d.outputOf(d.server.DSN(d.name)+"?readTimeout=6s", ordersConfig) // gives up a lock after a second
	require.NoError(t, impatient.Connect(t.Context()))
	require.Empty(t, d.write(o, order("a", "x", 1, "1")))

	tx, err := d.db.Begin()
	require.NoError(t, err)
	_, err = tx.Exec("UPDATE orders SET qty = 5")
	require.NoError(t, err)
	done := make(chan map[int]string)
	go func() { done <- d.write(impatient, order("a", "x", 2, "1"), order("b", "x", 2, "1")) }()
	require.Eventually(t, func() bool { return impatient.counts("mariadb_upsert_retries_total")["lock_wait"] > 0 }, 30*time.Second, time.Millisecond)
	require.NoError(t, tx.Commit())
	require.Empty(t, <-done)
	require.Equal(t, []string{"a|2", "b|2"}, d.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
}

func TestWritersOfTheSameRowsAllGetThrough(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	outputs := []*sink{d.output(ordersConfig + "max_rows_per_statement: 64"), d.output(ordersConfig), d.output(ordersConfig)}
	var group sync.WaitGroup
	write := func(o *sink, writer int) {
		for turn := range 10 {
			var records []any
			for i := range 600 {
				records = append(records, order(fmt.Sprintf("%04d", (i*7919+turn)%700), "x", writer*10+turn, "1"))
			}
			if refusals := d.write(o, records...); len(refusals) > 0 {
				t.Errorf("refused: %v", refusals)
			}
		}
	}
	for n, o := range outputs {
		for writer := range 2 {
			group.Go(func() { write(o, n*10+writer) })
		}
	}
	group.Wait()
	require.Equal(t, []string{"700"}, d.rows("SELECT COUNT(*) FROM orders"))
}
