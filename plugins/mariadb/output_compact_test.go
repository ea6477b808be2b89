package mariadb

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheLastOfAKeyWinsInABatch(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 2, refused 0",
		d.counts(o, order("a", "x", 1, "1"), order("a", "x", 2, "1"), order("a", "x", 3, "1")))
	require.Equal(t, []string{"a|3"}, d.rows("SELECT order_id, qty FROM orders"))
}

const versioned = `CREATE TABLE versioned (id VARCHAR(64) COLLATE utf8mb4_bin PRIMARY KEY, note VARCHAR(20), first VARCHAR(20), version %s,
	updated_at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6))`

func TestAnOlderVersionNeverWins(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2024, 1, d, 0, 0, 0, 0, time.UTC) }
	for columnType, v := range map[string][3]any{
		"BIGINT NULL":          {int64(-1), int64(9), int64(10)},
		"BIGINT UNSIGNED NULL": {int64(9), uint64(1 << 63), uint64(1<<63 + 1)},
		"DECIMAL(20,3) NULL":   {"-10.5", "9.999", "10"},
		"DATETIME(6) NULL":     {day(1), day(2), day(10)},
		"TIMESTAMP(3) NULL":    {day(1), day(2), day(10)},
		"DATE NULL":            {day(1), day(2), day(10)},
	} {
		t.Run(columnType, func(t *testing.T) {
			t.Parallel()
			d := shared(t, fmt.Sprintf(versioned, columnType))
			o := d.output("table: versioned\ncolumns: [id, note, version]\nkey: [id]\nversion: version\n")
			row := func(note string, version any) any {
				return map[string]any{"id": "a", "note": note, "version": version}
			}
			note := func() string { return d.rows("SELECT note FROM versioned")[0] }
			// In a batch: the newest; of equal ones, the last; NULL never.
			require.Empty(t, d.write(o, row("null", nil), row("old", v[0]), row("middle", v[1]), row("middle again", v[1]), row("null", nil), row("old", v[0])))
			require.Equal(t, "middle again", note())
			// Against the stored row.
			for _, step := range []struct {
				note    string
				version any
				want    string
			}{
				{"old", v[0], "middle again"}, {"null", nil, "middle again"}, {"same", v[1], "same"}, {"new", v[2], "new"}, {"middle", v[1], "new"},
			} {
				require.Empty(t, d.write(o, row(step.note, step.version)))
				require.Equal(t, step.want, note())
			}
			// A stored NULL is older than anything, another NULL included.
			d.exec("UPDATE versioned SET version = NULL")
			require.Empty(t, d.write(o, row("null too", nil)))
			require.Equal(t, "null too", note())
			require.Empty(t, d.write(o, row("old", v[0])))
			require.Equal(t, "old", note())
		})
	}
}

// When the row that stands for the rows of its key is refused, these rows are written one
// after the other.
func TestTheRowsOfARefusedWinnerAreWritten(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE model (id VARCHAR(40) COLLATE utf8mb4_bin PRIMARY KEY, note INT CHECK (note < 9), first INT NULL, version INT)")
	o := d.output("table: model\ncolumns: [id, note, first, version]\nkey: [id]\nversion: version\n")
	type row [3]int64 // note, first, version
	for _, c := range []struct {
		id     string
		rows   []row
		counts string
		stored string
	}{
		{"the first would be refused", []row{{99, 7, 1}, {1, 8, 1}}, "inserted 1, updated 0, unchanged 0, compacted 1, refused 0", "1|8|1"},
		{"the last is refused", []row{{1, 7, 1}, {2, 8, 1}, {99, 9, 1}}, "inserted 1, updated 1, unchanged 0, compacted 0, refused 1", "2|8|1"},
		{"only one is good", []row{{99, 6, 1}, {99, 7, 1}, {1, 8, 1}, {99, 9, 1}}, "inserted 1, updated 0, unchanged 0, compacted 0, refused 3", "1|8|1"},
		{"none is good", []row{{99, 7, 1}, {98, 8, 1}, {97, 9, 1}}, "inserted 0, updated 0, unchanged 0, compacted 0, refused 3", ""},
		{"the first is the newest", []row{{1, 7, 3}, {2, 8, 1}, {3, 9, 2}}, "inserted 1, updated 0, unchanged 0, compacted 2, refused 0", "1|7|3"},
		{"the newest is refused", []row{{1, 7, 1}, {2, 8, 3}, {99, 9, 4}, {4, 9, 2}}, "inserted 1, updated 1, unchanged 0, compacted 0, refused 1, stale 1", "2|8|3"},
	} {
		var records []any
		for _, r := range c.rows {
			records = append(records, map[string]any{"id": c.id, "note": r[0], "first": r[1], "version": r[2]})
		}
		require.Equal(t, c.counts, d.counts(o, records...), c.id)
		require.Equal(t, c.stored, strings.Join(d.rows("SELECT note, first, version FROM model WHERE id = '"+c.id+"'"), " "), c.id)
	}
}

func TestAKeyAloneIsARow(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE seen (topic VARCHAR(20) COLLATE utf8mb4_bin, part INT, off BIGINT, PRIMARY KEY (topic, part, off))")
	o := d.output("table: seen\ncolumns: [off, topic, part]\nkey: [topic, part, off]\n")
	row := func(off int) any { return map[string]any{"topic": "orders", "part": int64(0), "off": int64(off)} }
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 1, refused 0", d.counts(o, row(1), row(2), row(1)))
	require.Equal(t, "inserted 1, updated 0, unchanged 2, compacted 0, refused 0", d.counts(o, row(1), row(2), row(3)))
}

// A row is stored when the row that stands for it is refused.
func TestARefusedWinnerHidesNobody(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < 1000)")
	o := d.output(ordersConfig)
	const refused = "row_check: few: MariaDB error 4025 (23000): " + checkFails
	require.Equal(t, map[int]string{2: refused, 4: refused, 6: refused},
		d.write(o, order("a", "x", 1, "1"), order("a", "x", 2, "1"), order("a", "x", 1000, "1"), order("b", "x", 5, "1"),
			order("c", "x", 2000, "1"), order("c", "x", 6, "1"), order("c", "x", 3000, "1")))
	require.Equal(t, []string{"a|2", "b|5", "c|6"}, d.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
}
