package mariadb

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// stopping is an output with on_refusal: stop that is the only one of its stream, and what it
// tells the program.
func (d *database) stopping(config string) (o *sink, told chan Stop) {
	d.t.Helper()
	o, told, end := d.newStopping(config)
	d.t.Cleanup(end)
	return o, told
}

func (d *database) newStopping(config string) (o *sink, told chan Stop, end func()) {
	d.t.Helper()
	env, e := observed(d.t)
	lines := &logLines{}
	builder := env.NewResourceBuilder()
	builder.SetLogger(slog.New(lines))
	require.NoError(d.t, builder.SetMetricsYAML("kept: {}"))
	resources, stop, err := builder.Build()
	require.NoError(d.t, err)
	told = make(chan Stop, 9)
	resources.SetGeneric(StopKey{}, func(s Stop) { told <- s })
	parsed, err := spec().ParseYAML("dsn: "+d.server.DSN(d.name)+"\non_refusal: stop\n"+strings.TrimSpace(config)+"\n", env)
	require.NoError(d.t, err)
	made, err := newOutput(parsed, resources.IntoPath("output"))
	require.NoError(d.t, err)
	o = &sink{BatchOutput: made, log: lines, metrics: e}
	require.NoError(d.t, o.Connect(d.t.Context()))
	return o, told, func() {
		require.NoError(d.t, made.Close(context.Background()))
		require.NoError(d.t, stop(context.Background()))
	}
}

// numbered gives messages the positions of partition 3 from an offset on.
func numbered(batch service.MessageBatch, from int) service.MessageBatch {
	for i, m := range batch {
		m.MetaSetMut("kafka_topic", "shop")
		m.MetaSetMut("kafka_partition", 3)
		m.MetaSetMut("kafka_offset", from+i)
	}
	return batch
}

// stopsAt asserts that a batch stops the output at a message, and returns the refusal.
func (d *database) stopsAt(o *sink, told chan Stop, batch service.MessageBatch, at int) Stop {
	d.t.Helper()
	ctx, end := context.WithTimeout(d.t.Context(), time.Minute)
	defer end()
	for len(told) == 0 {
		require.Same(d.t, service.ErrNotConnected, o.WriteBatch(ctx, numbered(batch, 100)))
		require.NoError(d.t, ctx.Err(), "it does not stop: %s", o.says())
	}
	s := <-told
	require.Equal(d.t, Stop{Topic: "shop", Partition: 3, Offset: int64(100 + at), Code: s.Code, Field: s.Field, Text: s.Text}, s)
	return s
}

const twoTables = "table: ${! @table }\nkey: [id]\ntombstone: delete\n"

