package mariadb

import (
	"errors"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// To the readers of a row, a version that rises alone is no change.
func TestUpdatedAtMovesWhenMoreThanTheVersionChanges(t *testing.T) {
	t.Parallel()
	d := shared(t, `CREATE TABLE v (
		id VARCHAR(9) COLLATE utf8mb4_bin PRIMARY KEY, note VARCHAR(9) COLLATE utf8mb4_general_ci, kind ENUM('a','A','b') COLLATE utf8mb4_bin,
		price DECIMAL(9,2), raw VARBINARY(9), day DATE, ratio DOUBLE, first VARCHAR(9), ver BIGINT,
		updated_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
		touched DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6))`)
	o := d.output("table: v\ncolumns: [id, note, kind, price, raw, day, ratio, first, ver]\nkey: [id]\nversion: ver\n")
	version := int64(0)
	record := func(with map[string]any) any {
		version++
		r := map[string]any{"id": "a", "note": "x", "kind": "a", "price": "1.5", "raw": []byte{0}, "day": "2024-02-29", "ratio": 0.5, "first": "f", "ver": version}
		for name, value := range with {
			r[name] = value
		}
		return r
	}
	const untouched = "SELECT COUNT(*) FROM v WHERE updated_at = '2020-01-01' AND touched = '2020-01-01'"
	reset := func() { d.exec("UPDATE v SET updated_at = '2020-01-01', touched = '2020-01-01'") }
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0", d.counts(o, record(nil)))
	reset()
	for _, same := range []map[string]any{nil, {"price": "1.50"}} {
		require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0", d.counts(o, record(same)), "%v", same)
		require.Equal(t, []string{"1"}, d.rows(untouched), "%v", same)
		require.Equal(t, version, d.version(), "%v", same)
	}
	for _, other := range []map[string]any{
		{"note": "X"}, {"note": "x "}, {"note": nil}, {"kind": "A"}, {"price": "1.51"}, {"raw": []byte{0, 0}}, {"day": "2024-03-01"}, {"ratio": 0.25}, {"first": "another"},
	} {
		require.Equal(t, "inserted 0, updated 1, unchanged 0, compacted 0, refused 0", d.counts(o, record(other)), "%v", other)
		require.Equal(t, []string{"1"}, d.rows("SELECT COUNT(*) FROM v WHERE updated_at > NOW() - INTERVAL 1 HOUR AND touched > NOW() - INTERVAL 1 HOUR"), "%v", other)
		require.Equal(t, "inserted 0, updated 1, unchanged 0, compacted 0, refused 0", d.counts(o, record(nil)), "%v", other)
		reset()
	}
	newest := version
	version = 0
	require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, stale 1", d.counts(o, record(map[string]any{"note": "old"})))
	require.Equal(t, []string{"1"}, d.rows(untouched+" AND note = 'x'"))
	require.Equal(t, newest, d.version())
}

func (d *database) version() (v int64) {
	d.t.Helper()
	require.NoError(d.t, d.db.QueryRow("SELECT ver FROM v").Scan(&v))
	return v
}

// A version that nothing but metadata knows: the order of the messages of one
// order over several partitions, and an old one that is sent again.
func TestTheNewestKafkaTimestampWins(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"primary key": "PRIMARY KEY (id)", "unique beside a serial": "UNIQUE (id), serial INT AUTO_INCREMENT PRIMARY KEY"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_bin NOT NULL, n INT, kafka_timestamp_ms BIGINT NULL, "+key+")")
			o := d.output("table: t\ncolumns: [id, n]\nmetadata_columns: [kafka_timestamp_ms]\nversion: kafka_timestamp_ms\nkey: [id]\n")
			record := func(id string, n int) any { return map[string]any{"id": id, "n": int64(n)} }
			at := func(ms int64) map[string]any { return map[string]any{"kafka_timestamp_ms": ms} }
			const rows = "SELECT id, n, kafka_timestamp_ms FROM t ORDER BY id"
			require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 1, refused 0",
				d.put(o, sent([]any{record("a", 2), record("a", 1), record("b", 1)}, at(20), at(10), at(5))).String())
			require.Equal(t, []string{"a|2|20", "b|1|5"}, d.rows(rows))
			require.Equal(t, "inserted 1, updated 0, unchanged 1, compacted 0, refused 0, stale 1",
				d.put(o, sent([]any{record("a", 9), record("b", 1), record("c", 3)}, at(19), at(6), at(1))).String())
			require.Equal(t, []string{"a|2|20", "b|1|6", "c|3|1"}, d.rows(rows))
			require.Equal(t, "inserted 0, updated 2, unchanged 0, compacted 0, refused 0",
				d.put(o, sent([]any{record("a", 3), record("b", 9)}, at(20), at(7))).String(), "of one version the last to come wins")
			// A table whose rows are from before it had a version.
			d.exec("UPDATE t SET kafka_timestamp_ms = NULL")
			require.Equal(t, "inserted 0, updated 1, unchanged 0, compacted 0, refused 0", d.put(o, sent([]any{record("a", 1)}, at(1))).String())
		})
	}
}

