package connectjson

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// TestSchemaIsParsedOnce, whatever stands around it, and described once.
func TestSchemaIsParsedOnce(t *testing.T) {
	described := 0
	d := newDecoder(t, Options{CacheSize: 10, Describe: func(*schema.Schema) any { described++; return described }})
	for i := range 100 {
		input := seedEnvelope
		if i%2 == 1 {
			input = payloadFirst(input)
		}
		rec, err := d.Decode([]byte(input))
		require.NoError(t, err)
		require.Equal(t, 1, rec.Schema.Common)
	}
	require.Equal(t, 1, described)
}

// TestSimilarSchemas: a schema of which the known one is a part, or that differs in one
// byte, is another.
func TestSimilarSchemas(t *testing.T) {
	d := newDecoder(t, Options{})
	known := `{"type":"struct","fields":[{"type":"int32","field":"a"}]}`
	longer := `{"type":"struct","fields":[{"type":"int32","field":"a"}],"optional":true}`
	other := `{"type":"struct","fields":[{"type":"int32","field":"b"}]}`
	for range 3 {
		rec, err := d.Decode([]byte(envelope(known, `{"a":1}`)))
		require.NoError(t, err)
		require.Equal(t, map[string]any{"a": int64(1)}, rec.Value)
		rec, err = d.Decode([]byte(envelope(longer, "null")))
		require.NoError(t, err)
		require.Nil(t, rec.Value)
		rec, err = d.Decode([]byte(envelope(other, `{"b":1}`)))
		require.NoError(t, err)
		require.Equal(t, map[string]any{"b": int64(1)}, rec.Value)
		_, err = d.Decode([]byte(envelope(known+" 5", `{"a":1}`)))
		require.EqualError(t, err, "bad_json: value: expected a comma or the end of the object at byte 68")
	}
	// Deeper in a document, a member named schema is but a member.
	rec, err := d.Decode([]byte(envelope("null", `{"schema":`+known+`}`)))
	require.NoError(t, err)
	require.Equal(t, "struct", rec.Value.(map[string]any)["schema"].(map[string]any)["type"])
}

func TestConcurrentDecode(t *testing.T) {
	d := newDecoder(t, Options{CacheSize: 3})
	decode := func(g int) {
		for i := range 500 {
			n := (g + i) % 7
			rec, err := d.Decode([]byte(envelope(structOf(field(fmt.Sprintf("f%d", n), `{"type":"int32"}`)), fmt.Sprintf(`{"f%d":%d}`, n, i))))
			if err != nil || rec.Value.(map[string]any)[fmt.Sprintf("f%d", n)] != int64(i) {
				t.Errorf("%v %v", rec.Value, err)
			}
		}
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() { decode(g) })
	}
	wg.Wait()
}

// Tables and other formats need what the common form of the framework lacks.
func TestASchemaKeepsWhatTheProducerSays(t *testing.T) {
	t.Parallel()
	d := newDecoder(t, Options{})
	rec, err := d.Decode([]byte(envelope(`{"type":"struct","name":"shop.orders.Value","version":3,"doc":"an order","fields":[
		{"type":"int16","optional":true,"default":7,"field":"n","doc":"a number","parameters":{"__debezium.source.column.type":"SMALLINT","__debezium.source.column.length":"5"}},
		{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2","connect.decimal.precision":"12"},"field":"price"}]}`, `{"price":"AA=="}`)))
	require.NoError(t, err)
	s := rec.Schema
	require.Equal(t, []any{"shop.orders.Value", 3, "an order"}, []any{s.Name, s.Version, s.Doc})
	n, price := s.Fields[0].Schema, s.Fields[1].Schema
	require.Equal(t, []any{schema.Int16, true, int64(7), "a number"}, []any{n.Type, n.Optional, n.Default, n.Doc})
	require.Equal(t, map[string]string{"__debezium.source.column.type": "SMALLINT", "__debezium.source.column.length": "5"}, n.Parameters)
	require.Equal(t, []any{schema.Bytes, schema.Decimal, 1, int64(2), 12}, []any{price.Type, price.Logical, price.Version, price.Scale, price.Precision})
	require.Equal(t, map[string]string{"scale": "2", "connect.decimal.precision": "12"}, price.Parameters)
}
