package mariadb

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTheLastOfAKeyWinsInABatch(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 2, refused 0",
		w.counts(o, order("a", "x", 1, "1"), order("a", "x", 2, "1"), order("a", "x", 3, "1")))
	require.Equal(t, []string{"a|3"}, w.rows("SELECT order_id, qty FROM orders"))
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
			w := shared(t, fmt.Sprintf(versioned, columnType))
			o := w.output("table: versioned\ncolumns: [id, note, version]\nkey: [id]\nversion: version\n")
			row := func(note string, version any) any {
				return map[string]any{"id": "a", "note": note, "version": version}
			}
			note := func() string { return w.rows("SELECT note FROM versioned")[0] }
			// In a batch: the newest; of equal ones, the last; NULL never.
			require.Empty(t, w.write(o, row("null", nil), row("old", v[0]), row("middle", v[1]), row("middle again", v[1]), row("null", nil), row("old", v[0])))
			require.Equal(t, "middle again", note())
			// Against the stored row.
			for _, step := range []struct {
				note    string
				version any
				want    string
			}{
				{"old", v[0], "middle again"}, {"null", nil, "middle again"}, {"same", v[1], "same"}, {"new", v[2], "new"}, {"middle", v[1], "new"},
			} {
				require.Empty(t, w.write(o, row(step.note, step.version)))
				require.Equal(t, step.want, note())
			}
			// A stored NULL is older than anything, another NULL included.
			w.exec("UPDATE versioned SET version = NULL")
			require.Empty(t, w.write(o, row("null too", nil)))
			require.Equal(t, "null too", note())
			require.Empty(t, w.write(o, row("old", v[0])))
			require.Equal(t, "old", note())
		})
	}
}

func TestInsertOnlyColumnsAreTheFirstRows(t *testing.T) {
	t.Parallel()
	w := shared(t, fmt.Sprintf(versioned, "BIGINT"))
	o := w.output("table: versioned\ncolumns: [id, note, first]\nkey: [id]\ninsert_only: [first]\n")
	row := func(id, note, first string) any { return map[string]any{"id": id, "note": note, "first": first} }
	// One after the other or in one batch, the row is the same.
	require.Empty(t, w.write(o, row("a", "1", "one")))
	require.Empty(t, w.write(o, row("a", "2", "two")))
	require.Empty(t, w.write(o, row("b", "1", "one"), row("b", "2", "two")))
	require.Equal(t, []string{"a|2|one", "b|2|one"}, w.rows("SELECT id, note, first FROM versioned ORDER BY id"))
}

// The first row that is stored decides, which a refused one is not.
func TestInsertOnlyColumnsAreNoRefusedRows(t *testing.T) {
	t.Parallel()
	w := shared(t, "CREATE TABLE model (id VARCHAR(40) COLLATE utf8mb4_bin PRIMARY KEY, note INT CHECK (note < 9), first INT NULL, version INT)")
	o := w.output("table: model\ncolumns: [id, note, first, version]\nkey: [id]\nversion: version\ninsert_only: [first]\n")
	record := func(id string, note, first, version any) any {
		return map[string]any{"id": id, "note": note, "first": first, "version": version}
	}
	n := func(v int) any { return int64(v) }
	for _, c := range []struct {
		id      string
		records []any
		counts  string
		stored  string
	}{
		{"the first is refused", []any{record("", n(99), n(7), n(1)), record("", n(1), n(8), n(1))}, "inserted 1, updated 0, unchanged 0, compacted 0, refused 1", "1|8|1"},
		{"the first is stored", []any{record("", n(1), n(7), n(1)), record("", n(2), n(8), n(1)), record("", n(3), nil, n(1))}, "inserted 1, updated 1, unchanged 0, compacted 1, refused 0", "3|7|1"},
		{"nothing at first", []any{record("", n(1), nil, n(1)), record("", n(2), n(8), n(1))}, "inserted 1, updated 1, unchanged 0, compacted 0, refused 0", "2|NULL|1"},
		{"the last is refused", []any{record("", n(1), n(7), n(1)), record("", n(2), n(8), n(1)), record("", n(99), n(9), n(1))}, "inserted 1, updated 1, unchanged 0, compacted 0, refused 1", "2|7|1"},
		{"only one is good", []any{record("", n(99), n(6), n(1)), record("", n(99), n(7), n(1)), record("", n(1), n(8), n(1)), record("", n(99), n(9), n(1))}, "inserted 1, updated 0, unchanged 0, compacted 0, refused 3", "1|8|1"},
		{"none is good", []any{record("", n(99), n(7), n(1)), record("", n(98), n(8), n(1)), record("", n(97), n(9), n(1))}, "inserted 0, updated 0, unchanged 0, compacted 0, refused 3", ""},
		{"all begin alike", []any{record("", n(1), n(7), n(1)), record("", n(2), n(7), n(1)), record("", n(3), n(7), n(1))}, "inserted 1, updated 0, unchanged 0, compacted 2, refused 0", "3|7|1"},
		{"the first is the newest", []any{record("", n(1), n(7), n(3)), record("", n(2), n(8), n(1)), record("", n(3), n(9), n(2))}, "inserted 1, updated 0, unchanged 0, compacted 2, refused 0", "1|7|3"},
		{"the newest is refused", []any{record("", n(1), n(7), n(1)), record("", n(2), n(8), n(3)), record("", n(99), n(9), n(4)), record("", n(4), n(9), n(2))}, "inserted 1, updated 1, unchanged 0, compacted 0, refused 1, stale 1", "2|7|3"},
	} {
		for i := range c.records {
			c.records[i].(map[string]any)["id"] = c.id
		}
		require.Equal(t, c.counts, w.counts(o, c.records...), c.id)
		require.Equal(t, c.stored, strings.Join(w.rows("SELECT note, first, version FROM model WHERE id = '"+c.id+"'"), " "), c.id)
	}
}

