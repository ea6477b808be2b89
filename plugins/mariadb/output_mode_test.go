package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

const moded = "CREATE TABLE t (id INT PRIMARY KEY, n DECIMAL(9,2), s VARCHAR(9), u INT UNIQUE, needed INT NOT NULL, changed INT NOT NULL DEFAULT 0)"

const modedConfig = "table: t\ncolumns: [id, n, s]\nkey: [id]\ntombstone: delete\n"

func moment(id int, n, s string) any { return object{"id": int64(id), "n": n, "s": s} }

const stored = "row_duplicate: t: MariaDB error 1242 (21000): the table has a row with this key, or with the same value in another unique index, and with other values: the mode insert changes no stored row"

func TestInsertRefusesARowThatIsStoredWithOtherValues(t *testing.T) {
	t.Parallel()
	d := shared(t, moded, "ALTER TABLE t MODIFY needed INT")
	o := d.output(modedConfig + "mode: insert\n")
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0", d.counts(o, moment(1, "1.00", "a"), moment(2, "2", "b"), moment(3, "3.5", "")))

	// A record that is delivered again changes nothing.
	require.Equal(t, "inserted 1, updated 0, unchanged 2, compacted 0, refused 0", d.counts(o, moment(1, "1", "a"), moment(3, "3.50", ""), moment(4, "4", "d")))

	r := d.put(o, batchOf(moment(5, "5", "e"), moment(1, "1", "A"), moment(6, "6", "f"), moment(2, "2.01", "b"), moment(7, "7", "g"), moment(7, "8", "h"), moment(7, "7", "g")))
	require.Equal(t, map[int]string{1: stored, 3: stored, 5: stored}, r.refused)
	require.Equal(t, "inserted 3, updated 0, unchanged 1, compacted 0, refused 3", r.String())
	require.Equal(t, []string{"1|1.00|a", "2|2.00|b", "3|3.50|", "4|4.00|d", "5|5.00|e", "6|6.00|f", "7|7.00|g"}, d.rows("SELECT id, n, s FROM t ORDER BY id"))

	// After a tombstone the key is free again.
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0, deleted 1", d.put(o, service.MessageBatch{tombstone("1", nil), batchOf(moment(1, "9", "z"))[0]}).String())
	require.Equal(t, []string{"1|9.00|z"}, d.rows("SELECT id, n, s FROM t WHERE id = 1"))
}

// A batch that is delivered again has the outcomes of its first delivery.
func TestInsertTakesADeletedRowAgain(t *testing.T) {
	t.Parallel()
	for _, unique := range []string{"", " UNIQUE"} {
		d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(9)"+unique+")")
		o := d.output("table: t\nkey: [id]\nmode: insert\ntombstone: delete\n")
		row := func(s string) *service.Message { return batchOf(object{"id": int64(1), "s": s})[0] }
		for range 2 {
			require.Empty(t, d.put(o, service.MessageBatch{row("a"), tombstone("1", nil), row("b")}).refused)
			require.Equal(t, []string{"1|b"}, d.rows("SELECT * FROM t"))
		}
		require.Equal(t, map[int]string{2: stored}, d.put(o, service.MessageBatch{tombstone("1", nil), row("x"), row("y")}).refused)
	}
}

// A row of another key that agrees in another unique index is a duplicate, too.
func TestInsertRefusesARowOfAnotherUniqueIndex(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, u INT UNIQUE)")
	o := d.output("table: t\ncolumns: [id, u]\nkey: [id]\nmode: insert\n")
	row := func(id, u int) any { return object{"id": int64(id), "u": int64(u)} }
	d.counts(o, row(1, 1))
	require.Equal(t, map[int]string{0: stored}, d.put(o, batchOf(row(2, 1))).refused)
	require.Equal(t, []string{"1|1"}, d.rows("SELECT * FROM t"))
}

