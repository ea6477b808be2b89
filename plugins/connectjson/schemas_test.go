package connectjson

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connectjson/schema"
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
		require.Equal(t, 1, rec.Schema.Description)
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
