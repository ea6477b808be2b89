package mariadb

import (
	"fmt"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// What concerns every row of a kind refuses none of them, however long it lasts and
// although other rows are there to compare with (Invariant 3).
func TestARowIsNotRefusedForTheEnvironment(t *testing.T) {
	t.Parallel()
	audit := []string{"CREATE TABLE audit (id VARCHAR(64))"}
	filled := "INSERT INTO orders (order_id, product, qty, total) VALUES ('a', 'x', 1, 1), ('m', 'x', 1, 1), ('z', 'x', 1, 1)"
	for name, c := range map[string]struct {
		setUp        []string
		start, end   string
		record, text string
	}{
		"table dropped":                         {nil, "RENAME TABLE orders TO gone", "RENAME TABLE gone TO orders", "new", ""},
		"a trigger's table dropped, inserts":    {append(audit, "CREATE TRIGGER audits AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit VALUES (NEW.order_id)"), "RENAME TABLE audit TO gone", "RENAME TABLE gone TO audit", "new", "MariaDB error 1146"},
		"a trigger's table dropped, before":     {append(audit, "CREATE TRIGGER audits BEFORE INSERT ON orders FOR EACH ROW INSERT INTO audit VALUES (NEW.order_id)"), "RENAME TABLE audit TO gone", "RENAME TABLE gone TO audit", "new", "MariaDB error 1146"},
		"a trigger's table dropped, updates":    {append(audit, "CREATE TRIGGER audits AFTER UPDATE ON orders FOR EACH ROW INSERT INTO audit VALUES (NEW.order_id)"), "RENAME TABLE audit TO gone", "RENAME TABLE gone TO audit", "m", "MariaDB error 1146"},
		"an error on no list, for every row":    {[]string{"CREATE TABLE switch (down INT)", "INSERT INTO switch VALUES (0)", "CREATE TRIGGER fails AFTER INSERT ON orders FOR EACH ROW IF (SELECT down FROM switch) THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 9001; END IF"}, "UPDATE switch SET down = 1", "UPDATE switch SET down = 0", "new", "MariaDB error 9001 (HY000)" + noOther},
		"read-only for every row, by a trigger": {[]string{"CREATE TABLE switch (down INT)", "INSERT INTO switch VALUES (0)", "CREATE TRIGGER fails BEFORE INSERT ON orders FOR EACH ROW IF (SELECT down FROM switch) THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290; END IF"}, "UPDATE switch SET down = 1", "UPDATE switch SET down = 0", "new", "MariaDB error 1290"},
		"disk full for one row":                 {[]string{"CREATE TABLE switch (down INT)", "INSERT INTO switch VALUES (0)", "CREATE TRIGGER fails BEFORE INSERT ON orders FOR EACH ROW IF NEW.order_id = 'new' AND (SELECT down FROM switch) THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114; END IF"}, "UPDATE switch SET down = 1", "UPDATE switch SET down = 0", "new", "MariaDB error 1114"},
		"a file's error for one row":            {[]string{"CREATE TABLE switch (down INT)", "INSERT INTO switch VALUES (0)", "CREATE TRIGGER fails BEFORE INSERT ON orders FOR EACH ROW IF NEW.order_id = 'new' AND (SELECT down FROM switch) THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 20; END IF"}, "UPDATE switch SET down = 1", "UPDATE switch SET down = 0", "new", "MariaDB error 20"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, append([]string{orders, filled}, c.setUp...)...)
			o := d.output(ordersConfig)
			// An output of its own, since of two batches that wait one is shown.
			another := d.output(ordersConfig)
			require.Empty(t, d.write(o, order("stored", "x", 1, "1")))
			d.exec(c.start)
			lone := batchOf(order(c.record, "x", 2, "1"))
			require.Contains(t, d.waits(o, lone), c.text)
			several := batchOf(order(c.record, "x", 3, "1"), order(c.record+"2", "x", 3, "1"), order("n", "x", 3, "1"))
			if c.record == "m" {
				several = batchOf(order("a", "x", 3, "1"), order("m", "x", 3, "1"), order("z", "x", 3, "1"))
			}
			require.Contains(t, d.waits(another, several), c.text)
			d.exec(c.end)
			require.Empty(t, d.settled(o, lone))
			require.Empty(t, d.settled(another, several))
			require.Equal(t, []string{"3"}, d.rows("SELECT qty FROM orders WHERE order_id = '"+c.record+"'"))
		})
	}
}

