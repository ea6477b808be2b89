package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// enveloped gives an event the schema of its envelope.
func enveloped(m *service.Message, row *schema.Schema) *service.Message {
	source := recordOf("file", text(), "pos", of(schema.Int64, ""))
	m.MetaSetImmut("schema", recordOf("before", row, "after", row, "op", text(), "source", source))
	return m
}

// The position is the version of a row.
func TestAPositionIsABigint(t *testing.T) {
	t.Parallel()
	for _, mapping := range []string{"native", "confluent", "debezium", "aiven"} {
		d := shared(t)
		o := d.output(debeziumConfig + "schema_metadata: schema\ncreate_tables: true\ntype_mapping: " + mapping + "\n")
		row := recordOf("id", required(of(schema.Int32, "")), "n", of(schema.Int32, ""))
		require.Equal(t, int64(1), d.put(o, service.MessageBatch{enveloped(event("c", nil, object{"id": int64(1), "n": int64(1)}, 10), row)}).counts["inserted"])
		require.Equal(t, []string{"1|1|10000000010|bigint(20)"}, d.rows(`SELECT id, n, source_position, COLUMN_TYPE FROM t, information_schema.COLUMNS
			WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'source_position'`), mapping)
	}
}

// The first event about a table may be one that empties it.
func TestChangeEventsCreateTheirTable(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o := d.output(debeziumConfig + "schema_metadata: schema\ncreate_tables: true\nadd_columns: true\n")
	row := recordOf("id", required(of(schema.Int32, "")), "s", text(), "n", of(schema.Int32, ""))
	emptied := enveloped(event("t", nil, nil, 5), row)
	require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, truncated 1", d.put(o, service.MessageBatch{emptied}).String())
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0, truncated 1", d.put(o, service.MessageBatch{
		enveloped(event("t", nil, nil, 6), row), enveloped(event("c", nil, item(1, "a", 1), 10), row),
	}).String())
	require.Equal(t, []string{"1|a|1|10000000010"}, d.rows("SELECT id, s, n, source_position FROM t"))
	require.Equal(t, []string{"bigint(20)|YES"}, d.rows("SELECT COLUMN_TYPE, IS_NULLABLE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'source_position'"))
}

// An event that empties a table, and has no position, is refused like any other event.
func TestATruncateWithoutAPositionIsRefused(t *testing.T) {
	t.Parallel()
	d := shared(t, changed, "INSERT INTO t (id, s) VALUES (1, 'from before the replica')")
	for _, table := range []string{"", "table: ${! \"t\" }\n"} {
		o := d.output(debeziumConfig)
		if table != "" {
			o = d.output(table + debeziumConfig[len("table: t\n"):])
		}
		emptied := batchOf(object{"op": "t", "before": nil, "after": nil, "source": object{"ts_ms": int64(1)}})
		r := d.put(o, append(emptied, event("c", nil, item(2, "b", 2), 20)))
		require.Contains(t, r.refused[0], "row_position: source_position: ")
		require.Zero(t, r.counts["truncated"])
		require.Equal(t, []string{"1", "2"}, d.rows("SELECT id FROM t ORDER BY id"))
	}
}

// Some sources send no old row: then the record key names the row.
func TestADeleteWithoutTheOldRowUsesTheRecordKey(t *testing.T) {
	t.Parallel()
	d := shared(t, changed)
	o := d.output(debeziumConfig)
	d.put(o, service.MessageBatch{event("c", nil, item(1, "a", 1), 10), event("c", nil, item(2, "b", 2), 10)})
	gone := event("d", nil, nil, 20)
	gone.MetaSetMut(record.Key, []byte(`{"id":1}`))
	require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, deleted 1", d.put(o, service.MessageBatch{gone}).String())
	require.Equal(t, []string{"2"}, d.rows("SELECT id FROM t"))
}
