package mariadb

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// A message that is delivered again takes no value of the table's own AUTO_INCREMENT
// column, whatever stands beside it in its batch.
func TestARowThatIsThereTakesNoNumber(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE v (n TINYINT AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL UNIQUE, x VARCHAR(9))")
	o := d.output("table: v\ncolumns: [id, x]\nkey: [id]\ntombstone: delete\n")
	row := func(id int, x string) any { return map[string]any{"id": int64(id), "x": x} }
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 0, refused 0", d.counts(o, row(1, "a"), row(2, "a")))
	for range 100 {
		require.Equal(t, "inserted 0, updated 0, unchanged 2, compacted 0, refused 0", d.counts(o, row(1, "a"), row(2, "a")))
		require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0", d.counts(o, row(2, "a")))
	}
	require.Equal(t, "inserted 2, updated 1, unchanged 1, compacted 1, refused 0", d.counts(o, row(0, "new"), row(1, "b"), row(2, "x"), row(2, "a"), row(9, "new")))
	require.Equal(t, []string{"0|new|3", "1|b|1", "2|a|2", "9|new|4"}, d.rows("SELECT id, x, n FROM v ORDER BY id"))
	batch := batchOf(row(1, "c"), row(10, "new"))
	batch = append(batch, tombstone("2", nil), tombstone("77", nil))
	require.Equal(t, "inserted 1, updated 1, unchanged 1, compacted 0, refused 0, deleted 1", d.put(o, batch).String())
	require.Equal(t, []string{"0|new|3", "1|c|1", "9|new|4", "10|new|5"}, d.rows("SELECT id, x, n FROM v ORDER BY id"))
	batch = append(service.MessageBatch{tombstone("0", nil)}, batchOf(row(1, "d"), row(9, "d"), row(10, "d"))...)
	require.Equal(t, "inserted 0, updated 3, unchanged 0, compacted 0, refused 0, deleted 1", d.put(o, batch).String())
	require.Equal(t, []string{"1|d|1", "9|d|4", "10|d|5"}, d.rows("SELECT id, x, n FROM v ORDER BY id"))
	require.Equal(t, []string{"6"}, d.rows("SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'v'"))
}

func TestNoNumberIsTakenWhateverTheKeyIs(t *testing.T) {
	t.Parallel()
	for columnType, keys := range map[string][2]any{
		"BIGINT UNSIGNED":                      {uint64(1 << 63), int64(5)},
		"INT":                                  {int64(-1), int64(0)},
		"BIT(8)":                               {int64(1), int64(255)},
		"BIT(64)":                              {uint64(1<<64 - 1), int64(0)},
		"DECIMAL(20,5)":                        {"1.50000", "-0.00001"},
		"DECIMAL(10,0)":                        {"100", "-7"},
		"DATE":                                 {"2024-02-29", "0001-01-01"},
		"DATETIME(6)":                          {"2024-02-29T09:00:00.5+09:00", "2024-02-29 00:00:00.000001"},
		"TIMESTAMP(3)":                         {"2024-02-29T09:00:00.5+09:00", "1970-01-01T00:00:01Z"},
		"YEAR":                                 {int64(2024), int64(1999)},
		"VARBINARY(4)":                         {[]byte{0xff, 0, '\'', '\\'}, []byte{}},
		"BINARY(2)":                            {[]byte{0xff, 0}, []byte{0, 0}},
		"CHAR(4) COLLATE utf8mb4_bin":          {"a", "A"},
		"VARCHAR(9) COLLATE utf8mb4_nopad_bin": {"a", "a '\\\"\n🍜"},
		"ENUM('a','A') COLLATE utf8mb4_bin":    {"a", "A"},
		"UUID":                                 {"6CCD780C-BABA-1026-9564-5B8C656024DB", "00000000-0000-0000-0000-000000000001"},
		"VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_bin": {"é", "e"},
		"VARCHAR(9) CHARACTER SET euckr COLLATE euckr_bin":   {"주문", "e"},
		"VARCHAR(9) CHARACTER SET utf16 COLLATE utf16_bin":   {"🍜", "e"},
	} {
		for name, key := range map[string]string{"": "[k]", ", two columns": "[k, part]"} {
			t.Run(columnType+name, func(t *testing.T) {
				t.Parallel()
				requireNoNumberIsTaken(t, columnType, key, keys)
			})
		}
	}
}