func TestALoneRowOfAReadOnlyServerWaits(t *testing.T) {
	t.Parallel()
	d := private(t, orders)
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "x", 1, "1")))
	d.exec("SET GLOBAL read_only = 1")
	batch := batchOf(order("b", "x", 1, "1"))
	require.Regexp(t, `MariaDB error 1290 \(HY000\): The MariaDB server .*cannot execute this statement\. Nothing`, d.waits(o, batch))
	d.exec("SET GLOBAL read_only = 0")
	require.Empty(t, d.settled(o, batch))
	require.Equal(t, []string{"a", "b"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
}

func TestALoneRowWithoutThePrivilegeWaits(t *testing.T) {
	t.Parallel()
	d := private(t, orders)
	d.exec("CREATE USER sink@'127.0.0.1' IDENTIFIED BY 'sink'")
	d.exec("GRANT SELECT, INSERT, UPDATE ON orders TO sink@'127.0.0.1'")
	o := d.outputOf("sink:sink@tcp("+d.server.Addr()+")/"+d.name, ordersConfig)
	require.NoError(t, o.Connect(t.Context()))
	require.Empty(t, d.write(o, order("a", "x", 1, "1")))
	d.exec("REVOKE INSERT ON orders FROM sink@'127.0.0.1'")
	batch := batchOf(order("b", "x", 1, "1"))
	require.Contains(t, d.waits(o, batch), "MariaDB error 1142 (42000): INSERT command denied to user 'sink'@")
	d.exec("GRANT INSERT ON orders TO sink@'127.0.0.1'")
	require.Empty(t, d.settled(o, batch))
	// A row's own trouble is found with these privileges too.
	d.exec(stumbles("AFTER INSERT", "INSERT INTO nowhere VALUES (1)"))
	require.Equal(t, map[int]string{0: "row_refused: orders: MariaDB error 1146 (42S02)" + othersStored}, d.settled(o, batchOf(order("bad", "x", 1, "1"))))
	require.Equal(t, []string{"a", "b"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
}

// A row that another session has locked is stored when the lock goes.
func TestALockedRowWaits(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.outputOf(d.server.DSN(d.name)+"?readTimeout=6s", ordersConfig) // gives up a lock after a second
	require.NoError(t, o.Connect(t.Context()))
	require.Empty(t, d.write(o, order("a", "x", 1, "1"), order("b", "x", 1, "1")))
	tx, err := d.db.Begin()
	require.NoError(t, err)
	_, err = tx.Exec("UPDATE orders SET qty = 5 WHERE order_id = 'b'")
	require.NoError(t, err)
	batch := batchOf(order("b", "x", 2, "1"))
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	require.Contains(t, o.says(), "MariaDB error 1205 (HY000): Lock wait timeout exceeded")
	require.Empty(t, d.write(o, order("a", "x", 2, "1")), "other rows are stored meanwhile")
	require.NoError(t, tx.Commit())
	require.Empty(t, d.settled(o, batch))
	require.Equal(t, []string{"a|2", "b|2"}, d.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
}

// A large batch that meets a doubtful error costs few statements while MariaDB takes
// no row, and isolates the rows at fault while it takes others.
func TestADoubtfulErrorOfALargeBatchTakesFewStatements(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trigger string
		bad     []int
		limit   int64
	}{
		"every row":            {"INSERT INTO nowhere VALUES (1)", nil, 60},
		"every row, no list":   {"IF NEW.qty > 0 THEN " + signal9001 + "; END IF", nil, 60},
		"one row":              {"IF NEW.qty = 2 THEN INSERT INTO nowhere VALUES (1); END IF", []int{500}, 40},
		"the first row":        {"IF NEW.qty = 2 THEN INSERT INTO nowhere VALUES (1); END IF", []int{0}, 40},
		"the first rows":       {"IF NEW.qty = 2 THEN INSERT INTO nowhere VALUES (1); END IF", []int{0, 1, 2}, 70},
		"the last row":         {"IF NEW.qty = 2 THEN INSERT INTO nowhere VALUES (1); END IF", []int{1023}, 40},
		"one row, no list":     {"IF NEW.qty = 2 THEN " + signal9001 + "; END IF", []int{500}, 30},
		"first rows, no list":  {"IF NEW.qty = 2 THEN " + signal9001 + "; END IF", []int{0, 1, 2}, 60},
		"by hand a read-only":  {"IF NEW.qty = 2 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290; END IF", []int{7, 700}, 70},
		"a procedure for rows": {"IF NEW.qty = 2 THEN CALL nothing(); END IF", []int{7, 700}, 70},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, orders, "CREATE TRIGGER stumbles BEFORE INSERT ON orders FOR EACH ROW "+c.trigger)
			o := d.output(ordersConfig + "connections: 1\n")
			records := make([]any, 1024)
			for i := range records {
				records[i] = order(fmt.Sprintf("%04d", i), "x", 1, "1")
			}
			for _, i := range c.bad {
				records[i].(map[string]any)["qty"] = int64(2)
			}
			if c.bad == nil {
				require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(records...)))
				require.LessOrEqual(t, o.count("mariadb_upsert_statement_ns"), c.limit)
				require.Empty(t, d.rows("SELECT order_id FROM orders"))
				return
			}
			refusals := d.settled(o, batchOf(records...))
			require.Len(t, refusals, len(c.bad))
			for _, i := range c.bad {
				require.Regexp(t, "^row_refused: orders: MariaDB error .*"+othersStored+"$", refusals[i])
			}
			require.LessOrEqual(t, o.count("mariadb_upsert_statement_ns"), c.limit)
			require.Equal(t, []string{fmt.Sprint(1024 - len(c.bad))}, d.rows("SELECT COUNT(*) FROM orders"))
		})
	}
}