// stops are batches with a refused message.
var stops = map[string]struct {
	tables []string
	config string
	before service.MessageBatch // is stored first
	batch  func() service.MessageBatch
	at     int // the refused message
	code   string
	query  string
	rows   []string // that are stored when the output stops
	fixed  string   // a statement, after which MariaDB takes the batch; "" when the message is skipped
	ends   []string // the rows after a restart
}{
	"a processor": {[]string{orders}, ordersConfig, nil, func() service.MessageBatch {
		b := batchOf(order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("a", "x", 2, "1"), order("c", "x", 1, "1"))
		b[1].SetError(errors.New("bad_json: value: no JSON"))
		return b
	}, 1, "bad_json", "SELECT order_id, qty FROM orders ORDER BY 1", []string{"a|1"}, "", []string{"a|2", "c|1"}},
	"the first message": {[]string{orders}, ordersConfig, nil, func() service.MessageBatch {
		return batchOf(order("b", "x", 1, "x"), order("a", "x", 2, "1"))
	}, 0, "row_type", "SELECT order_id, qty FROM orders ORDER BY 1", []string{}, "", []string{"a|2"}},
	"a column": {[]string{orders}, ordersConfig, nil, func() service.MessageBatch {
		return batchOf(order("b", "x", 1, "1"), order("a", strings.Repeat("x", 21), 1, "1"), order("b", "x", 2, "1"), order("0", "x", 2, "1"))
	}, 1, "row_too_long", "SELECT order_id, qty FROM orders ORDER BY 1", []string{"b|1"}, "ALTER TABLE orders MODIFY product VARCHAR(40)", []string{"0|2", "a|1", "b|2"}},
	"CHECK": {[]string{orders, "ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < 10)"}, ordersConfig, nil, func() service.MessageBatch {
		return batchOf(order("z", "x", 1, "1"), order("y", "x", 1, "1"), order("b", "x", 10, "1"), order("y", "x", 3, "1"), order("c", "x", 11, "1"), order("a", "x", 1, "1"))
	}, 2, "row_check", "SELECT order_id, qty FROM orders ORDER BY 1", []string{"y|1", "z|1"}, "ALTER TABLE orders DROP CONSTRAINT few", []string{"a|1", "b|10", "c|11", "y|3", "z|1"}},
	"an unknown error": {[]string{orders, stumbles("BEFORE INSERT", signal9001)}, ordersConfig, nil, func() service.MessageBatch {
		return batchOf(order("z", "x", 1, "1"), order("y", "x", 1, "1"), order("bad", "x", 1, "1"), order("y", "x", 3, "1"), order("a", "x", 1, "1"))
	}, 2, "row_refused", "SELECT order_id, qty FROM orders ORDER BY 1", []string{"y|1", "z|1"}, "DROP TRIGGER stumbles", []string{"a|1", "bad|1", "y|3", "z|1"}},
	"another unique index of a replica": {[]string{clashing}, debeziumConfig, service.MessageBatch{event("c", nil, item(7, "x", 1), 10)}, func() service.MessageBatch {
		return service.MessageBatch{event("c", nil, item(1, "a", 1), 20), event("u", nil, item(1, "b", 1), 30), event("c", nil, item(2, "x", 1), 40),
			event("u", nil, item(1, "c", 1), 50)}
	}, 2, "row_duplicate", "SELECT id, s FROM t ORDER BY id", []string{"1|b", "7|x"}, "ALTER TABLE t DROP KEY s", []string{"1|c", "2|x", "7|x"}},
	"a row that moves": {[]string{changed, "CREATE TABLE child (parent INT, FOREIGN KEY (parent) REFERENCES t (id))"}, debeziumConfig,
		service.MessageBatch{event("c", nil, item(1, "a", 1), 10)}, func() service.MessageBatch {
			return service.MessageBatch{event("c", nil, item(2, "b", 1), 20), event("u", item(1, "a", 1), item(9, "a", 1), 30), event("c", nil, item(3, "c", 1), 40)}
		}, 1, "row_foreign_key", "SELECT id FROM t ORDER BY id", []string{"1", "2"}, "DELETE FROM child", []string{"2", "3", "9"}},
	"behind a truncation": {[]string{changed}, debeziumConfig, service.MessageBatch{event("c", nil, item(1, "a", 1), 10)}, func() service.MessageBatch {
		return service.MessageBatch{event("t", nil, nil, 20), event("c", nil, item(2, "b", 1), 30), event("c", nil, item(3, strings.Repeat("x", 100), 1), 40), event("t", nil, nil, 50)}
	}, 2, "row_too_long", "SELECT id FROM t ORDER BY id", []string{"2"}, "ALTER TABLE t MODIFY s VARCHAR(200)", []string{}},
	"tombstones": {[]string{orders}, ordersConfig + "tombstone: delete\n", batchOf(order("a", "x", 1, "1"), order("b", "x", 1, "1")), func() service.MessageBatch {
		b := batchOf(order("a", "x", 2, "1"), nil, order("c", "x", 1, "1"), nil, nil, order("b", "x", 7, "1"))
		b[1], b[3], b[4] = tombstone("a", nil), tombstone(`{"no":1}`, nil), tombstone("b", nil)
		return b
	}, 3, "row_missing", "SELECT order_id, qty FROM orders ORDER BY 1", []string{"b|1", "c|1"}, "", []string{"b|7", "c|1"}},
	"mode insert": {[]string{orders}, ordersConfig + "mode: insert\n", batchOf(order("m", "x", 1, "1")), func() service.MessageBatch {
		return batchOf(order("z", "x", 1, "1"), order("m", "x", 1, "1"), order("m", "x", 2, "1"), order("a", "x", 1, "1"))
	}, 2, "row_duplicate", "SELECT order_id, qty FROM orders ORDER BY 1", []string{"m|1", "z|1"}, "", []string{"a|1", "m|1", "z|1"}},
	"several tables": {[]string{"CREATE TABLE a (id INT PRIMARY KEY, v INT CHECK (v < 10))", "CREATE TABLE b (id INT PRIMARY KEY, v INT)"}, twoTables, nil, func() service.MessageBatch {
		row := func(id, v int) any { return object{"id": int64(id), "v": int64(v)} }
		return service.MessageBatch{into("b", row(1, 1)), into("a", row(1, 1)), into("b", row(1, 2)), into("a", row(2, 10)), into("b", row(1, 3)), into("a", row(1, 4)), into("b", row(2, 1))}
	}, 3, "row_check", "SELECT 'a', id, v FROM a UNION ALL SELECT 'b', id, v FROM b ORDER BY 1, 2", []string{"a|1|1", "b|1|2"}, "", []string{"a|1|4", "b|1|3", "b|2|1"}},
	"a name that no table has": {[]string{"CREATE TABLE a (id INT PRIMARY KEY)"}, twoTables, nil, func() service.MessageBatch {
		return service.MessageBatch{into("a", object{"id": int64(1)}), into("a.b.c", object{"id": int64(2)}), into("a", object{"id": int64(3)})}
	}, 1, "row_table", "SELECT id FROM a ORDER BY id", []string{"1"}, "", []string{"1", "3"}},
}