func TestAKeyAloneIsARow(t *testing.T) {
	t.Parallel()
	w := shared(t, "CREATE TABLE seen (topic VARCHAR(20) COLLATE utf8mb4_bin, part INT, off BIGINT, PRIMARY KEY (topic, part, off))")
	o := w.output("table: seen\ncolumns: [off, topic, part]\nkey: [topic, part, off]\n")
	row := func(off int) any { return map[string]any{"topic": "orders", "part": int64(0), "off": int64(off)} }
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 1, refused 0", w.counts(o, row(1), row(2), row(1)))
	require.Equal(t, "inserted 1, updated 0, unchanged 2, compacted 0, refused 0", w.counts(o, row(1), row(2), row(3)))
}

// A row that gave way to a row that is then refused must be stored after all.
func TestARefusedWinnerHidesNobody(t *testing.T) {
	t.Parallel()
	w := shared(t, orders, "ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < 1000)")
	o := w.output(ordersConfig)
	const refused = "row_check: few: MariaDB error 4025 (23000): " + wordsCheck
	require.Equal(t, map[int]string{2: refused, 4: refused, 6: refused},
		w.write(o, order("a", "x", 1, "1"), order("a", "x", 2, "1"), order("a", "x", 1000, "1"), order("b", "x", 5, "1"),
			order("c", "x", 2000, "1"), order("c", "x", 6, "1"), order("c", "x", 3000, "1")))
	require.Equal(t, []string{"a|2", "b|5", "c|6"}, w.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
}

// What the output leaves must be what a model leaves that writes one record after
// the other, whatever the batches, and its counts must be the model's.
func TestPropertyBatchesEqualOneByOne(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"plain":       "",
		"version":     "version: version\n",
		"insert only": "insert_only: [first]\n",
		"both":        "version: version\ninsert_only: [first]\n",

		"deletes":          "tombstone: delete\n",
		"deletes, first":   "tombstone: delete\ninsert_only: [first]\n",
		"deletes, version": "tombstone: delete\nversion: version\nmetadata_columns: [version]\n",
		"deletes, both":    "tombstone: delete\nversion: version\nmetadata_columns: [version]\ninsert_only: [first]\n",
	} {
		for _, key := range []string{"PRIMARY KEY", "UNIQUE, serial INT AUTO_INCREMENT PRIMARY KEY"} {
			t.Run(name+" "+key, func(t *testing.T) {
				t.Parallel()
				w := shared(t, `CREATE TABLE model (id VARCHAR(3) COLLATE utf8mb4_bin NOT NULL `+key+`, note INT CHECK (note < 9), first INT, version INT)`)
				deletes, columns := strings.Contains(config, "delete"), "id, note, first, version"
				if strings.Contains(config, "metadata") {
					columns = "id, note, first"
				}
				o := w.output("table: model\ncolumns: [" + columns + "]\nkey: [id]\nmax_rows_per_statement: 7\n" + config)
				rapid.Check(t, func(r *rapid.T) {
					w.exec("DELETE FROM model")
					m := model{versioned: strings.Contains(config, "version"), insertOnly: strings.Contains(config, "insert_only"), rows: map[string][3]any{}}
					for range rapid.IntRange(1, 4).Draw(r, "batches") {
						var records []any
						var batch service.MessageBatch
						for range rapid.IntRange(1, 40).Draw(r, "records") {
							records = append(records, map[string]any{
								"id":      rapid.StringMatching("[ab][abA]?").Draw(r, "id"),
								"note":    int64(rapid.IntRange(0, 9).Draw(r, "note")), // 9 is refused
								"first":   int64(rapid.IntRange(0, 3).Draw(r, "first")),
								"version": rapid.SampledFrom([]any{nil, int64(1), int64(2), int64(3)}).Draw(r, "version"),
							})
							record := records[len(records)-1].(map[string]any)
							message := batchOf(record)[0]
							if deletes && rapid.IntRange(0, 4).Draw(r, "deletes") == 0 {
								record["deletes"], record["note"] = true, int64(0)
								message = tombstone(record["id"], nil)
							}
							if columns == "id, note, first" {
								record["version"] = int64(rapid.IntRange(1, 3).Draw(r, "metadata"))
								message.MetaSetMut("version", record["version"])
							}
							batch = append(batch, message)
						}
						result, f := o.store.put(t.Context(), o.messages(batch))
						if f != nil {
							r.Fatal(f)
						}
						before := m.copy()
						for i, record := range records {
							refused := record.(map[string]any)["note"] == int64(9)
							if _, found := result.refused[i]; found && !refused {
								r.Fatalf("record %d was refused", i)
							} else if refused != found && !m.mayHide(records, i) {
								r.Fatalf("record %d: refused %v, expected %v", i, found, refused)
							}
							if !refused {
								m.write(record.(map[string]any))
							}
						}
						got := w.rows("SELECT id, note, first, version FROM model")
						slices.Sort(got)
						if want := m.text(); !slices.Equal(got, want) {
							r.Fatalf("stored %v, expected %v", got, want)
						}
						if inserted, updated := m.since(before); len(result.refused) == 0 && !deletes {
							// With insert_only a row may be written more than once.
							if result.inserted != inserted || !m.insertOnly && result.updated != updated {
								r.Fatalf("inserted %d, updated %d, expected %d and %d", result.inserted, result.updated, inserted, updated)
							}
						}
						if n := result.stored() + result.compacted + len(result.refused); n != len(records) {
							r.Fatalf("%d of %d records have an outcome", n, len(records))
						}
					}
				})
			})
		}
	}
}

