package mariadb

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStatementText(t *testing.T) {
	for _, c := range []struct {
		target target
		count  counting
		rows   int
		want   string
	}{
		{
			target{table: "t", columns: []string{"a", "k"}, key: []string{"k"}}, byInsertID, 2,
			"INSERT INTO `t` (`a`, `k`) VALUES (?, IF(LAST_INSERT_ID(4611686018427387904), ?, NULL)), (?, ?) ON DUPLICATE KEY UPDATE " +
				"`k` = IF(LAST_INSERT_ID(LAST_INSERT_ID() + 1), `k`, `k`), `a` = VALUES(`a`)",
		},
		{
			target{database: "d", table: "t`", columns: []string{"v", "k", "a", "i"}, key: []string{"k"}, insertOnly: []string{"i"}, version: "v"}, byVariable, 1,
			"INSERT INTO `d`.`t``` (`v`, `k`, `a`, `i`) VALUES (?, IF((@order_sink_matched := 4611686018427387904), ?, NULL), ?, ?) ON DUPLICATE KEY UPDATE " +
				"`k` = IF((@order_sink_matched := CAST(@order_sink_matched AS SIGNED) + (@order_sink_fate := " +
				"IF(VALUES(`v`) >= `v` OR `v` IS NULL, IF(FALSE OR NOT (BINARY `a` <=> BINARY VALUES(`a`)), 65537, 1), 4294967297))), `k`, `k`), " +
				"`seen` = IF(@order_sink_fate = 65537, CURRENT_TIMESTAMP(3), `seen`), " +
				"`a` = IF(@order_sink_fate = 65537, VALUES(`a`), `a`), " +
				"`v` = IF(@order_sink_fate = 4294967297, `v`, VALUES(`v`))",
		},
		{
			target{table: "t", columns: []string{"k", "l"}, key: []string{"l", "k"}}, byInsertID, 1,
			"INSERT INTO `t` (`k`, `l`) VALUES (?, IF(LAST_INSERT_ID(4611686018427387904), ?, NULL)) ON DUPLICATE KEY UPDATE `l` = IF(LAST_INSERT_ID(LAST_INSERT_ID() + 1), `l`, `l`)",
		},
	} {
		found := &table{target: &c.target, counting: c.count, version: -1}
		var all []described
		for _, name := range c.target.columns {
			all = append(all, described{column: column{name: name, family: texts}})
		}
		found.fit(append(all, described{column: column{name: "seen", fraction: 3}, onUpdate: true, hasDefault: true}), new(misfits))
		found.onDuplicate = found.assignments()
		require.Equal(t, c.want, found.upsertText(c.rows, false))
	}
}

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
			w := shared(t, "CREATE TABLE t (k "+columnType+" PRIMARY KEY, v INT)")
			o := w.output("table: t\ncolumns: [k, v]\nkey: [k]\n")
			row := func(key any, v int) any { return map[string]any{"k": key, "v": int64(v)} }
			require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 2, refused 0", w.counts(o, row(keys[0][0], 0), row(keys[1][0], 1), row(keys[0][1], 2), row(keys[1][1], 3)))
			require.Equal(t, "inserted 0, updated 1, unchanged 1, compacted 0, refused 0", w.counts(o, row(keys[0][0], 4), row(keys[1][0], 3)))
			require.Equal(t, []string{"3", "4"}, w.rows("SELECT v FROM t ORDER BY v"))
		})
	}
}

// Triggers that generate ids of their own, and a binary log, leave the counts
// alone.
func TestCountsSurviveTriggersAndTheBinaryLog(t *testing.T) {
	t.Parallel()
	w := privateWorld(t, orders, "--log-bin=binlog", "--binlog-format=MIXED", "--server-id=1")
	w.exec("CREATE TABLE audit (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(64))")
	w.exec("CREATE TRIGGER i AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit (note) VALUES (NEW.order_id), ('x')")
	w.exec("CREATE TRIGGER u BEFORE UPDATE ON orders FOR EACH ROW INSERT INTO audit (note) VALUES (LAST_INSERT_ID(77))")
	o := w.output(ordersConfig)
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 0, refused 0", w.counts(o, order("a", "x", 1, "1"), order("b", "x", 1, "1")))
	require.Equal(t, "inserted 1, updated 1, unchanged 1, compacted 0, refused 0", w.counts(o, order("a", "x", 1, "1"), order("b", "x", 2, "1"), order("c", "x", 2, "1")))
	require.Equal(t, "inserted 0, updated 2, unchanged 1, compacted 0, refused 0", w.counts(o, order("a", "x", 3, "1"), order("b", "x", 3, "1"), order("c", "x", 2, "1")))

	// READ COMMITTED needs rows in the log: a server that logs statements only
	// is set up wrongly, and that is said.
	w.exec("SET GLOBAL binlog_format = STATEMENT")
	require.NoError(t, o.Connect(t.Context()))
	_, f := o.store.put(t.Context(), []message{{content: order("z", "x", 1, "1")}})
	require.Equal(t, misconfigured, f.kind)
	require.ErrorContains(t, f, "MariaDB error 1665 (HY000): Cannot execute statement: impossible to write to binary log since BINLOG_FORMAT = STATEMENT")
}
