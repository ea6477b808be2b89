package mariadb

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// retries counts what the writer tries again, by cause.
func retries(o *output, then func(cause string)) *sync.Map {
	var seen sync.Map
	count := o.store.writer.observe.retry
	o.store.writer.observe.retry = func(cause string) {
		count(cause)
		n, _ := seen.LoadOrStore(cause, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
		then(cause)
	}
	return &seen
}

func (w *world) await(query, want string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		got := w.rows(query)
		return len(got) == 1 && got[0] == want
	}, 30*time.Second, 10*time.Millisecond, "%s never gave %s", query, want)
}

// awaitLockWait returns when a statement waits for a row; the server must be the
// test's own, since the figure is the server's. (INNODB_TRX would name the
// database, but is a copy that is made anew only after 0.1 s without a reader: who
// polls it oftener sees the first copy for ever.)
func (w *world) awaitLockWait() {
	w.t.Helper()
	w.await("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS'", "1")
}

// A sink that is frozen within a transaction, as one is that a machine has put to
// sleep, does not keep its rows from the next one.
func TestAFrozenTransactionEnds(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	frozen, o := w.output(ordersConfig), w.output(ordersConfig)
	s := <-frozen.store.writer.sessions
	defer func() { frozen.store.writer.sessions <- s }()
	require.Nil(t, s.exec(t.Context(), "START TRANSACTION"))
	require.Nil(t, s.exec(t.Context(), "INSERT INTO orders (order_id, qty) VALUES ('a', 1)"))
	require.Empty(t, w.write(o, order("a", "x", 2, "1")))
	require.Equal(t, []string{"2"}, w.rows("SELECT qty FROM orders"))
	require.NotNil(t, s.exec(t.Context(), "COMMIT"), "the transaction is still there")
}

func TestADeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := privateWorld(t, orders)
	o := w.output(ordersConfig)
	var records []any
	for i := range 300 {
		records = append(records, order(fmt.Sprintf("%03d", i), "x", 1, "1"))
	}
	require.Empty(t, w.write(o, records...))
	seen := retries(o, func(string) {})

	// Another writer holds z, and has changed more, so that the server picks
	// the output for its victim.
	tx, err := w.db.Begin()
	require.NoError(t, err)
	_, err = tx.Exec("UPDATE orders SET qty = 5 WHERE order_id >= '010'")
	require.NoError(t, err)
	done := make(chan map[int]string)
	go func() { done <- w.write(o, order("000", "x", 2, "1"), order("200", "x", 2, "1")) }()
	w.awaitLockWait()
	_, err = tx.Exec("UPDATE orders SET qty = 5 WHERE order_id = '000'")
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	require.Empty(t, <-done)
	_, deadlocked := seen.Load("deadlock")
	require.True(t, deadlocked)
	require.Equal(t, []string{"1|9", "2|2", "5|289"}, w.rows("SELECT qty, COUNT(*) FROM orders GROUP BY qty ORDER BY qty"))
}

func TestALockWaitIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	o2, err := Spec().ParseYAML("dsn: "+w.server.DSN(w.name)+"?readTimeout=6s\n"+ordersConfig, nil)
	require.NoError(t, err)
	impatient, err := newOutput(o2, service.MockResources()) // gives up a lock after a second
	require.NoError(t, err)
	defer impatient.Close(context.Background())
	require.NoError(t, impatient.Connect(t.Context()))
	require.Empty(t, w.write(o, order("a", "x", 1, "1")))

	tx, err := w.db.Begin()
	require.NoError(t, err)
	_, err = tx.Exec("UPDATE orders SET qty = 5")
	require.NoError(t, err)
	var once sync.Once
	seen := retries(impatient, func(string) { once.Do(func() { _ = tx.Commit() }) })
	require.Empty(t, w.write(impatient, order("a", "x", 2, "1"), order("b", "x", 2, "1")))
	_, waited := seen.Load("lock_wait")
	require.True(t, waited)
	require.Equal(t, []string{"a|2", "b|2"}, w.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
}