// model is the table as one record after the other leaves it.
type model struct {
	versioned, insertOnly bool
	rows                  map[string][3]any // note, first, version
}

func (m *model) write(record map[string]any) {
	id := record["id"].(string)
	row := [3]any{record["note"], record["first"], record["version"]}
	stored, found := m.rows[id]
	if found && m.versioned && stored[2] != nil && (row[2] == nil || row[2].(int64) < stored[2].(int64)) {
		return
	}
	if record["deletes"] == true {
		delete(m.rows, id)
		return
	}
	if found && m.insertOnly {
		row[1] = stored[1]
	}
	m.rows[id] = row
}

// mayHide says whether record i is one that another record of its key may stand
// for, so that nobody asked the server about it.
func (m *model) mayHide(records []any, i int) bool {
	for j, other := range records {
		if j != i && other.(map[string]any)["id"] == records[i].(map[string]any)["id"] {
			return true
		}
	}
	return false
}

func (m *model) copy() map[string][3]any {
	rows := map[string][3]any{}
	for id, row := range m.rows {
		rows[id] = row
	}
	return rows
}

func (m *model) since(before map[string][3]any) (inserted, updated int) {
	for id, row := range m.rows {
		if old, found := before[id]; !found {
			inserted++
		} else if old[0] != row[0] || old[1] != row[1] || !m.versioned && old[2] != row[2] {
			updated++ // a version that rises alone is no update
		}
	}
	return inserted, updated
}

func (m *model) text() []string {
	lines := []string{}
	for id, row := range m.rows {
		line := id
		for _, v := range row {
			if v == nil {
				line += "|NULL"
			} else {
				line += fmt.Sprintf("|%d", v)
			}
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// What is sorted by the beginning of a key is sorted as by the whole of it.
func TestPropertyTheBeginningOfAKeyAgreesWithTheKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var draw *rapid.Generator[any]
		f := rapid.SampledFrom([]family{integers, texts, binaries, decimals}).Draw(t, "family")
		switch f {
		case integers:
			// Only what no int64 holds is a uint64.
			draw = rapid.OneOf(rapid.Int64().AsAny(), rapid.Uint64Min(1<<63).AsAny())
		case texts:
			draw = rapid.StringOf(rapid.SampledFrom([]rune("\x00ab\u00e4\U0001f600"))).AsAny()
		case binaries:
			draw = rapid.OneOf(rapid.SliceOf(rapid.SampledFrom([]byte{0, 1, 255})).AsAny(), rapid.StringOf(rapid.SampledFrom([]rune("\x00\x01b"))).AsAny())
		case decimals:
			draw = rapid.SampledFrom([]any{"-1.5", "-0", "0", "0.0", "9", "10", "10.00"})
		}
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		order := compareValues(a, b, f)
		if x, y := beginning(a, f), beginning(b, f); x < y && order >= 0 || x > y && order <= 0 {
			t.Fatalf("%v and %v: %d and %d, compared as %d", a, b, x, y, order)
		}
		shape := &table{columns: []column{{family: f}}, key: []int{0}}
		rows := make([]row, rapid.IntRange(1, 50).Draw(t, "rows"))
		for i := range rows {
			rows[i] = row{message: i, values: []any{draw.Draw(t, "value")}}
		}
		expected := slices.Clone(rows)
		slices.SortStableFunc(expected, func(a, b row) int { return shape.compareKeys(&a, &b) })
		var room room
		room.reserve(len(rows), 1)
		for i, r := range shape.sorted(rows, &room) {
			if r.message != expected[i].message {
				t.Fatalf("row %d is %v, expected %v", i, r.values, expected[i].values)
			}
		}
	})
}
