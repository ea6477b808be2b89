package mariadb

import (
	"context"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// What a probe writes must take the way of the row in question. A trigger that logs
// changes only is not put to the test by an update that changes nothing.
func TestAnUnchangedRowIsNoEvidenceForAnUpdate(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "CREATE TABLE audit (id VARCHAR(64), q INT)",
		"CREATE TRIGGER logs AFTER UPDATE ON orders FOR EACH ROW IF NOT (OLD.qty <=> NEW.qty) THEN INSERT INTO audit VALUES (NEW.order_id, NEW.qty); END IF")
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "x", 1, "1"), order("b", "x", 1, "1")))
	d.exec("RENAME TABLE audit TO audit_old")
	batch := batchOf(order("a", "x", 2, "1"), order("b", "x", 2, "1"))
	require.Contains(t, d.waits(o, batch), "audit' doesn't exist")
	d.exec("RENAME TABLE audit_old TO audit")
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, []string{"a|2", "b|2"}, d.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
}

func TestADeleteOfNothingIsNoEvidence(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE v (id VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY, x INT)", "CREATE TABLE audit (id VARCHAR(9))",
		"CREATE TRIGGER logs AFTER DELETE ON v FOR EACH ROW INSERT INTO audit VALUES (OLD.id)", "INSERT INTO v VALUES ('a', 1), ('b', 1)")
	o := d.output("table: v\ncolumns: [id, x]\nkey: [id]\ntombstone: delete\n")
	d.exec("RENAME TABLE audit TO audit_old")
	batch := service.MessageBatch{tombstone("a", nil), tombstone("gone", nil)}
	require.Contains(t, d.waits(o, batch), "audit' doesn't exist")
	d.exec("RENAME TABLE audit_old TO audit")
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, []string{"b"}, d.rows("SELECT id FROM v"))
}

// Rows of a batch that are there already show nothing about rows that are new: here no
// new row can be stored, since a sequence has run out.
func TestUnchangedNeighboursAreNoEvidenceForNewRows(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "CREATE SEQUENCE s MAXVALUE 2 CACHE 0", "CREATE TABLE audit (id VARCHAR(64), n INT)",
		"CREATE TRIGGER logs AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit VALUES (NEW.order_id, NEXTVAL(s))")
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "x", 1, "1"), order("b", "x", 1, "1")))
	batch := batchOf(order("a", "x", 1, "1"), order("c", "x", 1, "1"), order("d", "x", 1, "1"))
	require.Contains(t, d.waits(o, batch), "MariaDB error 4084")
	d.exec("ALTER SEQUENCE s MAXVALUE 9")
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, []string{"a", "b", "c", "d"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
}

// A row that meets a stored row in another unique index is an update.
func TestAnUpdateByAnotherUniqueIndexIsComparedWithUpdates(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "ALTER TABLE orders ADD UNIQUE (product)", "CREATE TABLE audit (id VARCHAR(64))",
		"CREATE TRIGGER logs AFTER UPDATE ON orders FOR EACH ROW INSERT INTO audit VALUES (NEW.order_id)")
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "a", 1, "1")))
	d.exec("RENAME TABLE audit TO audit_old")
	next := newKafkaTicket() // a record that waits for its turn, and that would be inserted
	done := make(chan error, 1)
	go func() { done <- o.WriteBatch(context.Background(), d.ticketed(next, order("c", "c", 1, "1"))) }()
	<-next.arrived
	require.Contains(t, d.waits(o, batchOf(order("b", "a", 2, "1"))), "audit' doesn't exist")
	close(next.before)
	require.NoError(t, <-done)
}

