package mariadb

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// NULL is older than any version, also when nothing is inserted.
func TestAnUpdateWithoutAVersionIsStale(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(9), v INT)", "INSERT INTO t VALUES (1, 'a', 5), (2, 'b', NULL)")
	o := d.output("table: t\ncolumns: [id, s, v]\nkey: [id]\nversion: v\nmode: update\n")
	row := func(id int, s string) any { return object{"id": int64(id), "s": s, "v": nil} }
	require.Equal(t, "inserted 0, updated 1, unchanged 0, compacted 0, refused 0, stale 1, missing 1", d.counts(o, row(1, "x"), row(2, "y"), row(3, "z")))
	require.Equal(t, []string{"1|a|5", "2|y|NULL"}, d.rows("SELECT * FROM t ORDER BY id"))
}

// The table of a trigger lacks a default: no record is at fault, also not one that lacks a
// member.
func TestATriggersColumnWithoutADefaultIsNotTheRecords(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, n INT DEFAULT 7, s VARCHAR(9))", "CREATE TABLE audit (id INT, needed INT NOT NULL)",
		"CREATE TRIGGER audits AFTER INSERT ON t FOR EACH ROW INSERT INTO audit (id) VALUES (NEW.id)")
	o := d.output(sometimes)
	batch := batchOf(object{"id": int64(1), "s": "x"})
	require.Contains(t, d.waits(o, batch), "MariaDB error 1364")
	d.exec("ALTER TABLE audit MODIFY needed INT")
	require.Empty(t, d.settled(o, batch))
	require.Equal(t, []string{"1|7|x"}, d.rows("SELECT * FROM t"))
}

// The values that a stored row is compared with are those of the column.
func TestInsertKnowsTheStoredRowByEachType(t *testing.T) {
	t.Parallel()
	d := shared(t, `CREATE TABLE t (id INT PRIMARY KEY, f FLOAT, g DOUBLE, j JSON, b BIT(12), p POINT, u UUID, i INET6, y YEAR,
		ts TIMESTAMP(3) NULL, e ENUM('a','b') COLLATE utf8mb4_bin, s SET('x','y') COLLATE utf8mb4_bin, c CHAR(4), bin BINARY(3), d DECIMAL(30,10), tm TIME(3))`)
	o := d.output("table: t\ncolumns: [id, f, g, j, b, p, u, i, y, ts, e, s, c, bin, d, tm]\nkey: [id]\nmode: insert\n")
	row := func(id int) any {
		return object{
			"id": int64(id), "f": 0.1, "g": 1e-300, "j": object{"b": int64(1), "a": "x"}, "b": int64(4095), "u": "77a436fd-64f9-4d35-999b-a957195f5d23", "i": "::1", "y": int64(2026),
			"p":  object{"wkb": []byte("\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf8\x3f\x00\x00\x00\x00\x00\x00\x04\xc0"), "srid": nil},
			"ts": "2026-03-29T01:30:00.123Z", "e": "b", "s": "x,y", "c": "ab", "bin": "abc", "d": "1.50", "tm": "-01:00:00.5",
		}
	}
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 0, refused 0", d.counts(o, row(1), row(2)))
	require.Equal(t, "inserted 1, updated 0, unchanged 2, compacted 0, refused 0", d.counts(o, row(1), row(2), row(3)))
	guarded := d.output("table: t\ncolumns: [id, f, g, j, b, p, u, i, y, ts, e, s, c, bin, d, tm]\nkey: [id]\nversion: ts\n")
	require.Equal(t, "inserted 0, updated 0, unchanged 3, compacted 0, refused 0", d.counts(guarded, row(1), row(2), row(3)))
	updates := d.output("table: t\ncolumns: [id, f, g, j, b, p, u, i, y, ts, e, s, c, bin, d, tm]\nkey: [id]\nmode: update\n")
	require.Equal(t, "inserted 0, updated 0, unchanged 3, compacted 0, refused 0", d.counts(updates, row(1), row(2), row(3)))
}
