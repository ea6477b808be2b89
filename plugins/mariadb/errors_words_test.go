package mariadb

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each error that refuses a row has a sentence of its own, beside its rule.
func TestEveryRefusalHasASentence(t *testing.T) {
	for number, rule := range rules {
		if rule.kind == refused {
			require.NotEmpty(t, words[number], "error %d", number)
		}
	}
	for number, sentence := range words {
		require.Equal(t, refused, rules[number].kind, "error %d", number)
		require.NotContains(t, sentence, "%", "error %d", number)
	}
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
		"generated date":    {"v VARCHAR(20)", "ALTER TABLE t ADD g DATE AS (v) STORED", "nonsense", "row_bad_value: g: MariaDB error 1292 (22007): " + wordsDate},
		"no uuid":           {"v UUID", "", "nonsense", "row_bad_value: v: MariaDB error 1292 (22007): " + wordsDate},
		"no parent":         {"v INT", "ALTER TABLE t ADD w INT DEFAULT 7, ADD CONSTRAINT f FOREIGN KEY (v, w) REFERENCES `pa``rent` (k, l) ON DELETE CASCADE", int64(5), "row_foreign_key: v: MariaDB error 1452 (23000): table `pa``rent` has no parent row for the foreign key (`v`, `w`), which references its (`k`, `l`): store the parent row first, then replay this record"},
		"no parent's child": {"v INT", "CREATE TRIGGER c AFTER INSERT ON t FOR EACH ROW INSERT INTO child VALUES (NEW.v, 1)", int64(5), "row_foreign_key: a: MariaDB error 1452 (23000): table `pa``rent` has no parent row for the foreign key (`a`, `b`), which references its (`k`, `l`): store the parent row first, then replay this record"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := shared(t, parent, "CREATE TABLE child (a INT, b INT, FOREIGN KEY (a, b) REFERENCES `pa``rent` (k, l))", "CREATE TABLE t (id INT PRIMARY KEY, "+c.column+")")
			if c.more != "" {
				w.exec(c.more)
			}
			o := w.output("table: t\ncolumns: [id, v]\nkey: [id]\n")
			row := func(id int, v any) any { return map[string]any{"id": int64(id), "v": v} }
			refusals := w.write(o, row(1, c.v))
			require.Equal(t, map[int]string{0: c.want}, refusals)
			if text, ok := c.v.(string); ok {
				require.NotContains(t, refusals[0], text)
				require.NotContains(t, refusals[0], strings.TrimSuffix(strings.Replace(text, "T", " ", 1), "Z"))
			}
			require.Empty(t, w.rows("SELECT id FROM t"))
		})
	}
}
