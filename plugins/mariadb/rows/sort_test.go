package rows

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/plugins/mariadb/internal/tabletest"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

// Rows are sorted by the beginning of a key first. The rows that are left are those that
// a sort by the whole key would leave: the last one of each key.
func TestPropertyRowsAreSortedAsByTheWholeKey(t *testing.T) {
	db, _ := tabletest.Database(t)
	type keyed struct {
		values *rapid.Generator[any]
		table  *table.Table
	}
	columns := map[string]*keyed{
		"BIGINT":          {values: rapid.Int64().AsAny()},
		"BIGINT UNSIGNED": {values: rapid.OneOf(rapid.Int64Min(0).AsAny(), rapid.Uint64Min(1<<63).AsAny())},
		"VARCHAR(700) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin": {values: tabletest.Texts()},
		"VARBINARY(2000)": {values: tabletest.Binaries()},
		"DECIMAL(5,2)":    {values: tabletest.Decimals()},
	}
	for columnType, c := range columns {
		_, err := db.Exec("CREATE OR REPLACE TABLE t (k " + columnType + " PRIMARY KEY)")
		require.NoError(t, err)
		c.table, err = table.Inspect(t.Context(), db, &table.Target{Table: "t", Columns: []string{"k"}, Key: []string{"k"}})
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
