package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// A new row needs the column, but a stored row has it: only a record without a stored row
// is refused.
func TestAFieldThatANewRowNeedsIsKept(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(99) NOT NULL, n INT, source_position BIGINT)")
	o := d.output(debeziumConfig)
	d.put(o, service.MessageBatch{event("c", nil, item(1, "a long text", 1), 10), event("c", nil, item(2, "another", 1), 10)})
	const unavailable = "__debezium_unavailable_value"
	r := d.put(o, service.MessageBatch{
		event("u", nil, item(1, unavailable, 2), 20), event("u", nil, item(1, unavailable, 3), 30), event("u", nil, item(2, unavailable, 2), 5), event("u", nil, item(9, unavailable, 2), 20),
	})
	require.Equal(t, map[int]string{3: "row_missing: s: MariaDB error 1364 (HY000): the record has no member for the column, which is NOT NULL and has no default"}, r.refused)
	require.Equal(t, "inserted 0, updated 2, unchanged 0, compacted 0, refused 1, stale 1", r.String())
	require.Equal(t, []string{"1|a long text|3|10000000030", "2|another|1|10000000010"}, d.rows("SELECT * FROM t ORDER BY id"))
}

// A record without a schema lacks the columns that are not among its members.
func TestARecordWithoutASchemaThatLacksANeededMemberIsRefused(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL, s VARCHAR(9))", "INSERT INTO t VALUES (1, 7, 'a')")
	o := d.output("table: t\nkey: [id]\n")
	r := d.put(o, batchOf(object{"id": int64(1), "s": "x"}, object{"id": int64(2), "s": "y"}, object{"id": int64(3), "n": int64(1)}))
	require.Equal(t, map[int]string{1: "row_missing: n: MariaDB error 1364 (HY000): the record has no member for the column, which is NOT NULL and has no default"}, r.refused)
	require.Equal(t, "inserted 1, updated 1, unchanged 0, compacted 0, refused 1", r.String())
	require.Equal(t, []string{"1|7|x", "3|1|NULL"}, d.rows("SELECT * FROM t ORDER BY id"))
}
