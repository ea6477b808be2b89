package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

func TestATombstoneDeletesItsRow(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig + "tombstone: delete\n")
	const ids = "SELECT order_id, qty FROM orders ORDER BY 1"
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0", d.counts(o, order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("c", "x", 1, "1")))
	const key = `{"schema":{"type":"string"},"payload":"b"}`
	decoded := tombstone([]byte(key), nil)
	decoded.SetStructured(nil)
	decoded.MetaSetImmut(record.Key, &record.KeyValue{Received: []byte(key), Value: "b"})
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0, deleted 2",
		d.put(o, service.MessageBatch{tombstone([]byte("a"), nil), decoded, tombstone([]byte("A"), nil)}).String())
	require.Equal(t, []string{"c|1"}, d.rows(ids))

	// In one batch, the messages of a key keep their order.
	batch := batchOf(order("c", "x", 2, "1"), order("d", "x", 2, "1"), order("e", "x", 1, "1"), order("e", "x", 2, "1"), order("e", "x", 3, "1"))
	batch = service.MessageBatch{batch[0], tombstone("c", nil), tombstone("c", nil), tombstone("d", nil), batch[1], batch[2], tombstone("e", nil), batch[3], batch[4]}
	require.Equal(t, "inserted 3, updated 1, unchanged 1, compacted 2, refused 0, deleted 2", d.put(o, batch).String())
	require.Equal(t, []string{"d|2", "e|3"}, d.rows(ids))

	// A key that names no row is refused alone.
	r := d.put(o, service.MessageBatch{tombstone([]byte(nil), nil), tombstone("d", nil)})
	require.Equal(t, map[int]string{0: "row_missing: kafka_key: the record has no key"}, r.refused)
	require.Equal(t, int64(1), r.counts["deleted"])
	require.Equal(t, []string{"e|3"}, d.rows(ids))
}

func TestATombstoneIsIgnoredUnlessItMayDelete(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "x", 1, "1")))
	require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, ignored 2",
		d.put(o, service.MessageBatch{tombstone("a", nil), tombstone([]byte(nil), nil)}).String())
	require.Equal(t, []string{"a"}, d.rows("SELECT order_id FROM orders"))
}

func TestATombstoneOlderThanItsRowLeavesIt(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id DECIMAL(30,2) NOT NULL, part INT NOT NULL, n INT, kafka_timestamp_ms BIGINT, PRIMARY KEY (id, part))")
	o := d.output("table: t\ncolumns: [id, part, n]\nmetadata_columns: [kafka_timestamp_ms]\nversion: kafka_timestamp_ms\nkey: [part, id]\ntombstone: delete\n")
	row := func(id string, n int) any { return map[string]any{"id": id, "part": int64(1), "n": int64(n)} }
	at := func(ms int64) map[string]any { return map[string]any{"kafka_timestamp_ms": ms} }
	key := func(id string) string { return `{"schema":null,"payload":{"id":"` + id + `","part":1}}` }
	// Beside text, a decimal would be compared as a float: these are one to it.
	const near, nearer = "1234567890123456789012345.10", "1234567890123456789012345.11"
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, sent([]any{row(near, 1), row(nearer, 1), row("1", 1)}, at(10), at(10), at(10))).String())
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0, deleted 1",
		d.put(o, service.MessageBatch{tombstone(key(near), at(10)), tombstone(key("1.0"), at(9))}).String())
	require.Equal(t, []string{"1.00", nearer}, d.rows("SELECT id FROM t ORDER BY id"))
}

// A wider key column changes the statement, too: it compares decimals as the column does.
func TestATombstoneDeletesItsRowAfterTheKeyWasWidened(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id DECIMAL(10,2) PRIMARY KEY, n INT)")
	o := d.output("table: t\ncolumns: [id, n]\nkey: [id]\ntombstone: delete\nconnections: 1\n")
	d.put(o, service.MessageBatch{tombstone("9.99", nil)})
	d.exec("ALTER TABLE t MODIFY id DECIMAL(12,4)")
	d.exec("INSERT INTO t VALUES (1.23, 1), (1.2345, 2)")
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{tombstone("1.2345", nil)}).counts["deleted"])
	require.Equal(t, []string{"1.2300"}, d.rows("SELECT id FROM t"))
}
