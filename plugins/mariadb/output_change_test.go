package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

const changed = "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(99) NOT NULL DEFAULT 'd', n INT, source_position BIGINT)"

const debeziumConfig = "table: t\nkey: [id]\nmetadata_columns: [source_position]\nversion: source_position\nchange_events: debezium\ntruncate: true\n"

// event is an envelope of Debezium.
func event(op string, before, after any, pos int) *service.Message {
	m := service.NewMessage(nil)
	m.SetStructured(object{"op": op, "before": before, "after": after, "ts_ms": int64(1), "source": object{
		"db": "shop", "table": "t", "snapshot": "false", "file": "binlog.000001", "pos": int64(pos), "ts_ms": int64(1),
	}})
	return m
}

func item(id int, s string, n int) any { return object{"id": int64(id), "s": s, "n": int64(n)} }

func TestChangeEventsInsertUpdateAndDelete(t *testing.T) {
	t.Parallel()
	d := shared(t, changed)
	o := d.output(debeziumConfig)
	heartbeat := service.NewMessage(nil)
	heartbeat.SetStructured(object{"ts_ms": int64(1)})
	heartbeat.MetaSetMut("kafka_topic", "__debezium-heartbeat.shop")
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 2, refused 0, deleted 1, ignored 2", d.put(o, service.MessageBatch{
		event("r", nil, item(1, "a", 1), 10), event("c", nil, item(2, "b", 2), 20), event("u", item(1, "a", 1), item(1, "x", 1), 30),
		event("d", item(2, "b", 2), nil, 40), tombstone("2", nil), heartbeat, event("c", nil, item(3, "c", 3), 50), event("u", item(3, "c", 3), item(3, "y", 3), 60),
	}).String())
	require.Equal(t, []string{"1|x|1|10000000030", "3|y|3|10000000060"}, d.rows("SELECT * FROM t ORDER BY id"))

	// What comes again, or is older, changes nothing.
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0, stale 1", d.put(o, service.MessageBatch{
		event("d", item(3, "c", 3), nil, 55), event("r", nil, item(1, "old", 1), 5),
	}).String())
	require.Equal(t, []string{"1|x|1", "3|y|3"}, d.rows("SELECT id, s, n FROM t ORDER BY id"))
}

// An update that gives a row another key deletes the row with the old key. A message counts
// once.
func TestAnUpdateMovesARow(t *testing.T) {
	t.Parallel()
	d := shared(t, changed)
	o := d.output(debeziumConfig)
	d.put(o, service.MessageBatch{event("c", nil, item(1, "a", 1), 10), event("c", nil, item(2, "b", 2), 20)})
	require.Equal(t, "inserted 1, updated 1, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{
		event("u", item(1, "a", 1), item(9, "a", 1), 30), event("u", item(2, "b", 2), item(2, "c", 2), 40),
	}).String())
	require.Equal(t, []string{"2|c|2", "9|a|1"}, d.rows("SELECT id, s, n FROM t ORDER BY id"))
	// 9 -> 1 -> 3 in one batch, while another row takes the key 9.
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{
		event("u", item(9, "a", 1), item(1, "a", 1), 50), event("u", item(1, "a", 1), item(3, "a", 1), 60), event("u", item(2, "c", 2), item(9, "c", 2), 70),
	}).String())
	require.Equal(t, []string{"3|a|1", "9|c|2"}, d.rows("SELECT id, s, n FROM t ORDER BY id"))
}

func TestAFieldThatTheSourceDidNotSendKeepsItsColumn(t *testing.T) {
	t.Parallel()
	for _, onMissing := range []string{"keep", "\"null\"", "refuse"} {
		d := shared(t, changed)
		o := d.output(debeziumConfig + "on_missing: " + onMissing + "\n")
		d.put(o, service.MessageBatch{event("c", nil, item(1, "a long text", 1), 10)})
		require.Equal(t, "inserted 0, updated 1, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{
			event("u", nil, item(1, "__debezium_unavailable_value", 2), 20),
		}).String(), onMissing)
		require.Equal(t, []string{"1|a long text|2"}, d.rows("SELECT id, s, n FROM t"), onMissing)
	}
}

func TestATruncateEmptiesTheTable(t *testing.T) {
	t.Parallel()
	d := shared(t, changed)
	o := d.output(debeziumConfig)
	batch := func() service.MessageBatch {
		return service.MessageBatch{
			event("c", nil, item(1, "a", 1), 10), event("c", nil, item(2, "b", 2), 20), event("t", nil, nil, 30), event("c", nil, item(3, "c", 3), 40),
		}
	}
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0, truncated 1", d.put(o, batch()).String())
	require.Equal(t, []string{"3|c|3"}, d.rows("SELECT id, s, n FROM t"))
	d.put(o, batch()) // the rows of later batches remain
	require.Equal(t, []string{"3|c|3"}, d.rows("SELECT id, s, n FROM t"))

	keeps := d.output(debeziumConfig + "truncate: false\n")
	require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, ignored 1", d.put(keeps, service.MessageBatch{event("t", nil, nil, 50)}).String())
	require.Equal(t, []string{"3|c|3"}, d.rows("SELECT id, s, n FROM t"))
}

func TestARecordThatIsNoChangeEventIsRefused(t *testing.T) {
	t.Parallel()
	d := shared(t, changed)
	for _, columns := range []string{"", "columns: [id, s, n]\n"} {
		o := d.output(debeziumConfig + columns)
		r := d.put(o, append(batchOf(item(1, "a", 1)), event("x", nil, item(1, "a", 1), 10), event("c", nil, item(2, "b", 2), 20)))
		require.Equal(t, map[int]string{
			0: "row_event: value: expected an envelope of Debezium (op, before, after, source), got another object: name the format of the records in change_events, or set it to none if the records are rows",
			1: "row_event: op: expected c, r, u, d, t or m, got something else: order-sink does not know this operation",
		}, r.refused)
		require.Equal(t, []string{"2|b|2"}, d.rows("SELECT id, s, n FROM t"))
	}
}