func requireNoNumberIsTaken(t *testing.T, columnType, key string, keys [2]any) {
	index := key[1 : len(key)-1]
	d := shared(t, "CREATE TABLE t (v INT, n SMALLINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, part VARCHAR(9) COLLATE utf8mb4_nopad_bin NOT NULL, k "+columnType+" NOT NULL, UNIQUE `the key` ("+index+"))")
	o := d.output("table: t\ncolumns: [k, v, part]\nkey: " + key + "\n")
	row := func(key any, v int) any { return map[string]any{"k": key, "v": int64(v), "part": "p"} }
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 0, refused 0", d.counts(o, row(keys[0], 0), row(keys[1], 1)))
	for v := range 5 {
		require.Equal(t, "inserted 0, updated 2, unchanged 0, compacted 0, refused 0", d.counts(o, row(keys[0], v+2), row(keys[1], v+2)))
		require.Equal(t, "inserted 0, updated 0, unchanged 2, compacted 0, refused 0", d.counts(o, row(keys[0], v+2), row(keys[1], v+2)))
	}
	require.Equal(t, []string{"1|6", "2|6"}, d.rows("SELECT n, v FROM t ORDER BY n"))
	require.Equal(t, []string{"3"}, d.rows("SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"))
}

// A large batch of rows of which every second is there: the questions and the
// statements are cut, and each row has its outcome.
func TestNumbersOfALargeBatch(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (n SMALLINT AUTO_INCREMENT PRIMARY KEY, id VARCHAR(9) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE, v INT CHECK (v < 1000), ver INT, at TIMESTAMP(3) DEFAULT '2000-01-01' ON UPDATE CURRENT_TIMESTAMP(3))")
	o := d.output("table: t\ncolumns: [id, v, ver]\nkey: [id]\nversion: ver\nmax_rows_per_statement: 100\n")
	rows := func(step, v, version int) (all []any) {
		for i := 0; i < 3000; i += step {
			all = append(all, map[string]any{"id": fmt.Sprintf("%06d", i), "v": int64(v), "ver": int64(version)})
		}
		return all
	}
	require.Equal(t, "inserted 1500, updated 0, unchanged 0, compacted 0, refused 0", d.counts(o, rows(2, 1, 5)...))
	half := rows(1, 1, 5)
	half[100] = map[string]any{"id": "000100", "v": int64(2), "ver": int64(4)}     // older
	half[102] = map[string]any{"id": "000102", "v": int64(2), "ver": int64(6)}     // newer
	half[104] = map[string]any{"id": "000104", "v": int64(1000), "ver": int64(6)}  // refused, is there
	half[1001] = map[string]any{"id": "001001", "v": int64(1000), "ver": int64(6)} // refused, is new
	require.Equal(t, "inserted 1499, updated 1, unchanged 1497, compacted 0, refused 2, stale 1", d.counts(o, half...))
	require.Equal(t, []string{"2999|1|2"}, d.rows("SELECT COUNT(*), COUNT(DISTINCT IF(v = 1, v, NULL)), MAX(v) FROM t"))
	require.Equal(t, []string{"1"}, d.rows("SELECT COUNT(*) FROM t WHERE at > '2001-01-01'"))
	const next = "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
	before, number := d.rows("SELECT id, n, v, ver, at FROM t ORDER BY id"), d.rows(next)
	for range 3 {
		require.Equal(t, "inserted 0, updated 0, unchanged 2997, compacted 0, refused 1, stale 1", d.counts(o, append(half[:1001:1001], half[1002:]...)...))
	}
	require.Equal(t, before, d.rows("SELECT id, n, v, ver, at FROM t ORDER BY id"))
	require.Equal(t, number, d.rows(next))
}

// Writers of the same rows, some of which are deleted and made again meanwhile: each
// key keeps one row, with the last value of some writer, and a number of its own.
func TestNumbersStayWithTheirKeysAmongWriters(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (n INT AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL UNIQUE, a INT, b INT)")
	config := "table: t\ncolumns: [id, a, b]\nkey: [id]\nmax_rows_per_statement: 32\n"
	outputs := []*sink{d.output(config), d.output(config)}
	var group sync.WaitGroup
	write := func(writer, turn int) {
		var records []any
		for i := range 300 {
			records = append(records, map[string]any{"id": int64((i*7919 + turn*13) % 400), "a": int64(writer*100 + turn), "b": int64((i*7919+turn*13)%400*1000 + writer*100 + turn)})
		}
		batch, err := batchOf(records...), service.ErrNotConnected
		for errors.Is(err, service.ErrNotConnected) && t.Context().Err() == nil { // as the framework does
			err = outputs[writer%2].WriteBatch(t.Context(), batch)
		}
		if err != nil {
			t.Errorf("writing: %v", err)
		}
	}
	for writer := range 4 {
		group.Go(func() {
			for turn := range 15 {
				write(writer, turn)
			}
		})
	}
	group.Go(func() {
		for turn := range 60 {
			// A deadlock is this writer's own affair.
			_, _ = d.db.Exec("DELETE FROM t WHERE id % 7 = ?", turn%7)
			_, _ = d.db.Exec("UPDATE t SET id = id + 1000 WHERE id % 11 = ? AND id < 400", turn%11)
		}
	})
	group.Wait()
	require.Equal(t, []string{"0"}, d.rows("SELECT COUNT(*) FROM t WHERE b <> id % 1000 * 1000 + a"), "a row that has the values of another key")
	var records []any
	for i := range 400 {
		records = append(records, map[string]any{"id": int64(i), "a": int64(1), "b": int64(i*1000 + 1)})
	}
	require.Empty(t, d.write(outputs[0], records...))
	require.Equal(t, []string{"400"}, d.rows("SELECT COUNT(*) FROM t WHERE id < 400 AND a = 1 AND b = id * 1000 + 1"))
}

