package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// keyed is a message with a record key: bytes, or the value of a decoded key.
func keyed(key, content any) *service.Message {
	m := service.NewMessage(nil)
	m.SetStructured(content)
	if raw, isBytes := key.([]byte); isBytes {
		m.MetaSetMut(record.Key, raw)
		return m
	}
	raw := []byte("the bytes of the key")
	m.MetaSetImmut(record.Key, &record.KeyValue{Received: raw, Value: key})
	return m
}

func TestTheKeyColumnsTakeTheRecordKey(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	for name, c := range map[string]struct {
		columns, key string
		table        string
		first, again any // keys of one row
		other        any
		want         []string
	}{
		"integer":      {"[id, v]", "[id]", "id BIGINT PRIMARY KEY", int64(7), int64(7), int64(-7), []string{"-7|3", "7|2"}},
		"text":         {"[id, v]", "[id]", "id VARCHAR(40) COLLATE utf8mb4_nopad_bin PRIMARY KEY", "a", "a", "A", []string{"A|3", "a|2"}},
		"raw text":     {"[id, v]", "[id]", "id VARCHAR(40) COLLATE utf8mb4_nopad_bin PRIMARY KEY", []byte("a"), []byte("a"), []byte("b"), []string{"a|2", "b|3"}},
		"raw JSON":     {"[id, v]", "[id]", "id INT PRIMARY KEY", []byte(`{"id":7}`), []byte(`{ "id": 7 }`), []byte(`{"id":8}`), []string{"7|2", "8|3"}},
		"UUID":         {"[id, v]", "[id]", "id UUID PRIMARY KEY", "77a436fd-64f9-4d35-999b-a957195f5d23", "77A436FD64F94D35999BA957195F5D23", "77a436fd-64f9-4d35-999b-a957195f5d24", []string{"77a436fd-64f9-4d35-999b-a957195f5d23|2", "77a436fd-64f9-4d35-999b-a957195f5d24|3"}},
		"UUID bytes":   {"[id, v]", "[id]", "id UUID PRIMARY KEY", object{"id": []byte("0123456789abcdef")}, object{"id": "30313233-3435-3637-3839-616263646566"}, object{"id": []byte("0123456789abcdeg")}, []string{"30313233-3435-3637-3839-616263646566|2", "30313233-3435-3637-3839-616263646567|3"}},
		"UUID text":    {"[id, v]", "[id]", "id BINARY(16) PRIMARY KEY", []byte("30313233-3435-3637-3839-616263646566"), object{"id": []byte("0123456789abcdef")}, "30313233-3435-3637-3839-616263646567", []string{"0123456789abcdef|2", "0123456789abcdeg|3"}},
		"composite":    {"[v, part, id]", "[id, part]", "id INT, part VARCHAR(9) COLLATE utf8mb4_nopad_bin, PRIMARY KEY (id, part)", object{"id": int64(1), "part": "x", "more": true}, object{"part": "x", "id": int64(1)}, object{"id": int64(1), "part": "y"}, []string{"1|x|2", "1|y|3"}},
		"also a field": {"[id, v]", "[id]", "id INT PRIMARY KEY", object{"id": int64(1)}, object{"id": int64(1)}, object{"id": int64(2)}, []string{"1|2", "2|3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, "CREATE TABLE t ("+c.table+", v INT)")
			o := d.output("table: t\ncolumns: " + c.columns + "\nkey: " + c.key + "\nkey_from: record_key\ntombstone: delete\n")
			content := func(v int) any { return object{"v": int64(v), "id": "a field of the value is not the key"} }
			require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{keyed(c.first, content(1))}).String())
			require.Equal(t, "inserted 1, updated 1, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{keyed(c.again, content(2)), keyed(c.other, content(3))}).String())
			columns := "id, v"
			if name == "composite" {
				columns = "id, part, v"
			}
			require.Equal(t, c.want, d.rows("SELECT "+columns+" FROM t ORDER BY "+columns))
			require.Equal(t, int64(1), d.put(o, service.MessageBatch{keyed(c.again, nil)}).counts["deleted"])
			require.Equal(t, []string{"3"}, d.rows("SELECT v FROM t"))
		})
	}
}

func TestARecordKeyThatNamesNoRowIsRefused(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, v INT)")
	o := d.output("table: t\ncolumns: [id, v]\nkey: [id]\nkey_from: record_key\n")
	content := map[string]any{"v": int64(1), "id": int64(1)}
	refusedKey := keyed([]byte("k"), content)
	refusedKey.MetaSetImmut(record.Key, &record.KeyValue{Received: []byte("k"), Refusal: &record.Refusal{Stage: record.Decode, Code: "type_mismatch", Path: "id", Detail: "expected int32, got string"}})
	require.Equal(t, map[int]string{
		0: "row_missing: kafka_key: the record has no key",
		1: "row_type: id: INT(11) takes an integer, got text",
		2: "row_null: id: the record's key has null for it",
		3: "row_missing: id: the record's key has no such member",
		4: "row_type: id: the record's key: expected int32, got string",
	}, d.put(o, service.MessageBatch{
		keyed([]byte(nil), content), keyed("a", content), keyed(nil, content), keyed(map[string]any{"v": int64(1)}, content), refusedKey, keyed(int64(5), content),
	}).refused)
	require.Equal(t, []string{"5|1"}, d.rows("SELECT id, v FROM t"))
}

// A record without a key has no row, whatever its value is.
func TestARecordWithoutAKeyIsRefused(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY)")
	o := d.output("table: t\nkey_from: record_key\n")
	r := d.put(o, sent([]any{object{"id": int64(1)}}, map[string]any{"kafka_key": []byte(nil)}))
	require.Equal(t, map[int]string{0: "row_missing: kafka_key: the record has no key"}, r.refused)
}
