package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// The record key has the names of the fields, whatever came before the tombstone.
func TestATombstoneOfARenamedKey(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT, part INT, v INT, PRIMARY KEY (id, part))", "INSERT INTO t VALUES (1, 1, 1), (2, 1, 1), (3, 1, 1)")
	o := d.output("table: t\nkey: [id, part]\nrename_fields: {order_id: id}\ntombstone: delete\n")
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{tombstone(`{"order_id":1,"part":1}`, nil)}).counts["deleted"])
	for range 2 {
		require.Empty(t, d.write(o, object{"order_id": int64(4), "part": int64(1), "v": int64(1)}))
	}
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{tombstone(`{"order_id":2,"part":1}`, nil)}).counts["deleted"])
	require.Equal(t, []string{"3", "4"}, d.rows("SELECT id FROM t ORDER BY id"))
}

func TestATombstoneWhoseKeyHasMetadata(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT, kafka_partition INT, PRIMARY KEY (id, kafka_partition))", "INSERT INTO t VALUES (1, 3), (1, 4)")
	o := d.output("table: t\nkey: [id, kafka_partition]\nmetadata_columns: [kafka_partition]\ntombstone: delete\n")
	r := d.put(o, service.MessageBatch{tombstone("1", object{"kafka_partition": 3})})
	require.Empty(t, r.refused)
	require.Equal(t, []string{"1|4"}, d.rows("SELECT * FROM t"))
}

// A record with a field that has no column waits. A tombstone of another partition need not.
func TestATombstoneDoesNotWaitForAColumn(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY, a VARCHAR(9))", "INSERT INTO t VALUES ('1', 'a')")
	o := d.output(openConfig)
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), service.MessageBatch{typed(structOf("id", "new"), object{"id": "4", "new": "x"})}))
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{tombstone("1", nil)}).counts["deleted"])
}

// Two topics write to one table, each with a unique index of its own for its key.
func TestATombstoneIsOfItsOwnKey(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, code INT NOT NULL UNIQUE)")
	o := d.output("table: t\nkey_from: record_key\ntombstone: delete\n")
	id, code := object{"id": int64(1)}, object{"code": int64(7)}
	for range 2 {
		require.Empty(t, d.put(o, service.MessageBatch{keyed(id, object{"code": int64(7)})}).refused)
	}
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{keyed(code, nil)}).counts["deleted"])
	require.Empty(t, d.put(o, service.MessageBatch{keyed(id, object{"code": int64(7)})}).refused)
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{keyed(object{"id": int64(2)}, object{"code": int64(8)}), keyed(code, nil)}).counts["deleted"])
	require.Equal(t, []string{"2|8"}, d.rows("SELECT * FROM t"))
}

// MariaDB compares the names of columns without case.
func TestTheFieldOfTheKeyMayDifferInCase(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, v INT)")
	value := d.output("table: t\nkey: [id]\ntombstone: delete\n")
	require.Empty(t, d.write(value, object{"ID": int64(1), "V": int64(1)}))
	key := d.output("table: t\nkey: [id]\nkey_from: record_key\ntombstone: delete\n")
	require.Empty(t, d.put(key, service.MessageBatch{keyed(object{"Id": int64(2)}, object{"V": int64(2)})}).refused)
	require.Equal(t, []string{"1|1", "2|2"}, d.rows("SELECT * FROM t ORDER BY id"))
	require.Equal(t, int64(1), d.put(key, service.MessageBatch{keyed(object{"Id": int64(2)}, nil)}).counts["deleted"])
}

// The refusal says what is wrong with the key.
func TestARecordWithoutAKey(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, v INT)")
	o := d.output("table: t\nkey_from: record_key\n")
	require.Equal(t, map[int]string{
		0: "row_missing: kafka_key: the record has no key",
		1: "row_shape: kafka_key: the key is one value: name its column in key",
	}, d.put(o, service.MessageBatch{keyed([]byte(nil), object{"id": int64(1)}), keyed(int64(7), object{"id": int64(1)}), keyed(object{"id": int64(2)}, object{"v": int64(2)})}).refused)
	require.Equal(t, []string{"2|2"}, d.rows("SELECT * FROM t"))
}

// A tombstone without a key has the same refusal, also when no record has shown the columns.
func TestATombstoneWithoutAKey(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, v INT)")
	want := map[int]string{0: "row_missing: kafka_key: the record has no key"}
	o := d.output("table: t\nkey_from: record_key\ntombstone: delete\n")
	require.Equal(t, want, d.put(o, service.MessageBatch{keyed([]byte(nil), nil)}).refused)
	require.Empty(t, d.put(o, service.MessageBatch{keyed(object{"id": int64(2)}, object{"v": int64(2)})}).refused)
	require.Equal(t, want, d.put(o, service.MessageBatch{keyed([]byte(nil), nil)}).refused)
	require.Equal(t, []string{"2|2"}, d.rows("SELECT * FROM t"))
}
