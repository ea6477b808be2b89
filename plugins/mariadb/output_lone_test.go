package mariadb

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

const (
	othersStored = ": other rows were stored while this row failed"
	noOther      = ": no other record could be stored to compare with"
)

// stumbles is a trigger that fails for the order bad only.
func stumbles(event, statement string) string {
	return "CREATE TRIGGER stumbles " + event + " ON orders FOR EACH ROW IF NEW.order_id = 'bad' THEN " + statement + "; END IF"
}

const signal9001 = "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 9001, MESSAGE_TEXT = 'secret'"

// loneErrors are failures of one order that say nothing about whose fault they are:
// the error is on no list, or it is listed as one of the environment.
var loneErrors = map[string]struct {
	setUp []string
	error string
}{
	"an error on no list":     {[]string{stumbles("BEFORE INSERT", signal9001)}, "9001 (HY000)"},
	"read-only, by hand":      {[]string{stumbles("BEFORE INSERT", "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'secret'")}, "1290 (HY000)"},
	"a missing table":         {[]string{stumbles("BEFORE INSERT", "INSERT INTO nowhere VALUES (1)")}, "1146 (42S02)"},
	"a missing table, after":  {[]string{stumbles("AFTER INSERT", "INSERT INTO nowhere VALUES (1)")}, "1146 (42S02)"},
	"a missing procedure":     {[]string{stumbles("BEFORE INSERT", "CALL nothing()")}, "1305 (42000)"},
	"a missing column":        {[]string{"CREATE TABLE audit (a INT)", stumbles("BEFORE INSERT", "INSERT INTO audit (b) VALUES (1)")}, "1054 (42S22)"},
	"a missing default":       {[]string{"CREATE TABLE audit (a INT, b INT NOT NULL)", stumbles("BEFORE INSERT", "INSERT INTO audit (a) VALUES (1)")}, "1364 (HY000)"},
	"a statement for another": {[]string{"CREATE TABLE audit (a INT)", stumbles("BEFORE INSERT", "INSERT INTO audit VALUES (1, 2)")}, "1136 (21S01)"},
}

func TestALoneRowIsRefusedOnceAnotherRowIsStored(t *testing.T) {
	t.Parallel()
	for name, c := range loneErrors {
		want := map[int]string{0: "row_refused: orders: MariaDB error " + c.error + othersStored}
		bad := func() service.MessageBatch { return batchOf(order("bad", "x", 1, "1")) }
		t.Run(name+"/this output stored a row before", func(t *testing.T) {
			t.Parallel()
			d := shared(t, append([]string{orders}, c.setUp...)...)
			o := d.output(ordersConfig)
			require.Empty(t, d.write(o, order("a", "x", 1, "1")))
			d.exec("UPDATE orders SET updated_at = '2020-01-01'")
			require.Equal(t, want, d.settled(o, bad()))
			require.Empty(t, d.write(o, order("b", "x", 1, "1")))
			require.Equal(t, []string{"a|2020-01-01 00:00:00.000"}, d.rows("SELECT order_id, updated_at FROM orders WHERE order_id <> 'b'"), "a probe leaves nothing behind")
		})
		t.Run(name+"/the table has rows", func(t *testing.T) {
			t.Parallel()
			d := shared(t, append([]string{orders, "INSERT INTO orders (order_id, qty) VALUES ('a', 1), ('z', 9)"}, c.setUp...)...)
			require.Equal(t, want, d.settled(d.output(ordersConfig), bad()))
			require.Equal(t, []string{"a|1", "z|9"}, d.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
		})
		t.Run(name+"/the table is empty, and another record follows", func(t *testing.T) {
			t.Parallel()
			d := shared(t, append([]string{orders}, c.setUp...)...)
			o := d.output(ordersConfig)
			first, second := newKafkaTicket(), newKafkaTicket()
			close(first.before)
			done := make(chan error)
			go func() { done <- o.WriteBatch(context.Background(), d.ticketed(second, order("c", "x", 1, "1"))) }()
			<-second.arrived
			require.Equal(t, want, d.settled(o, bad()))
			require.Empty(t, d.rows("SELECT * FROM orders"), "a probe leaves nothing behind")
			close(second.before)
			require.NoError(t, <-done)
			require.Equal(t, []string{"c"}, d.rows("SELECT order_id FROM orders"))
		})
		t.Run(name+"/the table is empty, and no record follows", func(t *testing.T) {
			t.Parallel()
			d := shared(t, append([]string{orders}, c.setUp...)...)
			o := d.output(ordersConfig)
			require.Contains(t, d.waits(o, bad()), noOther)
			// Another partition's order is stored at last.
			require.Empty(t, d.write(o, order("a", "x", 1, "1")))
			require.Equal(t, want, d.settled(o, bad()))
		})
		t.Run(name+"/in a batch", func(t *testing.T) {
			t.Parallel()
			d := shared(t, append([]string{orders}, c.setUp...)...)
			records := []any{order("bad", "x", 1, "1"), order("a", "x", 1, "1"), order("c", "x", 1, "1")}
			require.Equal(t, want, d.settled(d.output(ordersConfig), batchOf(records...)))
			require.Equal(t, []string{"a", "c"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
		})
	}
}

// A table with another unique index, where a stored row cannot be written as a new
// one beside itself.
func TestALoneRowIsRefusedBesideAnotherUniqueIndex(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "ALTER TABLE orders ADD UNIQUE (product)", stumbles("BEFORE INSERT", signal9001))
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "a", 1, "1")))
	require.Contains(t, d.waits(o, batchOf(order("bad", "x", 1, "1"))), noOther)
	batch := batchOf(order("bad", "x", 1, "1"))
	index := batch.Index()
	err := service.ErrNotConnected
	for n := 0; errors.Is(err, service.ErrNotConnected); n++ {
		require.Less(t, n, 20)
		require.Empty(t, d.write(o, order(fmt.Sprint(n), fmt.Sprint(n), 1, "1")))
		err = o.WriteBatch(t.Context(), batch)
	}
	refusals := refusalsOf(t, index, err)
	require.Equal(t, map[int]string{0: "row_refused: orders: MariaDB error 9001 (HY000)" + othersStored}, refusals)
}