// Rows without a key of their own: each message is a row, once.
func TestAMessageIsARowByWhereItStandsInTheLog(t *testing.T) {
	t.Parallel()
	d := shared(t, `CREATE TABLE t (kafka_topic VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin, kafka_partition INT, kafka_offset BIGINT,
		kafka_key VARBINARY(9) NULL, n INT, PRIMARY KEY (kafka_topic, kafka_partition, kafka_offset))`)
	d.exec("CREATE TABLE u (n INT PRIMARY KEY, kafka_timestamp_ms BIGINT)")
	o := d.output("table: t\ncolumns: [n]\nmetadata_columns: [kafka_topic, kafka_partition, kafka_offset, kafka_key]\nkey: [kafka_topic, kafka_partition, kafka_offset]\n")
	at := func(partition, offset int, key []byte) map[string]any {
		return map[string]any{"kafka_topic": "orders", "kafka_partition": partition, "kafka_offset": offset, "kafka_key": key}
	}
	n := map[string]any{"n": int64(1)}
	batch := func() service.MessageBatch {
		return sent([]any{n, n, n}, at(0, 7, nil), at(1, 7, []byte{}), at(0, 8, []byte{0xff}))
	}
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, batch()).String())
	require.Equal(t, "inserted 0, updated 0, unchanged 3, compacted 0, refused 0", d.put(o, batch()).String())
	require.Equal(t, []string{"orders|0|7|NULL", "orders|0|8|FF", "orders|1|7|"}, d.rows("SELECT kafka_topic, kafka_partition, kafka_offset, HEX(kafka_key) FROM t ORDER BY 2, 3"))

	without := d.put(o, batchOf(n))
	require.Equal(t, map[int]string{0: "row_missing: kafka_topic: the message has no such metadata"}, without.refused)
	// Of a record whose timestamp kafka_read cannot read.
	untimed := d.output("table: u\ncolumns: [n]\nmetadata_columns: [kafka_timestamp_ms]\nkey: [n]\n")
	for _, m := range []service.MessageBatch{batchOf(n), sent([]any{n}, map[string]any{"kafka_timestamp_ms": nil})} {
		require.Equal(t, map[int]string{0: "row_missing: kafka_timestamp_ms: the record has no timestamp that order-sink can read (none, or not in milliseconds or microseconds)"}, d.put(untimed, m).refused)
	}
	// Of a producer's header, which stands in the place of the input's own number.
	hidden := d.put(o, sent([]any{n}, map[string]any{"kafka_topic": "orders", "kafka_partition": 0, "kafka_offset": "7", "kafka_key": []byte(nil)}))
	require.Equal(t, map[int]string{0: "row_type: kafka_offset: a header of this name hides the record's own"}, hidden.refused)
}

// A processor's refusal is a refusal here, and no row.
func TestAFailedMessageIsNotWritten(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	batch := batchOf(order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("c", "x", 1, "1.001"))
	batch[1].SetError(errors.New("order_range: qty: expected 1 or more, got 0"))
	index := batch.Index()
	require.Equal(t, map[int]string{
		1: "order_range: qty: expected 1 or more, got 0",
		2: "row_too_precise: total: 3 digits behind the point, DECIMAL(10,2) keeps 2",
	}, refusalsOf(t, index, o.WriteBatch(t.Context(), batch)))
	require.Equal(t, []string{"a"}, d.rows("SELECT order_id FROM orders"))

	// Also where it is all there is, and MariaDB is not asked.
	batch = batchOf(order("b", "x", 1, "1"))
	batch[0].SetError(errors.New("no code at all"))
	index = batch.Index()
	require.Equal(t, map[int]string{0: "no code at all"}, refusalsOf(t, index, o.WriteBatch(t.Context(), batch)))
}
