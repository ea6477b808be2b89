package mariadb

import (
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

func TestATombstoneDeletesItsRow(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig + "tombstone: delete\n")
	const ids = "SELECT order_id, qty FROM orders ORDER BY 1"
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0", w.counts(o, order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("c", "x", 1, "1")))
	decoded := tombstone([]byte(`{"schema":{"type":"string"},"payload":"b"}`), nil)
	decoded.SetStructured(nil)
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0, deleted 2",
		w.put(o, service.MessageBatch{tombstone([]byte("a"), nil), decoded, tombstone([]byte("A"), nil)}).String())
	require.Equal(t, []string{"c|1"}, w.rows(ids))

	// In one batch, the order of a key's messages stays.
	batch := batchOf(order("c", "x", 2, "1"), order("d", "x", 2, "1"), order("e", "x", 1, "1"), order("e", "x", 2, "1"), order("e", "x", 3, "1"))
	batch = service.MessageBatch{batch[0], tombstone("c", nil), tombstone("c", nil), tombstone("d", nil), batch[1], batch[2], tombstone("e", nil), batch[3], batch[4]}
	require.Equal(t, "inserted 3, updated 1, unchanged 1, compacted 2, refused 0, deleted 2", w.put(o, batch).String())
	require.Equal(t, []string{"d|2", "e|3"}, w.rows(ids))

	// A key that names no row is refused alone.
	r := w.put(o, service.MessageBatch{tombstone([]byte(nil), nil), tombstone("d", nil)})
	require.Equal(t, map[int]string{0: "row_missing: kafka_key: a tombstone without a key names no row"}, r.refused)
	require.Equal(t, int64(1), r.counts["deleted"])
	require.Equal(t, []string{"e|3"}, w.rows(ids))
}

func TestATombstoneIsIgnoredUnlessItMayDelete(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	require.Empty(t, w.write(o, order("a", "x", 1, "1")))
	require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, ignored 2",
		w.put(o, service.MessageBatch{tombstone("a", nil), tombstone([]byte(nil), nil)}).String())
	require.Equal(t, []string{"a"}, w.rows("SELECT order_id FROM orders"))
}

func TestATombstoneOlderThanItsRowLeavesIt(t *testing.T) {
	t.Parallel()
	w := shared(t, "CREATE TABLE t (id DECIMAL(30,2) NOT NULL, part INT NOT NULL, n INT, kafka_timestamp_ms BIGINT, PRIMARY KEY (id, part))")
	o := w.output("table: t\ncolumns: [id, part, n]\nmetadata_columns: [kafka_timestamp_ms]\nversion: kafka_timestamp_ms\nkey: [part, id]\ntombstone: delete\n")
	record := func(id string, n int) any { return map[string]any{"id": id, "part": int64(1), "n": int64(n)} }
	at := func(ms int64) map[string]any { return map[string]any{"kafka_timestamp_ms": ms} }
	key := func(id string) string { return `{"schema":null,"payload":{"id":"` + id + `","part":1}}` }
	// Beside text, a decimal would be compared as a float: these are one to it.
	const near, nearer = "1234567890123456789012345.10", "1234567890123456789012345.11"
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0", w.put(o, sent([]any{record(near, 1), record(nearer, 1), record("1", 1)}, at(10), at(10), at(10))).String())
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0, deleted 1",
		w.put(o, service.MessageBatch{tombstone(key(near), at(10)), tombstone(key("1.0"), at(9))}).String())
	require.Equal(t, []string{"1.00", nearer}, w.rows("SELECT id FROM t ORDER BY id"))
}

// The tombstone of a row that a record made deletes it, and no other.
func TestATombstoneOfEveryKeyTypeDeletesItsRow(t *testing.T) {
	t.Parallel()
	for columnType, c := range map[string]struct {
		record, other   any
		schema, payload string
	}{
		"UUID":                               {"77A436FD-64f9-4d35-999b-a957195f5d21", "77a436fd-64f9-4d35-999b-a957195f5d22", `"type":"string","name":"io.debezium.data.Uuid","version":1`, `"77a436fd-64f9-4d35-999b-a957195f5d21"`},
		"CHAR(36) COLLATE utf8mb4_nopad_bin": {"77a436fd-64f9-4d35-999b-a957195f5d21", "x", `"type":"string","name":"io.debezium.data.Uuid"`, `"77a436fd-64f9-4d35-999b-a957195f5d21"`},
		"ENUM('a','A') COLLATE utf8mb4_nopad_bin": {"a", "A", `"type":"string","name":"io.debezium.data.Enum"`, `"a"`},
		"YEAR":            {int64(2024), int64(2023), `"type":"int32","name":"io.debezium.time.Year"`, `2024`},
		"DECIMAL(38,10)":  {"-1234567890123456789012345678.0123456789", "-1234567890123456789012345678.0123456788", `"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"10"}`, `"9rZPCQ/9zOw7tm+xM5i66w=="`},
		"DATE":            {time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), "2024-03-01", `"type":"int32","name":"org.apache.kafka.connect.data.Date"`, `19782`},
		"DATETIME(6)":     {time.Date(2024, 2, 29, 1, 2, 3, 1000, time.UTC), "2024-02-29T01:02:03Z", `"type":"int64","name":"io.debezium.time.MicroTimestamp"`, `1709168523000001`},
		"TIMESTAMP(3)":    {time.Date(2024, 2, 29, 1, 2, 3, 4e6, time.UTC), "2024-02-29T01:02:03Z", `"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"`, `1709168523004`},
		"VARBINARY(9)":    {[]byte{0xff, 0}, []byte{0xff}, `"type":"bytes","name":"shop.Hash"`, `"/wA="`},
		"BIGINT UNSIGNED": {int64(7), uint64(1 << 63), `"type":"int64","name":"shop.Id"`, `7`},
	} {
		t.Run(columnType, func(t *testing.T) {
			t.Parallel()
			w := shared(t, "CREATE TABLE t (k "+columnType+" PRIMARY KEY, v INT)")
			o := w.output("table: t\ncolumns: [k, v]\nkey: [k]\ntombstone: delete\n")
			require.Empty(t, w.write(o, map[string]any{"k": c.record, "v": int64(1)}, map[string]any{"k": c.other, "v": int64(2)}))
			key := `{"schema":{"type":"struct","name":"t.Key","fields":[{` + c.schema + `,"field":"k"}]},"payload":{"k":` + c.payload + `}}`
			require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, deleted 1", w.put(o, service.MessageBatch{tombstone([]byte(key), nil)}).String())
			require.Equal(t, []string{"2"}, w.rows("SELECT v FROM t"))
		})
	}
}
