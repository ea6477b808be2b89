package mariadb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What only the server can refuse: each case has one bad record between two good
// ones.
func TestTheServersRefusalsNameTheirCauseWithoutAValue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tables []string
		bad    any
		want   string
	}{
		"check":       {[]string{"ALTER TABLE t ADD CONSTRAINT positive CHECK (v > 0)"}, int64(-5), "row_check: positive: MariaDB error 4025 (23000): " + checkFails},
		"own check":   {[]string{"ALTER TABLE t MODIFY v INT CHECK (v > 0)"}, int64(-5), "row_check: v: MariaDB error 4025 (23000): " + checkFails},
		"foreign key": {[]string{"CREATE TABLE parent (id INT PRIMARY KEY)", "INSERT INTO parent VALUES (1), (2)", "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (v) REFERENCES parent (id)"}, int64(5), "row_foreign_key: v: MariaDB error 1452 (23000): table `parent` has no parent row for the foreign key (`v`), which references its (`id`): store the parent row first, then replay this record"},
		"trigger":     {[]string{"CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW IF NEW.v > 2 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret for column ''v'' at row 1'; END IF"}, int64(5), "row_trigger: t: MariaDB error 1644 (45000): " + triggerRefuses},
		"partition":   {[]string{"CREATE OR REPLACE TABLE t (id INT, v INT, PRIMARY KEY (id)) PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10))"}, int64(99), "row_partition: t: MariaDB error 1526 (HY000): no partition takes the row: add a partition for its value with ALTER TABLE ... ADD PARTITION"},
		"generated":   {[]string{"ALTER TABLE t ADD g TINYINT AS (v) STORED"}, int64(5000), "row_out_of_range: g: MariaDB error 1264 (22003): a number is beyond the range of the column: widen the column, or correct the value"},
		"division":    {[]string{"ALTER TABLE t ADD g INT AS (10 / (v - 5)) STORED"}, int64(5), "row_bad_value: t: MariaDB error 1365 (22012): a generated column, a default or a trigger divides by zero: correct the value, or the expression"},
		"unknown":     {[]string{"CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW IF NEW.v > 2 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 9999; END IF"}, int64(5), "row_refused: t: MariaDB error 9999 (HY000): other rows were stored while this row failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, append([]string{"CREATE TABLE t (id INT PRIMARY KEY, v INT)"}, c.tables...)...)
			o := d.output("table: t\ncolumns: [id, v]\nkey: [id]\n")
			row := func(id int, v any) any { return map[string]any{"id": int64(id), "v": v} }
			bad := row(2, c.bad)
			if name == "partition" {
				bad = row(99, int64(1))
			}
			require.Equal(t, map[int]string{1: c.want}, d.write(o, row(1, int64(1)), bad, row(3, int64(2))))
			require.Equal(t, []string{"1|1", "3|2"}, d.rows("SELECT id, v FROM t ORDER BY id"))
			require.Equal(t, map[int]string{0: c.want}, d.write(o, bad))
		})
	}
}

func TestAnUpdateThatHitsAnotherUniqueIndexIsRefused(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, mail VARCHAR(20) COLLATE utf8mb4_bin UNIQUE)")
	o := d.output("table: t\ncolumns: [id, mail]\nkey: [id]\n")
	row := func(id int, mail string) any { return map[string]any{"id": int64(id), "mail": mail} }
	require.Empty(t, d.write(o, row(1, "a"), row(2, "b")))
	require.Equal(t, map[int]string{0: "row_duplicate: mail: MariaDB error 1062 (23000): another row has the same value in a unique index: correct the value, or drop the index if the table may have such rows"}, d.write(o, row(1, "b"), row(3, "c")))
}

func TestRefusalsTakeFewStatements(t *testing.T) {
	t.Parallel()
	for bad, limit := range map[int]int64{0: 1, 1: 8, 3: 22, 1024: 1024 + 1024/2} {
		t.Run(fmt.Sprintf("%d of 1024", bad), func(t *testing.T) {
			t.Parallel()
			d := shared(t, orders, "ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < 1000)")
			o := d.output(ordersConfig + "connections: 1\n")
			records, want := ordersWithBad(bad)
			require.Equal(t, want, d.write(o, records...))
			require.LessOrEqual(t, o.count("mariadb_upsert_statement_ns"), limit)
			require.Equal(t, []string{fmt.Sprint(1024 - bad)}, d.rows("SELECT COUNT(*) FROM orders"))
		})
	}
}

// 1024 rows are the most that a statement has by default.
func TestALargerBatchTakesMoreStatements(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig + "connections: 1\n")
	records, _ := ordersWithBad(0)
	require.Empty(t, d.write(o, records...))
	for i := range 512 {
		records = append(records, order(fmt.Sprintf("%04d", 1024+i), "x", 1, "1"))
	}
	require.Empty(t, d.write(o, records...))
	require.Equal(t, int64(1+2), o.count("mariadb_upsert_statement_ns"))
}

// ordersWithBad returns 1024 orders, of which so many are refused, and their refusals.
func ordersWithBad(bad int) (records []any, refusals map[int]string) {
	refusals = map[int]string{}
	for i := range 1024 {
		qty := 1
		if bad > 0 && i%(1024/bad) == 0 && len(refusals) < bad {
			qty, refusals[i] = 1000, "row_check: few: MariaDB error 4025 (23000): "+checkFails
		}
		records = append(records, order(fmt.Sprintf("%04d", i), "x", qty, "1"))
	}
	return records, refusals
}

