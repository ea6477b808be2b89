package mariadb

import (
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

const tablesConfig = "table: ${! @table }\nkey: [id]\ntombstone: delete\n"

// into is a record of a table.
func into(table string, content any) *service.Message {
	m := service.NewMessage(nil)
	m.SetStructured(content)
	m.MetaSetMut("table", table)
	return m
}

func TestEachMessageHasItsTable(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE a (id INT PRIMARY KEY, v INT)", "CREATE TABLE `b.c` (id INT PRIMARY KEY, x INT, y INT)")
	o := d.output(tablesConfig)
	row := func(id, v int) any { return object{"id": int64(id), "v": int64(v)} }
	other := func(id, x, y int) any { return object{"id": int64(id), "x": int64(x), "y": int64(y)} }
	gone := tombstone("1", nil)
	gone.MetaSetMut("table", "a")
	require.Equal(t, "inserted 4, updated 0, unchanged 0, compacted 1, refused 0, deleted 1", d.put(o, service.MessageBatch{
		into("a", row(1, 1)), into("`b.c`", other(1, 2, 3)), into("a", row(2, 1)), into("a", row(2, 2)), gone, into(d.name+".`b.c`", other(2, 3, 4)),
	}).String())
	require.Equal(t, []string{"2|2"}, d.rows("SELECT id, v FROM a"))
	require.Equal(t, []string{"1|2|3", "2|3|4"}, d.rows("SELECT id, x, y FROM `b.c` ORDER BY id"))
}

// The statements of two tables with the same columns differ in the name only.
func TestTablesWithTheSameColumnsKeepTheirRows(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE a (id INT PRIMARY KEY, v INT)", "CREATE TABLE b (id INT PRIMARY KEY, v INT)")
	o := d.output(tablesConfig + "connections: 1\n")
	gone := tombstone("2", nil)
	gone.MetaSetMut("table", "b")
	for i, table := range []string{"a", "b"} {
		for id := range 3 {
			require.NoError(t, o.WriteBatch(t.Context(), service.MessageBatch{into(table, object{"id": int64(id), "v": int64(i)})}))
		}
	}
	require.NoError(t, o.WriteBatch(t.Context(), service.MessageBatch{gone}))
	require.Equal(t, []string{"0|0", "1|0", "2|0"}, d.rows("SELECT * FROM a ORDER BY id"))
	require.Equal(t, []string{"0|1", "1|1"}, d.rows("SELECT * FROM b ORDER BY id"))
}

func TestANameThatNoTableCanHaveIsRefused(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE a (id INT PRIMARY KEY)")
	o := d.output(tablesConfig)
	row := object{"id": int64(1)}
	require.Equal(t, map[int]string{
		0: "row_table: table: the name is empty",
		1: "row_table: table: the name has 65 characters, MariaDB allows 64",
		2: `row_table: table: table "shop.eu.orders" is neither a table nor database.table (a name with dots stands in backticks)`,
		3: "row_table: table: the name ends with a space",
		4: "row_table: table: the name has a character that MariaDB does not allow",
	}, d.put(o, service.MessageBatch{
		into("", row), into(strings.Repeat("x", 65), row), into("shop.eu.orders", row), into("a ", row), into("a\U0001f600", row), into("a", row),
	}).refused)
	require.Equal(t, []string{"1"}, d.rows("SELECT id FROM a"))
}

// A table that must wait holds back only the batches that have rows of it, and the rows of
// the other tables in such a batch are stored.
func TestATableThatWaitsHoldsBackNoOtherTable(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE a (id INT PRIMARY KEY)")
	o := d.output(tablesConfig)
	row := func(id int) any { return object{"id": int64(id)} }
	mixed := service.MessageBatch{into("missing", row(1)), into("a", row(1))}
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), mixed))
	require.Equal(t, []string{"1"}, d.rows("SELECT id FROM a"))
	require.ErrorContains(t, o.Connect(t.Context()), "table `missing` does not exist, or the account has no privilege on it")
	require.NoError(t, o.Connect(t.Context()))
	require.NoError(t, o.WriteBatch(t.Context(), service.MessageBatch{into("a", row(2))}))
	require.Equal(t, []string{"1", "2"}, d.rows("SELECT id FROM a ORDER BY id"))
	d.exec("CREATE TABLE missing (id INT PRIMARY KEY)")
	require.NoError(t, o.WriteBatch(t.Context(), mixed))
	require.Equal(t, []string{"1"}, d.rows("SELECT id FROM missing"))
	require.Equal(t, map[string]int64{"inserted": 3}, o.counts("mariadb_upsert_rows_total"), "each message counts once")
}
