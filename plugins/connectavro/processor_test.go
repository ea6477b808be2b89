package connectavro

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const orders = `{"type":"record","name":"Order","namespace":"shop","fields":[
	{"name":"order_id","type":"string"},
	{"name":"qty","type":"int"},
	{"name":"price","type":["null",{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}],"default":null},
	{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}}]}`

func TestARecordAndItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(7, orders)
	w.seed(8, `"string"`)
	p := w.processor("store_schema_metadata: schema\nstore_original_metadata: original")
	raw := w.message(7, orders, map[string]any{"order_id": "77a436fd", "qty": int32(3), "price": nil, "at": int64(1_700_000_000_000)})
	key := w.message(8, `"string"`, "77a436fd")
	m := w.process(p, raw, map[string]any{record.Key: key})
	value := w.value(m).(map[string]any)
	require.Equal(t, "77a436fd", value["order_id"])
	require.Equal(t, int64(3), value["qty"])
	require.Nil(t, value["price"])
	its, _ := m.MetaGetMut("schema")
	require.Equal(t, "shop.Order", its.(map[string]any)["name"])
	original, _ := m.MetaGetMut("original")
	require.Equal(t, raw, original)
	var decoded *record.KeyValue
	var pointer *schema.Schema
	_ = m.MetaWalkMut(func(name string, v any) error { return nil })
	_ = pointer
	_ = decoded
	received, _ := m.MetaGetMut(record.Key)
	require.Equal(t, key, received)
}