func TestWritersOfTheSameRowsAllGetThrough(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	outputs := []*output{w.output(ordersConfig + "max_rows_per_statement: 64"), w.output(ordersConfig), w.output(ordersConfig)}
	var group sync.WaitGroup
	for n, o := range outputs {
		for writer := range 2 {
			group.Go(func() {
				for turn := range 10 {
					var records []any
					for i := range 600 {
						records = append(records, order(fmt.Sprintf("%04d", (i*7919+turn)%700), "x", n*100+writer*10+turn, "1"))
					}
					if refusals := w.write(o, records...); len(refusals) > 0 {
						t.Errorf("refused: %v", refusals)
					}
				}
			})
		}
	}
	group.Wait()
	require.Equal(t, []string{"700"}, w.rows("SELECT COUNT(*) FROM orders"))
}

func TestAReadOnlyServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := privateWorld(t, orders)
	var log logLines
	o := w.output(ordersConfig, log.resources())
	require.Empty(t, w.write(o, order("a", "x", 1, "1")))
	w.exec("SET GLOBAL read_only = 1")
	batch := batchOf(order("b", "x", 1, "1"))
	for range 3 {
		require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	}
	w.exec("SET GLOBAL read_only = 0")
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, []string{"a", "b"}, w.rows("SELECT order_id FROM orders ORDER BY 1"))
	require.Len(t, log.matching("the wait is over, after "), 1, "%v", log.all())
}

func TestFewerConnectionsThanConfiguredAreFoundAtConnect(t *testing.T) {
	t.Parallel()
	w := privateWorld(t, orders, "--max-user-connections=3")
	// The third or the fourth: the server may still count the look at the table.
	require.ErrorContains(t, w.unconnected(ordersConfig).Connect(t.Context()), " of 5: MariaDB error 1203")
}

func TestATransactionTooLargeForTheBinaryLogIsCut(t *testing.T) {
	t.Parallel()
	w := privateWorld(t, orders, "--log-bin=log", "--server-id=1", "--binlog-format=ROW", "--binlog-cache-size=4096", "--max-binlog-cache-size=4096")
	o := w.output(ordersConfig)
	var records []any
	for i := range 1000 {
		records = append(records, order(fmt.Sprintf("%04d", i), "x", 1, "1"))
	}
	require.Empty(t, w.write(o, records...))
	require.Equal(t, []string{"1000"}, w.rows("SELECT COUNT(*) FROM orders"))
}

// What no list knows is given a moment before it is called the row's own fault.
func TestAnUnknownErrorThatPassesRefusesNobody(t *testing.T) {
	t.Parallel()
	w := shared(t, orders, "CREATE TABLE tries (n INT PRIMARY KEY) ENGINE=Aria", "INSERT INTO tries VALUES (0)",
		`CREATE TRIGGER stumble BEFORE INSERT ON orders FOR EACH ROW BEGIN
			IF NEW.order_id = 'c' THEN
				UPDATE tries SET n = n + 1;
				IF (SELECT n FROM tries) <= 3 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 9001; END IF;
			END IF;
		END`)
	o := w.output(ordersConfig)
	require.Empty(t, w.write(o, order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("c", "x", 1, "1"), order("d", "x", 1, "1")))
	require.Equal(t, []string{"4"}, w.rows("SELECT COUNT(*) FROM orders"))
}

// A trigger that stumbles over one row's value blames that row, not the set-up.
func TestATriggerThatStumblesOverOneRowRefusesThatRow(t *testing.T) {
	t.Parallel()
	w := shared(t, orders, "CREATE TABLE two (n INT)", "INSERT INTO two VALUES (1), (2)",
		`CREATE TRIGGER stumble BEFORE INSERT ON orders FOR EACH ROW
			IF NEW.order_id = 'b' THEN SET NEW.qty = (SELECT n FROM two); END IF`)
	refused := w.write(w.output(ordersConfig), order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("c", "x", 1, "1"))
	require.Len(t, refused, 1)
	require.Contains(t, refused[1], "MariaDB error 1242")
	require.Equal(t, []string{"a", "c"}, w.rows("SELECT order_id FROM orders ORDER BY 1"))
}

func TestNoNumberLeftIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := shared(t, "CREATE TABLE t (id INT NOT NULL UNIQUE, v INT, serial TINYINT AUTO_INCREMENT PRIMARY KEY)", "INSERT INTO t VALUES (0, 0, 127)")
	o := w.output("table: t\ncolumns: [id, v]\nkey: [id]\n")
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(map[string]any{"id": int64(1), "v": int64(1)})))
}

func TestCloseAgainAndWritingAfterwardsEndAtOnce(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	require.NoError(t, o.Close(t.Context()))
	require.NoError(t, o.Close(t.Context()))
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(order("a", "x", 1, "1"))))
}

func TestAShutdownFailsNoRow(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	tx, err := w.db.Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	_, err = tx.Exec("INSERT INTO orders (order_id, qty) VALUES ('a', 1)")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() { answer <- o.WriteBatch(ctx, batchOf(order("a", "x", 1, "1"))) }()
	w.await(fmt.Sprintf("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = '%s' AND COMMAND = 'Execute'", w.name), "1")
	started := time.Now()
	cancel()
	err = <-answer
	require.Same(t, service.ErrNotConnected, err)
	require.Less(t, time.Since(started), retryFor/2, "it waits for the lock, or retries")
}

func TestAnIdleConnectionThatWasEndedIsReplaced(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	require.Empty(t, w.write(o, order("a", "x", 1, "1")))
	for i := range 3 {
		for _, id := range w.rows("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'orders' AND DB = '" + w.name + "'") {
			_, _ = w.db.Exec("KILL " + id) // one that is going already is unknown
		}
		require.Empty(t, w.write(o, order(fmt.Sprint(i), "x", 1, "1")))
	}
	require.Equal(t, []string{"4"}, w.rows("SELECT COUNT(*) FROM orders"))
}

// The framework brings a batch again and again underneath: no row is lost and
// none fails while the server is killed and started under load.
func TestAKilledServerLosesAndFailsNothing(t *testing.T) {
	t.Parallel()
	w := privateWorld(t, orders)
	var log logLines
	resources := log.resources()
	const writers, batches, rows = 4, 40, 250
	owned, err := resources.ManagedBatchOutput("mariadb_upsert", writers, unclosed{w.output(ordersConfig, resources)})
	require.NoError(t, err)
	defer func() { require.NoError(t, owned.Close(context.Background())) }()
	require.NoError(t, owned.Prime())
	var written atomic.Int64
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for b := range batches {
				var records []any
				for i := range rows {
					records = append(records, order(fmt.Sprintf("%d-%d-%d", writer, b, i), "x", 1, "1"))
				}
				if err := owned.WriteBatch(t.Context(), batchOf(records...)); err != nil {
					t.Errorf("writer %d, batch %d: %v", writer, b, err)
				}
				written.Add(1)
			}
		})
	}
	for _, at := range []int64{20, 80} {
		require.Eventually(t, func() bool { return written.Load() >= at }, time.Minute, time.Millisecond)
		require.NoError(t, w.server.Kill())
		require.NoError(t, w.server.Start(context.Background()))
	}
	group.Wait()
	require.Equal(t, []string{fmt.Sprint(writers * batches * rows)}, w.rows("SELECT COUNT(*) FROM orders"))
	require.NotEmpty(t, log.matching("waiting for MariaDB since "))
}

// unclosed leaves closing to the test's own cleanup.
type unclosed struct{ *output }

func (unclosed) Close(context.Context) error { return nil }