// A batch without a refusal takes one statement, whatever the batches before had.
func TestRefusalsDoNotDivideTheNextBatch(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < 1000)")
	o := d.output(ordersConfig + "connections: 1\n")
	batch := func(from int) (records []any) {
		for i := range 1024 {
			qty := 1
			if i%512 == 100 {
				qty = 1000
			}
			records = append(records, order(fmt.Sprintf("%05d", from+i), "x", qty, "1"))
		}
		return records
	}
	refused := map[int]string{100: "row_check: few: MariaDB error 4025 (23000): " + checkFails, 612: "row_check: few: MariaDB error 4025 (23000): " + checkFails}
	require.Equal(t, refused, d.write(o, batch(0)...))
	before := o.count("mariadb_upsert_statement_ns")
	good := make([]any, 1024)
	for i := range good {
		good[i] = order(fmt.Sprintf("%05d", 4000+i), "x", 1, "1")
	}
	require.Empty(t, d.write(o, good...))
	require.Equal(t, before+1, o.count("mariadb_upsert_statement_ns"))
	require.Equal(t, refused, d.write(o, batch(2000)...))
	require.Equal(t, []string{"3068"}, d.rows("SELECT COUNT(*) FROM orders"))
}

// What only the server can tell names the column's character set, its range, or the
// parent table, and no value.
func TestTheServersRefusalsSayWhatTheTableTells(t *testing.T) {
	t.Parallel()
	const parent = "CREATE TABLE `pa``rent` (k INT, l INT, PRIMARY KEY (k, l))"
	for name, c := range map[string]struct {
		column, more string
		v            any
		want         string
	}{
		"letter, utf8mb3":   {"v VARCHAR(9) CHARACTER SET utf8mb3", "", "🍜", "row_bad_value: v: MariaDB error 1366 (22007): the column's character set utf8mb3 lacks a letter of the text: convert the column to utf8mb4, or let the producer write letters of utf8mb3"},
		"letter, latin1":    {"v TEXT CHARACTER SET latin1", "", "주", "row_bad_value: v: MariaDB error 1366 (22007): the column's character set latin1 lacks a letter of the text: convert the column to utf8mb4, or let the producer write letters of latin1"},
		"1969":              {"v TIMESTAMP NULL", "", "1969-12-31T23:59:59Z", "row_out_of_range: v: TIMESTAMP holds the times after 1970-01-01 00:00:00 UTC, until 2038-01-19 03:14:07 UTC (since MariaDB 11.5 until 2106-02-07 06:28:15 UTC): use a DATETIME column, or correct the value"},
		"2038":              {"v TIMESTAMP(3) NULL", "", "2038-01-19T03:14:08Z", "row_out_of_range: v: MariaDB error 1292 (22007): TIMESTAMP(3) holds the times after 1970-01-01 00:00:00 UTC, until 2038-01-19 03:14:07 UTC (since MariaDB 11.5 until 2106-02-07 06:28:15 UTC): use a DATETIME column, or correct the value"},
		"generated date":    {"v VARCHAR(20)", "ALTER TABLE t ADD g DATE AS (v) STORED", "nonsense", "row_bad_value: g: MariaDB error 1292 (22007): a value is not a date or time, or is beyond the range of the column: correct the value, or the trigger or generated column that computes it"},
		"no uuid":           {"v UUID", "", "nonsense", "row_bad_value: v: MariaDB error 1292 (22007): a value is not a date or time, or is beyond the range of the column: correct the value, or the trigger or generated column that computes it"},
		"no parent":         {"v INT", "ALTER TABLE t ADD w INT DEFAULT 7, ADD CONSTRAINT f FOREIGN KEY (v, w) REFERENCES `pa``rent` (k, l) ON DELETE CASCADE", int64(5), "row_foreign_key: v: MariaDB error 1452 (23000): table `pa``rent` has no parent row for the foreign key (`v`, `w`), which references its (`k`, `l`): store the parent row first, then replay this record"},
		"no parent's child": {"v INT", "CREATE TRIGGER c AFTER INSERT ON t FOR EACH ROW INSERT INTO child VALUES (NEW.v, 1)", int64(5), "row_foreign_key: a: MariaDB error 1452 (23000): table `pa``rent` has no parent row for the foreign key (`a`, `b`), which references its (`k`, `l`): store the parent row first, then replay this record"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, parent, "CREATE TABLE child (a INT, b INT, FOREIGN KEY (a, b) REFERENCES `pa``rent` (k, l))", "CREATE TABLE t (id INT PRIMARY KEY, "+c.column+")")
			if c.more != "" {
				d.exec(c.more)
			}
			o := d.output("table: t\ncolumns: [id, v]\nkey: [id]\n")
			row := func(id int, v any) any { return map[string]any{"id": int64(id), "v": v} }
			refusals := d.write(o, row(1, c.v))
			require.Equal(t, map[int]string{0: c.want}, refusals)
			if text, ok := c.v.(string); ok {
				require.NotContains(t, refusals[0], text)
				require.NotContains(t, refusals[0], strings.TrimSuffix(strings.Replace(text, "T", " ", 1), "Z"))
			}
			require.Empty(t, d.rows("SELECT id FROM t"))
		})
	}
}
