package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// cdc is a record of MaxScale's KafkaCDC router.
func cdc(kind string, sequence, number, id int, s string) *service.Message {
	return batchOf(object{
		"domain": int64(0), "server_id": int64(1), "sequence": int64(sequence), "event_number": int64(number), "timestamp": int64(1),
		"event_type": kind, "table_schema": "shop", "table_name": "t", "id": int64(id), "s": s,
	})[0]
}

// Two batches: MaxScale writes an update as two records.
func TestAnUpdateOfMaxScaleMovesARow(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(9), source_gtid BIGINT UNSIGNED)")
	o := d.output("table: t\nkey: [id]\nmetadata_columns: [source_gtid]\nchange_events: maxscale\n")
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 0, refused 0, ignored 1", d.put(o, service.MessageBatch{
		cdc("insert", 1, 1, 1, "a"), cdc("insert", 2, 1, 2, "b"), cdc("update_before", 3, 1, 1, "a"),
	}).String())
	require.Equal(t, []string{"1|a|1", "2|b|2"}, d.rows("SELECT * FROM t ORDER BY id"), "the old row is there until the new row comes")
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0, deleted 1", d.put(o, service.MessageBatch{
		cdc("update_after", 3, 2, 7, "x"), cdc("delete", 4, 1, 2, "b"),
	}).String())
	require.Equal(t, []string{"7|x|3"}, d.rows("SELECT * FROM t ORDER BY id"))
}

// The process has started between the two records of an update: the log says once what that
// means, and the metrics count the updates.
func TestAnUpdateWithoutItsOldRowIsCounted(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"t", "${! \"t\" }"} {
		d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(9), source_gtid BIGINT UNSIGNED)")
		o := d.output("table: '" + table + "'\nkey: [id]\nmetadata_columns: [source_gtid]\nchange_events: maxscale\n")
		d.put(o, service.MessageBatch{cdc("insert", 1, 1, 1, "a"), cdc("update_after", 2, 2, 7, "a"), cdc("update_before", 3, 1, 7, "a"), cdc("update_after", 3, 2, 7, "b")})
		d.put(o, service.MessageBatch{cdc("update_after", 4, 2, 7, "c")})
		require.Equal(t, []string{"1|a|1", "7|c|4"}, d.rows("SELECT * FROM t ORDER BY id"))
		require.Equal(t, map[series]int64{{"", "t"}: 2}, o.metrics.byTable("mariadb_upsert_unpaired_total"))
		require.Equal(t, []string{"WARN table `t`: an update came without the record with its old row. If the update has changed the key, the row with the old key is still in the table: delete it. The metric mariadb_upsert_unpaired_total counts such updates"},
			o.log.matching("without the record with its old row"))
	}
}