// What is in front of the first refused message is stored, and nothing else. After a restart
// nothing is lost or doubled.
func TestARefusedMessageStopsTheOutput(t *testing.T) {
	t.Parallel()
	for name, c := range stops {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, c.tables...)
			o, told := d.stopping(c.config)
			if c.before != nil {
				require.NoError(t, o.WriteBatch(t.Context(), numbered(c.before, 1)))
			}
			if name == "a row that moves" {
				d.exec("INSERT INTO child VALUES (1)")
			}
			s := d.stopsAt(o, told, c.batch(), c.at)
			require.Equal(t, c.code, s.Code)
			require.Equal(t, c.rows, d.rows(c.query))
			require.Contains(t, o.says(), "nothing is dropped: the record at shop/3 offset ")

			// Nothing more is written, of other partitions neither.
			ctx, end := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer end()
			require.Same(t, service.ErrNotConnected, o.WriteBatch(ctx, c.batch()[:1]))
			require.Equal(t, c.rows, d.rows(c.query))
			require.Empty(t, told, "it tells once")
			require.Equal(t, map[string]int64{"running": 0, "waiting": 0, "stopped": 1}, o.counts("mariadb_upsert_state"))
			if strings.HasPrefix(s.Code, "row_") {
				require.Equal(t, map[string]int64{s.Code: 1}, o.counts("mariadb_upsert_refused_total"))
			}

			next, told := d.stopping(c.config)
			rest := c.batch()
			if c.fixed == "" {
				rest = append(rest[:c.at:c.at], rest[c.at+1:]...)
			} else {
				d.exec(c.fixed)
			}
			require.NoError(t, next.WriteBatch(t.Context(), numbered(rest, 100)))
			require.Empty(t, told)
			require.Equal(t, c.ends, d.rows(c.query))
		})
	}
}