func TestAnAccountThatCannotSpareNumbersIsWarned(t *testing.T) {
	t.Parallel()
	const table, config = "CREATE TABLE t (id INT NOT NULL UNIQUE, v INT, n TINYINT AUTO_INCREMENT PRIMARY KEY)", "table: t\ncolumns: [id, v]\nkey: [id]\n"
	row := func(id, v int) any { return map[string]any{"id": int64(id), "v": int64(v)} }
	const (
		before = "WARN each row that the output writes takes a value of the AUTO_INCREMENT column "
		after  = ", a stored row too. When no value is left, no new row can be stored. The account lacks the privileges to avoid that: GRANT SELECT, INSERT ON `t` TO the account, or make the column BIGINT UNSIGNED"
	)
	d := closedDatabase(t, table)
	for rights, warning := range map[string]string{
		"SELECT (id, v), INSERT (id, v), UPDATE (id, v) ON t": before + "of table `t`" + after,
		"SELECT, INSERT (id, v), UPDATE (id, v) ON t":         before + "`n` of table `t` (2 % of its values are used)" + after,
	} {
		d.exec("TRUNCATE TABLE t")
		d.exec("INSERT INTO t (id, v) VALUES (1, 1)")
		o := d.as(fmt.Sprintf("columns%d", len(rights)), true, rights, config)
		require.NoError(t, o.Connect(t.Context()))
		require.Equal(t, []string{warning}, o.log.matching("AUTO_INCREMENT"))
		require.Equal(t, "inserted 1, updated 1, unchanged 0, compacted 0, refused 0", d.counts(o, row(1, 2), row(2, 2)))
	}

	o := d.as("table", true, "SELECT, INSERT, UPDATE ON t", config)
	require.NoError(t, o.Connect(t.Context()))
	require.Empty(t, o.log.matching("AUTO_INCREMENT"))
	require.Equal(t, "inserted 0, updated 0, unchanged 2, compacted 0, refused 0", d.counts(o, row(1, 2), row(2, 2)))
}

func TestNoNumberLeftIsWaitedFor(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT NOT NULL UNIQUE, v INT, serial TINYINT AUTO_INCREMENT PRIMARY KEY)", "INSERT INTO t VALUES (0, 0, 127)")
	o := d.output("table: t\ncolumns: [id, v]\nkey: [id]\n")
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(map[string]any{"id": int64(1), "v": int64(1)})))
}

// When no number is left, the state says which statement gives more, and it does.
func TestNoNumberLeftSaysWhatToDo(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT NOT NULL UNIQUE, v INT, serial TINYINT AUTO_INCREMENT PRIMARY KEY COMMENT 's')",
		"CREATE TABLE child (serial TINYINT COMMENT 'c', CONSTRAINT f FOREIGN KEY (serial) REFERENCES t (serial))", "INSERT INTO t VALUES (0, 0, 127)", "INSERT INTO child VALUES (127)")
	o := d.output("table: t\ncolumns: [id, v]\nkey: [id]\n")
	row := func(id, v int) any { return map[string]any{"id": int64(id), "v": int64(v)} }
	require.Empty(t, d.write(o, row(0, 1)), "a row that is there needs none")
	batch := batchOf(row(0, 2), row(1, 1))
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	const fix = "ALTER TABLE `child` DROP FOREIGN KEY `f`; ALTER TABLE `t` MODIFY `serial` bigint unsigned NOT NULL AUTO_INCREMENT COMMENT 's'; ALTER TABLE `child` MODIFY `serial` bigint unsigned DEFAULT NULL COMMENT 'c'; ALTER TABLE `child` ADD CONSTRAINT `f` FOREIGN KEY (`serial`) REFERENCES `t` (`serial`)"
	require.Regexp(t, `MariaDB error (167|1467) \(\w+\)(: Failed to read auto-increment value from storage engine)?: column .serial. has no AUTO_INCREMENT value left: ALTER TABLE`, o.says())
	require.Contains(t, o.says(), fix+". Nothing is dropped: an operator must correct this")
	d.run(d.name, fix)
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, []string{"0|2|127", "1|1|128"}, d.rows("SELECT id, v, serial FROM t ORDER BY id"))
}

func TestNoNumberLeftForATriggerSaysSo(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "CREATE TABLE audit (n TINYINT AUTO_INCREMENT PRIMARY KEY, id VARCHAR(64))", "INSERT INTO audit VALUES (127, 'x')", "CREATE TRIGGER a AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit (id) VALUES (NEW.order_id)")
	o := d.output(ordersConfig)
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(order("a", "x", 1, "1"))))
	require.Contains(t, o.says(), "an AUTO_INCREMENT column of a table that a trigger writes to has no value left: make the column BIGINT UNSIGNED")
}
