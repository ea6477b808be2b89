package connectavro

import (
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/order-sink/order-sink/plugins/connectavro/wire"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const (
	order = `{"type":"record","name":"Order","namespace":"shop","fields":[
	{"name":"order_id","type":"string"},
	{"name":"qty","type":"int"},
	{"name":"price","type":["null",{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}],"default":null},
	{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}}]}`
	text = `"string"`
)

// key returns the decoded key of a message.
func key(t *testing.T, m *service.Message) *record.KeyValue {
	t.Helper()
	kept, ok := m.MetaGetImmut(record.Key)
	require.True(t, ok)
	return kept.(*record.KeyValue)
}

func orderOf(id string) map[string]any {
	return map[string]any{"order_id": id, "qty": int32(3), "price": nil, "at": int64(1_700_000_000_000)}
}

func TestARecordAndItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(7, order)
	w.seed(8, text)
	p := w.processor("store_schema_metadata: schema\nstore_original_metadata: original")
	raw, rawKey := w.message(7, order, orderOf("77a436fd")), w.message(8, text, "k")
	m := w.process(p, raw, map[string]any{record.Key: rawKey})
	require.Equal(t, map[string]any{"order_id": "77a436fd", "qty": int64(3), "price": nil, "at": time.UnixMilli(1_700_000_000_000).UTC()}, w.value(m))

	its, _ := m.MetaGetImmut("schema")
	require.Equal(t, "shop.Order", its.(*schema.Schema).Name)
	common, _ := m.MetaGetMut("schema")
	require.Equal(t, "shop.Order", common.(map[string]any)["name"])
	original, _ := m.MetaGetImmut("original")
	require.Same(t, &raw[0], &(*original.(*record.Received))[0], "the bytes are kept by reference")

	require.Equal(t, "k", key(t, m).Value)
	require.Equal(t, schema.String, key(t, m).Schema.Type)
	received, _ := m.MetaGetMut(record.Key)
	require.Equal(t, rawKey, received)

	again, _ := w.process(p, raw, nil).MetaGetImmut("schema")
	require.Same(t, its, again, "the same schema is the same pointer")
}

func TestATombstone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(8, text)
	p := w.processor("store_schema_metadata: schema\nstore_original_metadata: original")
	m := w.process(p, nil, map[string]any{record.Key: w.message(8, text, "k"), "schema": "a producer's header", "original": "a producer's header"})
	require.Nil(t, w.value(m))
	_, has := m.MetaGetMut("schema")
	require.False(t, has)
	original, _ := m.MetaGetMut("original")
	require.Empty(t, original)
	require.Equal(t, "k", key(t, m).Value)
	w.value(w.process(p, nil, nil))
	w.value(w.process(p, nil, map[string]any{record.Key: nil}))
}

// TestTheSchemaInHeaders goes before the one in the payload, for values and for keys.
func TestTheSchemaInHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(7, order)
	w.seed(8, text)
	p := w.processor("")
	m := w.process(p, w.message(7, order, orderOf("a"))[5:], map[string]any{
		wire.ValueHeader: string(framed(7)), wire.KeyHeader: framed(8), record.Key: w.message(8, text, "k")[5:],
	})
	require.Equal(t, "a", w.value(m).(map[string]any)["order_id"])
	require.Equal(t, "k", key(t, m).Value)
}

// TestReferencedTypes are those of other subjects.
func TestReferencedTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(1, `{"type":"enum","name":"shop.State","symbols":["NEW","PAID"]}`)
	w.seed(2, inRecord("shop.Item", `{"name":"state","type":"State"}`), sr.SchemaReference{Name: "shop.State", Subject: "subject", Version: 1})
	w.seed(3, inRecord("Order", `{"name":"items","type":{"type":"array","items":"shop.Item"}}`), sr.SchemaReference{Name: "shop.Item", Subject: "subject", Version: 2})
	m := w.process(w.processor(""), framed(3, 2, 2, 0), nil)
	require.Equal(t, map[string]any{"items": []any{map[string]any{"state": "PAID"}}}, w.value(m))
}

