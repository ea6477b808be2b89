package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The first change of an empty table may be that it is emptied. The output creates the
// table for the first row, so until then there is nothing to delete.
func TestATruncateBeforeTheFirstRowDeletesNothing(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o := d.output("table: t\nkey: [id]\nschema_metadata: schema\nchange_events: debezium\ntruncate: true\ncreate_tables: true\n")
	row := recordOf("id", required(of(schema.Int32, "")), "n", of(schema.Int32, ""))
	envelope := recordOf("before", row, "after", row, "op", required(of(schema.String, "")), "source", of(schema.Struct, ""))
	envelope.Name = "shop.shop.t.Envelope"
	message := func(op string, after any, pos int) *service.Message {
		m := event(op, nil, after, pos)
		m.MetaSetImmut("schema", envelope)
		return m
	}
	require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, truncated 1", d.put(o, service.MessageBatch{message("t", nil, 10)}).String())
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0, truncated 1", d.put(o, service.MessageBatch{
		message("t", nil, 20), message("c", object{"id": int64(1), "n": int64(2)}, 30),
	}).String())
	require.Equal(t, []string{"1|2"}, d.rows("SELECT * FROM t"))
}

// A table that only seems to be missing keeps its rows, so the event waits.
func TestATruncateOfATableThatIsHiddenWaits(t *testing.T) {
	t.Parallel()
	d := closedDatabase(t, "CREATE TABLE t (id INT PRIMARY KEY)", "CREATE TABLE other (id INT PRIMARY KEY)")
	o := d.as("hidden_truncate", false, "SELECT ON "+d.name+".other", "table: t\nkey: [id]\nschema_metadata: schema\nchange_events: debezium\ntruncate: true\ncreate_tables: true\n")
	require.Contains(t, d.waits(o, service.MessageBatch{event("t", nil, nil, 10)}), "MariaDB error 1142")
}

// The table may lack the column of the position when the first event is one that empties it.
func TestATruncateAddsTheColumnOfThePosition(t *testing.T) {
	t.Parallel()
	const table, stored = "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)"
	const statement = "ALTER TABLE `t` WAIT 2 ADD COLUMN IF NOT EXISTS `source_position` BIGINT NULL, ALGORITHM=INSTANT"
	schemas := "schema_metadata: schema\nadd_columns: true\n"
	batch := func() service.MessageBatch {
		return service.MessageBatch{event("t", nil, nil, 20), event("c", nil, object{"id": int64(3)}, 30)}
	}
	added := shared(t, table, stored)
	o := added.output(debeziumConfig + schemas)
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0, truncated 1", added.put(o, batch()).String())
	require.Equal(t, []string{"3|10000000030"}, added.rows("SELECT * FROM t"))
	require.Len(t, o.log.matching("running "+statement), 1)
	for config, said := range map[string]string{
		"":                          "the table does not fit the configuration: column `source_position` does not exist: set add_columns, or run " + statement,
		schemas + "dry_run: true\n": "the table does not fit the configuration: column `source_position` does not exist: dry_run is on: an operator runs the statement, which is in the log too: " + statement,
	} {
		d := shared(t, table, stored)
		o := d.output(debeziumConfig + config)
		require.Contains(t, d.waits(o, batch()), said)
		require.Equal(t, []string{"1", "2"}, d.rows("SELECT id FROM t"))
		d.exec(statement)
		require.NoError(t, o.WriteBatch(t.Context(), batch()))
		require.Equal(t, []string{"3|10000000030"}, d.rows("SELECT * FROM t"))
	}
}
