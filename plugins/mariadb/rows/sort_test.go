package rows

import (
	"database/sql"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

// Rows are sorted by the beginning of a key first. The rows that are left are those that
// a sort by the whole key would leave: the last one of each key.
func TestPropertyRowsAreSortedAsByTheWholeKey(t *testing.T) {
	server := mariadbtest.Shared(t)
	db, err := sql.Open("mysql", server.DSN(server.Database(t)))
	require.NoError(t, err)
	defer db.Close()
	type keyed struct {
		values *rapid.Generator[any]
		table  *table.Table
	}
	columns := map[string]*keyed{
		"BIGINT":          {values: rapid.Int64().AsAny()},
		"BIGINT UNSIGNED": {values: rapid.OneOf(rapid.Int64Min(0).AsAny(), rapid.Uint64Min(1<<63).AsAny())},
		"VARCHAR(700) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin": {values: texts()},
		"VARBINARY(2000)": {values: binaries()},
		"DECIMAL(5,2)":    {values: decimals()},
	}
	for columnType, c := range columns {
		_, err = db.Exec("CREATE OR REPLACE TABLE t (k " + columnType + " PRIMARY KEY)")
		require.NoError(t, err)
		described, err := table.Describe(t.Context(), db, "", "t")
		require.NoError(t, err)
		c.table, err = described.Fit(t.Context(), db, &table.Target{Columns: []string{"k"}, Key: []string{"k"}})
		require.NoError(t, err)
	}
	types := slices.Sorted(maps.Keys(columns))
	rapid.Check(t, func(t *rapid.T) {
		c := columns[rapid.SampledFrom(types).Draw(t, "type")]
		messages := make([]Message, rapid.IntRange(1, 50).Draw(t, "rows"))
		for i := range messages {
			messages[i].Content = map[string]any{"k": c.values.Draw(t, "value")}
		}
		buffer := new(Buffer)
		rows, refusals := Build(c.table, messages, buffer)
		if len(refusals) > 0 {
			t.Fatal(refusals)
		}
		expected := slices.Clone(rows)
		compare := func(a, b Row) int { return c.table.Columns[0].Compare(a.Values[0], b.Values[0]) }
		slices.SortStableFunc(expected, compare)
		for i := len(expected) - 2; i >= 0; i-- {
			if compare(expected[i], expected[i+1]) == 0 {
				expected = slices.Delete(expected, i, i+1)
			}
		}
		got := Compact(c.table, rows, buffer)
		if !slices.EqualFunc(got, expected, func(a, b Row) bool { return a.Message == b.Message }) {
			t.Fatalf("%v, expected %v", got, expected)
		}
	})
}

// The order of the beginnings of two values is that of the values, as far as it goes.
func TestPropertyTheBeginningOfAKeyAgreesWithTheKey(t *testing.T) {
	values := map[column.Family]*rapid.Generator[any]{
		column.Integers: integers(), column.Texts: texts(), column.Binaries: binaries(), column.Decimals: decimals(),
	}
	families := slices.Sorted(maps.Keys(values))
	rapid.Check(t, func(t *rapid.T) {
		c := column.Column{Family: rapid.SampledFrom(families).Draw(t, "family")}
		a, b := values[c.Family].Draw(t, "a"), values[c.Family].Draw(t, "b")
		order := c.Compare(a, b)
		if x, y := beginning(&c, a), beginning(&c, b); x < y && order >= 0 || x > y && order <= 0 {
			t.Fatalf("%v and %v: %d and %d, compared as %d", a, b, x, y, order)
		}
	})
}

// integers draws values of a BIGINT or a BIGINT UNSIGNED. Only what no int64 holds is a
// uint64.
func integers() *rapid.Generator[any] {
	return rapid.OneOf(rapid.Int64().AsAny(), rapid.Uint64Min(1<<63).AsAny())
}

// texts draws texts that often share a beginning.
func texts() *rapid.Generator[any] {
	return rapid.StringOf(rapid.SampledFrom([]rune("\x00ab\u00e4\U0001f600"))).AsAny()
}

// binaries draws values of a VARBINARY, as bytes or as text.
func binaries() *rapid.Generator[any] {
	return rapid.OneOf(rapid.SliceOf(rapid.SampledFrom([]byte{0, 1, 255})).AsAny(), rapid.StringOf(rapid.SampledFrom([]rune("\x00\x01b"))).AsAny())
}

// decimals draws texts of decimals, of which some are equal.
func decimals() *rapid.Generator[any] {
	return rapid.SampledFrom([]any{"-1.5", "-0", "0", "0.0", "9", "10", "10.00"})
}
