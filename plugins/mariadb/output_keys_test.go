package mariadb

import (
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// A key of any type that may be one: equal values are one row, and the outcomes
// are counted.
func TestKeysOfEveryType(t *testing.T) {
	t.Parallel()
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	for columnType, keys := range map[string][2][2]any{ // two keys, each in two spellings
		"BIGINT UNSIGNED":                   {{uint64(1 << 63), "9223372036854775808"}, {int64(5), "5"}},
		"TINYINT":                           {{int64(-1), "-1.0"}, {int64(0), false}}, // 0 too if it is AUTO_INCREMENT
		"INT AUTO_INCREMENT":                {{int64(0), "0"}, {int64(9), "9"}},
		"BIT(8)":                            {{int64(1), true}, {int64(255), "255"}},
		"DECIMAL(20,5)":                     {{"1.5", "1.50000"}, {"-0.00001", "-00.00001"}},
		"DATE":                              {{day, "2024-02-29"}, {day.AddDate(0, 0, 1), "2024-03-01"}},
		"DATETIME(6)":                       {{day, "2024-02-29T09:00:00+09:00"}, {day.Add(time.Microsecond), "2024-02-29 00:00:00.000001"}},
		"YEAR":                              {{int64(2024), "2024"}, {int64(1999), "1999"}},
		"VARBINARY(4)":                      {{[]byte{0xff, 0}, "\xff\x00"}, {[]byte{}, ""}},
		"CHAR(4) COLLATE utf8mb4_bin":       {{"a", []byte("a")}, {"A", "A"}},
		"ENUM('a','A') COLLATE utf8mb4_bin": {{"a", "a"}, {"A", "A"}},
		"UUID":                              {{"6CCD780C-BABA-1026-9564-5B8C656024DB", "6ccd780cbaba102695645b8c656024db"}, {"00000000-0000-0000-0000-000000000001", "00000000000000000000000000000001"}},
		"VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_bin": {{"é", "é"}, {"e", "e"}},
	} {
		t.Run(columnType, func(t *testing.T) {
			t.Parallel()
			d := shared(t, "CREATE TABLE t (k "+columnType+" PRIMARY KEY, v INT)")
			o := d.output("table: t\ncolumns: [k, v]\nkey: [k]\n")
			row := func(key any, v int) any { return map[string]any{"k": key, "v": int64(v)} }
			require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 2, refused 0", d.counts(o, row(keys[0][0], 0), row(keys[1][0], 1), row(keys[0][1], 2), row(keys[1][1], 3)))
			require.Equal(t, "inserted 0, updated 1, unchanged 1, compacted 0, refused 0", d.counts(o, row(keys[0][0], 4), row(keys[1][0], 3)))
			require.Equal(t, []string{"3", "4"}, d.rows("SELECT v FROM t ORDER BY v"))
		})
	}
}

// Triggers that generate ids of their own, and a binary log, leave the counts
// alone.
func TestCountsSurviveTriggersAndTheBinaryLog(t *testing.T) {
	t.Parallel()
	d := private(t, orders, "--log-bin=binlog", "--binlog-format=MIXED", "--server-id=1")
	d.exec("CREATE TABLE audit (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(64))")
	d.exec("CREATE TRIGGER i AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit (note) VALUES (NEW.order_id), ('x')")
	d.exec("CREATE TRIGGER u BEFORE UPDATE ON orders FOR EACH ROW INSERT INTO audit (note) VALUES (LAST_INSERT_ID(77))")
	o := d.output(ordersConfig)
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 0, refused 0", d.counts(o, order("a", "x", 1, "1"), order("b", "x", 1, "1")))
	require.Equal(t, "inserted 1, updated 1, unchanged 1, compacted 0, refused 0", d.counts(o, order("a", "x", 1, "1"), order("b", "x", 2, "1"), order("c", "x", 2, "1")))
	require.Equal(t, "inserted 0, updated 2, unchanged 1, compacted 0, refused 0", d.counts(o, order("a", "x", 3, "1"), order("b", "x", 3, "1"), order("c", "x", 2, "1")))

	// READ COMMITTED needs rows in the log: a server that logs statements only
	// is set up wrongly, and that is said.
	d.exec("SET GLOBAL binlog_format = STATEMENT")
	o = d.output(ordersConfig) // its sessions are new
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(order("z", "x", 1, "1"))))
	require.Regexp(t, `MariaDB error 1665 \(HY000\): Cannot execute statement: impossible to write to binary log since BINLOG_FORMAT = STATEMENT.*Nothing is dropped: an operator must correct this`, o.says())
}

func TestKeysAreTheServers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("가", 64)
	for collation, c := range map[string]struct {
		refused map[int]string
		stored  []string
	}{
		"utf8mb4_bin": {
			map[int]string{2: "row_padded: order_id: spaces at the end are lost in VARCHAR(64) with collation utf8mb4_bin"},
			[]string{"A", "a", "á", long},
		},
		"utf8mb4_nopad_bin": {map[int]string{}, []string{"A", "a", "a ", "á", long}},
	} {
		t.Run(collation, func(t *testing.T) {
			t.Parallel()
			d := shared(t, strings.ReplaceAll(orders, "utf8mb4_bin", collation))
			o := d.output(ordersConfig)
			require.Equal(t, c.refused, d.write(o, order("a", "x", 1, "1"), order("A", "x", 1, "1"), order("a ", "x", 1, "1"), order("á", "x", 1, "1"), order(long, "x", 1, "1")))
			require.Equal(t, c.stored, d.rows("SELECT order_id FROM orders ORDER BY order_id"))
		})
	}
}