// A DSN that makes times of the driver's own keeps stored rows as evidence.
func TestStoredRowsAreEvidenceWhateverTheDSNSays(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE v (id VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY, at DATETIME NOT NULL)", "INSERT INTO v VALUES ('a', '2024-01-01'), ('z', '2024-01-01')",
		"CREATE TRIGGER stumbles BEFORE INSERT ON v FOR EACH ROW IF NEW.id = 'bad' THEN "+signal9001+"; END IF")
	o := d.outputOf(d.server.DSN(d.name)+"?parseTime=true", "table: v\ncolumns: [id, at]\nkey: [id]\n")
	require.NoError(t, o.Connect(t.Context()))
	require.Contains(t, d.write(o, map[string]any{"id": "bad", "at": "2024-01-01 00:00:00"})[0], "row_refused: v: MariaDB error 9001")
}

// An index by hash finds no row, so no lookup spares AUTO_INCREMENT values of its table.
func TestAKeyByHashIsNotLookedUp(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (n INT AUTO_INCREMENT PRIMARY KEY, k VARCHAR(3000) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, v INT, UNIQUE k (k))")
	o := d.output("table: t\ncolumns: [k, v]\nkey: [k]\n")
	require.Len(t, o.log.matching("keeps the unique index `k` by hash"), 1)
	require.Empty(t, d.write(o, map[string]any{"k": "a", "v": int64(1)}, map[string]any{"k": "other", "v": int64(1)}))
	tx, err := d.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.Exec("UPDATE t SET v = 9 WHERE n = 2")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, o.WriteBatch(ctx, batchOf(map[string]any{"k": "a", "v": int64(2)})), "a row that another session has locked is not asked for")
	require.NoError(t, tx.Rollback())
	require.Equal(t, []string{"a|2", "other|1"}, d.rows("SELECT k, v FROM t ORDER BY 1"))
}

// What no list knows is given a moment before it is called the row's own fault.
func TestAnUnknownErrorThatPassesRefusesNobody(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "CREATE TABLE tries (n INT PRIMARY KEY) ENGINE=Aria", "INSERT INTO tries VALUES (0)",
		`CREATE TRIGGER stumble BEFORE INSERT ON orders FOR EACH ROW BEGIN
			IF NEW.order_id = 'c' THEN
				UPDATE tries SET n = n + 1;
				IF (SELECT n FROM tries) <= 3 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 9001; END IF;
			END IF;
		END`)
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("c", "x", 1, "1"), order("d", "x", 1, "1")))
	require.Equal(t, []string{"4"}, d.rows("SELECT COUNT(*) FROM orders"))
}

// A trigger that stumbles over one row's value blames that row, not the set-up.
func TestATriggerThatStumblesOverOneRowRefusesThatRow(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "CREATE TABLE two (n INT)", "INSERT INTO two VALUES (1), (2)",
		`CREATE TRIGGER stumble BEFORE INSERT ON orders FOR EACH ROW
			IF NEW.order_id = 'b' THEN SET NEW.qty = (SELECT n FROM two); END IF`)
	refused := d.write(d.output(ordersConfig), order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("c", "x", 1, "1"))
	require.Len(t, refused, 1)
	require.Contains(t, refused[1], "MariaDB error 1242")
	require.Equal(t, []string{"a", "c"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
}

// A record of a stored key changes nothing in the mode insert. So another record of a stored
// key is its comparison, and a record that nobody can store does not wait for ever.
func TestInsertRefusesARecordOfAStoredKeyThatATriggerStumblesOver(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string][]string{"with a stored neighbour": {"INSERT INTO v VALUES (1, 'a'), (2, 'b')"}, "alone": {"INSERT INTO v VALUES (1, 'a')"}} {
		d := shared(t, append([]string{"CREATE TABLE v (id INT PRIMARY KEY, s VARCHAR(9))",
			"CREATE TRIGGER stumbles BEFORE INSERT ON v FOR EACH ROW IF NEW.s = 'bad' THEN " + signal9001 + "; END IF"}, rows...)...)
		o := d.output("table: v\nkey: [id]\nmode: insert\n")
		require.Contains(t, d.settled(o, batchOf(object{"id": int64(1), "s": "bad"}))[0], "row_refused: v: MariaDB error 9001", name)
		require.Contains(t, d.settled(o, batchOf(object{"id": int64(7), "s": "bad"}))[0], "row_refused: v: MariaDB error 9001", name)
	}
}