func TestStatementsFitInAPacket(t *testing.T) {
	t.Parallel()
	w := privateWorld(t, strings.ReplaceAll(orders, "VARCHAR(20)", "MEDIUMTEXT"), "--max-allowed-packet=16384")
	o := w.output(ordersConfig)
	write := func(size int) {
		var records []any
		for i := range 200 {
			records = append(records, order(fmt.Sprint(i), strings.Repeat("x", i%50*size), 1, "1"))
		}
		require.Empty(t, w.write(o, records...))
		require.Equal(t, []string{"200"}, w.rows(fmt.Sprintf("SELECT COUNT(*) FROM orders WHERE order_id < 'a' AND product = REPEAT('x', order_id %% 50 * %d)", size)))
	}
	write(10)
	write(300)
	refusals := w.write(o, order("big", strings.Repeat("x", 17000), 1, "1"), order("fits", strings.Repeat("x", 16000), 1, "1"))
	require.Equal(t, map[int]string{0: "row_too_large: product: the row has 17051 bytes, max_allowed_packet is 16384"}, refusals)

	// Lowered under open connections, raised again.
	w.exec("SET GLOBAL max_allowed_packet = 4096")
	require.NoError(t, o.Connect(t.Context()))
	write(50)
	w.exec("SET GLOBAL max_allowed_packet = 1024")
	require.NoError(t, o.Connect(t.Context()))
	write(1)
	w.exec("SET GLOBAL max_allowed_packet = 1048576")
	require.NoError(t, o.Connect(t.Context()))
	require.Empty(t, w.write(o, order("big", strings.Repeat("x", 17000), 1, "1")))
}

func TestStatementsHaveAtMostAllPlaceholders(t *testing.T) {
	t.Parallel()
	var columns, definitions []string
	for i := range 120 {
		columns = append(columns, fmt.Sprintf("c%d", i))
		definitions = append(definitions, fmt.Sprintf("c%d INT NOT NULL", i))
	}
	w := shared(t, "CREATE TABLE wide ("+strings.Join(definitions, ", ")+", PRIMARY KEY (c0))")
	o := w.output("table: wide\nkey: [c0]\nmax_rows_per_statement: 5000\nconnections: 1\ncolumns: [" + strings.Join(columns, ", ") + "]\n")
	var records []any
	for i := range 1500 {
		record := map[string]any{}
		for _, c := range columns {
			record[c] = int64(i)
		}
		records = append(records, record)
	}
	require.Empty(t, w.write(o, records...))
	require.Equal(t, []string{"1500"}, w.rows("SELECT COUNT(*) FROM wide WHERE c119 = c0"))
}

// The table changes under the output: nothing is cut, and nothing is refused that
// fits by then.
func TestAnAlteredTableIsNoticed(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	long := strings.Repeat("x", 30)
	require.Len(t, w.write(o, order("a", long, 1, "1")), 1)
	w.exec("ALTER TABLE orders MODIFY product VARCHAR(40), ADD extra INT")
	require.Empty(t, w.write(o, order("a", long, 1, "1")))
	w.exec("ALTER TABLE orders MODIFY product VARCHAR(35)")
	require.Equal(t, map[int]string{1: "row_too_long: product: MariaDB error 1406 (22001): " + words[dataTooLong]},
		w.write(o, order("b", long, 1, "1"), order("c", strings.Repeat("x", 36), 1, "1")))
	w.exec("ALTER TABLE orders DROP product")
	err := o.WriteBatch(t.Context(), batchOf(order("d", "x", 1, "1")))
	require.Same(t, service.ErrNotConnected, err)
	require.ErrorContains(t, o.Connect(t.Context()), "column `product` does not exist: ALTER TABLE `orders` ADD COLUMN `product`")
	w.exec("ALTER TABLE orders ADD product VARCHAR(20)")
	require.NoError(t, o.Connect(t.Context()))
	require.Empty(t, w.write(o, order("d", "x", 1, "1")))
	require.Equal(t, []string{"a", "b", "d"}, w.rows("SELECT order_id FROM orders ORDER BY 1"))
}