func TestALoneUpdateIsRefusedOnceAnotherRowIsUpdated(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, stumbles("BEFORE UPDATE", "INSERT INTO nowhere VALUES (1)"))
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("bad", "x", 1, "1"), order("a", "x", 1, "1")))
	require.Equal(t, map[int]string{0: "row_refused: orders: MariaDB error 1146 (42S02)" + othersStored}, d.settled(o, batchOf(order("bad", "x", 2, "1"))))
	require.Equal(t, []string{"a|1", "bad|1"}, d.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
}

// A key with a letter that the key column's character set lacks.
func TestALoneTombstoneIsRefusedOnceAnotherIsTaken(t *testing.T) {
	t.Parallel()
	const ascii = "CREATE TABLE v (id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, x INT)"
	tombstone := func() service.MessageBatch {
		m := service.NewMessage(nil)
		m.MetaSetMut("kafka_key", "café")
		return service.MessageBatch{m}
	}
	want := map[int]string{0: "row_refused: v: MariaDB error 1267 (HY000)" + othersStored}
	const config = "table: v\ncolumns: [id, x]\nkey: [id]\ntombstone: delete\n"
	t.Run("filled", func(t *testing.T) {
		t.Parallel()
		d := shared(t, ascii, "INSERT INTO v VALUES ('a', 1)")
		require.Equal(t, want, d.settled(d.output(config), tombstone()))
		require.Equal(t, []string{"a|1"}, d.rows("SELECT * FROM v"))
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		d := shared(t, ascii)
		o := d.output(config)
		require.Contains(t, d.waits(o, tombstone()), noOther)
		next := newKafkaTicket()
		done := make(chan error)
		go func() {
			done <- o.WriteBatch(context.Background(), d.ticketed(next, map[string]any{"id": "a", "x": int64(1)}))
		}()
		<-next.arrived
		require.Equal(t, want, d.settled(o, tombstone()))
		close(next.before)
		require.NoError(t, <-done)
		require.Equal(t, []string{"a|1"}, d.rows("SELECT * FROM v"))
	})
}

// What a trigger signals as its own word (class 45, and class 02, which becomes
// error 1643) is a refusal, whatever number it gives.
func TestASignalIsTheTriggersWord(t *testing.T) {
	t.Parallel()
	for signal, want := range map[string]string{
		"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'secret for column ''v'' at row 1'": "row_trigger: orders: MariaDB error 1290 (45000)",
		"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1213":                                                    "row_trigger: orders: MariaDB error 1213 (45000)",
		"SIGNAL SQLSTATE '45001' SET MYSQL_ERRNO = 1406":                                                    "row_trigger: orders: MariaDB error 1406 (45001)",
		"SIGNAL SQLSTATE '02000' SET MESSAGE_TEXT = 'secret'":                                               "row_trigger: orders: MariaDB error 1643 (02000)",
		"SIGNAL SQLSTATE 'HY000'":                                                                           "row_trigger: orders: MariaDB error 1644 (HY000)",
		"SIGNAL SQLSTATE '08000'":                                                                           "row_trigger: orders: MariaDB error 1644 (08000)",
	} {
		t.Run(signal, func(t *testing.T) {
			t.Parallel()
			d := shared(t, orders, stumbles("BEFORE INSERT", signal))
			require.Equal(t, map[int]string{0: want + ": " + triggerRefuses}, d.write(d.output(ordersConfig), order("bad", "x", 1, "1")))
		})
	}
}

func badOrders(batch string) (records []any) {
	for i := range 100 {
		records = append(records, order(fmt.Sprint(batch, i), "bad", 1, "1"))
	}
	return records
}

// All rows of a batch, and of the batch behind it, are at fault. The table has a good row.
func TestABatchOfBadRowsIsRefused(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{"on no list": signal9001, "a missing table": "INSERT INTO nowhere VALUES (1)"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, orders, "CREATE TRIGGER stumbles BEFORE INSERT ON orders FOR EACH ROW IF NEW.product = 'bad' THEN "+statement+"; END IF")
			o := d.output(ordersConfig)
			require.Empty(t, d.write(o, order("a", "x", 1, "1")))
			next := newKafkaTicket()
			done := make(chan error)
			go func() { done <- o.WriteBatch(context.Background(), d.ticketed(next, badOrders("next")...)) }()
			<-next.arrived
			require.Len(t, d.settled(o, batchOf(badOrders("first")...)), 100)
			close(next.before)
			close(next.behind)
			require.Error(t, <-done)
			require.Equal(t, []string{"a"}, d.rows("SELECT order_id FROM orders"))
		})
	}
}

// stuckPlace is told when its output needs the next batch.
type stuckPlace struct {
	*kafkaTicket
	stuck chan struct{}
}

func (p stuckPlace) Stuck() { close(p.stuck) }

func TestALoneRowAsksForTheNextBatch(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, stumbles("BEFORE INSERT", signal9001))
	o := d.output(ordersConfig)
	p := stuckPlace{newKafkaTicket(), make(chan struct{})}
	close(p.before)
	batch := batchOf(order("bad", "x", 1, "1"))
	batch[0].MetaSetImmut("kafka_batch", p)
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	<-p.stuck
}