func TestUpdateChangesStoredRowsOnly(t *testing.T) {
	t.Parallel()
	d := shared(t, moded)
	d.exec("CREATE TRIGGER counts BEFORE UPDATE ON t FOR EACH ROW SET NEW.changed = OLD.changed + 1")
	d.exec("INSERT INTO t (id, n, s, needed) VALUES (1, 1, 'a', 1), (2, 2, 'b', 2), (3, 3, 'c', 3)")
	o := d.output(modedConfig + "mode: update\n")
	r := d.put(o, batchOf(moment(1, "1", "x"), moment(9, "9", "x"), moment(2, "2.5", "b"), moment(2, "2.6", "b")))
	require.Equal(t, "inserted 0, updated 3, unchanged 0, compacted 0, refused 0, missing 1", r.String(), "the table has another unique index")
	require.Equal(t, []string{"1|1.00|x|1|1", "2|2.60|b|2|2", "3|3.00|c|3|0"}, d.rows("SELECT id, n, s, needed, changed FROM t ORDER BY id"))
	require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, deleted 1, missing 1",
		d.put(o, service.MessageBatch{tombstone("3", nil), batchOf(moment(3, "1", "a"))[0]}).String())
	require.Equal(t, []string{"1", "2"}, d.rows("SELECT id FROM t ORDER BY id"))
}

func TestUpdateIsGuardedByTheVersion(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(9), v DECIMAL(30,2))", "INSERT INTO t VALUES (1, 'a', 1234567890123456789012345.11), (2, 'b', NULL), (3, 'c', 5)")
	o := d.output("table: t\ncolumns: [id, s, v]\nkey: [id]\nversion: v\nmode: update\n")
	row := func(id int, s, v string) any { return object{"id": int64(id), "s": s, "v": v} }
	r := d.put(o, batchOf(row(1, "x", "1234567890123456789012345.10"), row(2, "x", "1"), row(3, "c", "5"), row(4, "x", "1")))
	require.Equal(t, "inserted 0, updated 1, unchanged 1, compacted 0, refused 0, stale 1, missing 1", r.String())
	require.Equal(t, []string{"1|a", "2|x", "3|c"}, d.rows("SELECT id, s FROM t ORDER BY id"))
}

const sometimes = "table: t\ncolumns: [id, n, s]\nkey: [id]\n"

func TestAMemberThatIsMissingKeepsItsColumn(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, n INT DEFAULT 7, s VARCHAR(9))", "INSERT INTO t VALUES (1, 1, 'a'), (2, 2, 'b')")
	o := d.output(sometimes)
	one := func(members object) any { return members }
	r := d.put(o, batchOf(
		one(object{"id": int64(1), "n": int64(5)}),             // keeps s
		one(object{"id": int64(2), "n": nil, "s": "x"}),        // null is not missing
		one(object{"id": int64(3), "s": "y"}),                  // gets the default of n
		one(object{"id": int64(3), "n": int64(8), "s": "z"}),   // in order
		one(object{"id": int64(3), "s": "end"}),                // keeps 8
		one(object{"n": int64(8), "s": "a record without id"}), // has no key
	))
	require.Equal(t, map[int]string{5: "row_missing: id: the record has no such member"}, r.refused)
	require.Equal(t, "inserted 1, updated 4, unchanged 0, compacted 0, refused 1", r.String())
	require.Equal(t, []string{"1|5|a", "2|NULL|x", "3|8|end"}, d.rows("SELECT * FROM t ORDER BY id"))
}

func TestAMissingMemberOfAColumnThatNeedsOneIsRefused(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL, s VARCHAR(9))")
	o := d.output(sometimes)
	r := d.put(o, batchOf(object{"id": int64(1), "s": "x"}, object{"id": int64(2), "n": int64(1)}))
	require.Equal(t, map[int]string{0: "row_missing: n: MariaDB error 1364 (HY000): the record has no member for the column, which is NOT NULL and has no default"}, r.refused)
	require.Equal(t, []string{"2|1|NULL"}, d.rows("SELECT * FROM t"))
}

func TestAMissingMemberIsNullOrRefusedIfSoConfigured(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, n INT DEFAULT 7, s VARCHAR(9))", "INSERT INTO t VALUES (1, 1, 'a')")
	null := d.output(sometimes + "on_missing: \"null\"\n")
	require.Equal(t, "inserted 1, updated 1, unchanged 0, compacted 0, refused 0", d.counts(null, object{"id": int64(1), "s": "a"}, object{"id": int64(2)}))
	require.Equal(t, []string{"1|NULL|a", "2|NULL|NULL"}, d.rows("SELECT * FROM t ORDER BY id"))
	refuse := d.output(sometimes + "on_missing: refuse\n")
	require.Equal(t, map[int]string{0: "row_missing: n: the record has no such member"}, d.put(refuse, batchOf(object{"id": int64(1), "s": "a"})).refused)
}
