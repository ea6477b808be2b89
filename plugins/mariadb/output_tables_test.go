package mariadb

import (
	"errors"
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

// Tables of the same shape need statements of their own.
func TestTwoTablesWithTheSameColumns(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE a (id INT PRIMARY KEY, v INT)", "CREATE TABLE b (id INT PRIMARY KEY, v INT)")
	o := d.output(tablesConfig + "connections: 1\n")
	row := func(id, v int) any { return object{"id": int64(id), "v": int64(v)} }
	gone := func(table string) *service.Message {
		m := tombstone("1", nil)
		m.MetaSetMut("table", table)
		return m
	}
	d.put(o, service.MessageBatch{into("a", row(1, 1)), into("b", row(1, 2))})
	require.Equal(t, []string{"1|1"}, d.rows("SELECT id, v FROM a"))
	require.Equal(t, []string{"1|2"}, d.rows("SELECT id, v FROM b"))
	d.put(o, service.MessageBatch{gone("a")})
	require.Empty(t, d.rows("SELECT id, v FROM a"))
	d.put(o, service.MessageBatch{gone("b")})
	require.Empty(t, d.rows("SELECT id, v FROM b"))
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

// The metrics count the rows of each table, and each message once.
func TestTheMetricsKnowTheTable(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE a (id INT PRIMARY KEY)", "CREATE TABLE b (id INT PRIMARY KEY)")
	o := d.output(tablesConfig)
	row := func(id any) any { return object{"id": id} }
	failed := into("a", row(int64(9)))
	failed.SetError(errors.New("order_range: qty: too few"))
	batch := service.MessageBatch{
		into("a", row(int64(1))), into("a", row(int64(2))), into("b", row(int64(1))), into("b", row("x")), into("", row(int64(1))), failed, into("missing", row(int64(1))),
	}
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	require.Empty(t, o.metrics.byTable("mariadb_upsert_rows_total"))
	d.exec("CREATE TABLE missing (id INT PRIMARY KEY)")
	d.settled(o, batch)
	require.Equal(t, map[series]int64{
		{"inserted", "a"}: 2, {"inserted", "b"}: 1, {"refused", "b"}: 1, {"refused", "(none)"}: 1, {"failed", "(none)"}: 1, {"inserted", "missing"}: 1,
	}, o.metrics.byTable("mariadb_upsert_rows_total"))
	require.Equal(t, map[series]int64{{"row_type", "b"}: 1, {"row_table", "(none)"}: 1}, o.metrics.byTable("mariadb_upsert_refused_total"))
	fixed := d.output("table: a\ncolumns: [id]\nkey: [id]\n")
	require.NoError(t, fixed.WriteBatch(t.Context(), batchOf(row(int64(1)))))
	require.Equal(t, map[series]int64{{"unchanged", "a"}: 1}, fixed.metrics.byTable("mariadb_upsert_rows_total"))
}

// A table has one name, however the configuration and the records write it: its rows keep
// their order, and they count together.
func TestATableHasOneName(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE a (id INT PRIMARY KEY, v INT)", "CREATE TABLE `b.c` (id INT PRIMARY KEY, v INT)")
	o := d.output(tablesConfig)
	row := func(v int) any { return object{"id": int64(1), "v": int64(v)} }
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 2, refused 0", d.put(o, service.MessageBatch{
		into("a", row(1)), into("`a`", row(2)), into("a", row(3)), into("`b.c`", row(4)),
	}).String())
	require.Equal(t, []string{"1|3"}, d.rows("SELECT id, v FROM a"))
	require.Equal(t, map[series]int64{{"inserted", "a"}: 1, {"compacted", "a"}: 2, {"inserted", "`b.c`"}: 1}, o.metrics.byTable("mariadb_upsert_rows_total"))
	for configured, label := range map[string]string{"'`a`'": "a", "'`" + d.name + "`.`a`'": d.name + ".a", "'" + d.name + ".`b.c`'": d.name + ".`b.c`"} {
		fixed := d.output("table: " + configured + "\ncolumns: [id, v]\nkey: [id]\n")
		require.NoError(t, fixed.WriteBatch(t.Context(), batchOf(row(9))))
		require.EqualValues(t, 1, fixed.metrics.byTable("mariadb_upsert_rows_total")[series{"updated", label}]+fixed.metrics.byTable("mariadb_upsert_rows_total")[series{"unchanged", label}], configured)
	}
}