// TestOtherFormats of values and keys, in any pair.
func TestOtherFormats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(8, text)
	avro := w.message(8, text, "v")
	for _, c := range []struct {
		yaml       string
		value, key []byte
		want       any
		wantKey    any
	}{
		{"key_format: string", avro, []byte("k"), "v", "k"},
		{"key_format: int64", avro, []byte("\x00\x00\x00\x00\x00\x00\x00\x05"), "v", int64(5)},
		{"value_format: string", []byte("plain"), avro, "plain", "v"},
		{"value_format: bytes", []byte("\x00\xff"), avro, []byte("\x00\xff"), "v"},
		{"value_format: int32\nkey_format: float64", []byte("\x00\x00\x00\x05"), []byte("\x3f\xf0\x00\x00\x00\x00\x00\x00"), int64(5), 1.0},
	} {
		m := w.process(w.processor(c.yaml+"\nstore_schema_metadata: schema"), c.value, map[string]any{record.Key: c.key})
		require.Equal(t, c.want, w.value(m), c.yaml)
		require.Equal(t, c.wantKey, key(t, m).Value, c.yaml)
		_, has := m.MetaGetMut("schema")
		require.True(t, has)
	}
	// An empty value is no tombstone when the input says so.
	p := w.processor("value_format: string")
	require.Equal(t, "", w.value(w.process(p, nil, map[string]any{record.Tombstone: false})))
	require.Nil(t, w.value(w.process(p, nil, map[string]any{record.Tombstone: true})))

	m := w.process(w.processor("value_format: none"), []byte(`{"a":1}`), map[string]any{record.Key: avro})
	raw, err := m.AsBytes()
	require.NoError(t, err)
	require.Equal(t, `{"a":1}`, string(raw))
	require.Equal(t, "v", key(t, m).Value)
	m = w.process(w.processor("key_format: ''"), avro, map[string]any{record.Key: []byte("k")})
	kept, _ := m.MetaGetMut(record.Key)
	require.Equal(t, []byte("k"), kept)
	immutable, _ := m.MetaGetImmut(record.Key)
	require.IsType(t, []byte{}, immutable, "another processor decodes it")
}

func TestOptionsReachTheDecoder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(1, inRecord("r", `{"name":"f","type":["null",{"type":"int","connect.default":5}]}`))
	require.Equal(t, map[string]any{"f": int64(5)}, w.value(w.process(w.processor(""), framed(1, 0), nil)))
	require.Equal(t, map[string]any{"f": nil}, w.value(w.process(w.processor("replace_null_with_default: false"), framed(1, 0), nil)))
	w.seed(2, inRecord("r", `{"name":"a","type":"int"},{"name":"f","type":{"type":"long","logicalType":"timestamp-micros"}}`))
	require.Equal(t, map[string]any{"a": int64(1), "f": int64(2)}, w.value(w.process(w.processor(""), framed(2, 2, 4), nil)))
	require.Equal(t, map[string]any{"a": int64(1), "f": time.UnixMicro(2).UTC()}, w.value(w.process(w.processor("logical_types: all"), framed(2, 2, 4), nil)))
	m := w.process(w.processor("exclude_fields: [ f ]\nkey_format: avro"), framed(2, 2, 4), map[string]any{record.Key: framed(2, 2, 4)})
	require.Equal(t, map[string]any{"a": int64(1)}, w.value(m))
	require.Equal(t, map[string]any{"a": int64(1), "f": int64(2)}, key(t, m).Value, "a key has all its fields")
}

// TestAMessageThatFailedBefore is left alone.
func TestAMessageThatFailedBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := service.NewMessage([]byte("x"))
	failed := &record.Refusal{Code: "row_null"}
	m.SetError(failed)
	_, err := w.processor("").ProcessBatch(t.Context(), service.MessageBatch{m})
	require.NoError(t, err)
	require.Same(t, failed, m.GetError())
}
