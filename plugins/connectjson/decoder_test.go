package connectjson

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Decode is decode with an error that is nil without a refusal.
func (d *Decoder) Decode(b []byte) (Record, error) {
	rec, r := d.decode(b)
	if r != nil {
		return Record{}, r
	}
	return rec, nil
}

func TestTombstones(t *testing.T) {
	content := []byte(`{"type":"struct","fields":[{"type":"int32","field":"a"}]}`)
	for _, opts := range []Options{{}, {Compat: true}, {Schemaless: true}, {SchemaContent: content}} {
		rec, err := newDecoder(t, opts).Decode(nil)
		require.NoError(t, err)
		require.Equal(t, Record{}, rec)
	}
	rec, err := newDecoder(t, Options{}).Decode([]byte(`{"schema":null,"payload":null}`))
	require.NoError(t, err)
	require.Equal(t, Record{}, rec)
	rec, err = newDecoder(t, Options{}).Decode([]byte(envelope(`{"type":"struct","fields":[],"optional":true}`, "null")))
	require.NoError(t, err)
	require.Nil(t, rec.Value)
	require.NotNil(t, rec.Schema)
}

func TestSchemaContent(t *testing.T) {
	d := newDecoder(t, Options{SchemaContent: []byte(`{"type":"struct","fields":[{"type":"int32","field":"a"}],"name":"orders"}`)})
	rec, err := d.Decode([]byte(`{"a":5,"b":6}`))
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": int64(5)}, rec.Value)
	require.Equal(t, "orders", rec.Schema.Name)
	require.Equal(t, 1, rec.Unknown)
	_, err = d.Decode([]byte(`{"a":"5"}`))
	require.EqualError(t, err, "type_mismatch: value.a: expected int32, got string")

	for content, want := range map[string]string{
		"":               "parsing schema: bad_json: value: no document at byte 0",
		"null":           "parsing schema: bad_schema: schema: expected a schema node, got null",
		"{":              "parsing schema: bad_json: value: expected a member's name, got the end at byte 1",
		`{"type":"int"}`: "parsing schema: bad_schema: schema.type: expected boolean, int8, int16, int32, int64, float, double, bytes, string, array, map or struct, got another name",
	} {
		_, err := NewDecoder(Options{SchemaContent: []byte(content)})
		require.EqualError(t, err, want)
	}
}

func TestUnknownFields(t *testing.T) {
	input := []byte(envelope(structOf(field("a", `{"type":"int32"}`)), `{"x":[{"y":1}],"a":1,"한 국:x":{}}`))
	rec, err := newDecoder(t, Options{}).Decode(input)
	require.NoError(t, err)
	require.Equal(t, 2, rec.Unknown)
	_, err = newDecoder(t, Options{RefuseUnknown: true}).Decode(input)
	require.EqualError(t, err, "unknown_field: payload.x: the schema has no such field")
	_, err = newDecoder(t, Options{RefuseUnknown: true}).Decode([]byte(strings.Replace(string(input), `"x":[{"y":1}],`, "", 1)))
	require.EqualError(t, err, "unknown_field: payload.한_국_x: the schema has no such field")
}

// The answers are those of JsonConverter with replace.null.with.default=false.
func TestNullIsNoDefaultIfSoConfigured(t *testing.T) {
	const schema = `{"type":"struct","fields":[{"type":"int32","optional":true,"default":7,"field":"a"},{"type":"int32","default":8,"field":"b"}]}`
	for _, compat := range []bool{false, true} {
		d := newDecoder(t, Options{KeepNull: true, Compat: compat})
		for _, payload := range []string{`{"a":null,"b":1}`, `{"b":1}`} {
			rec, err := d.Decode([]byte(envelope(schema, payload)))
			require.NoError(t, err, payload)
			require.Equal(t, map[string]any{"a": nil, "b": int64(1)}, rec.Value, payload)
		}
		_, err := d.Decode([]byte(envelope(schema, `{"a":1,"b":null}`)))
		require.EqualError(t, err, "null_field: payload.b: expected int32, got null")
	}
}

// TestDefaultsAreCopies: a message owns its values, whatever another one does to them.
func TestDefaultsAreCopies(t *testing.T) {
	d := newDecoder(t, Options{})
	input := []byte(envelope(structOf(
		field("list", `{"type":"array","items":{"type":"bytes"},"default":["AQID"]}`),
		field("map", `{"type":"map","keys":{"type":"string"},"values":{"type":"int8"},"default":{"k":1}}`)), "{}"))
	want := map[string]any{"list": []any{[]byte{1, 2, 3}}, "map": map[string]any{"k": int64(1)}}
	for range 3 {
		rec, err := d.Decode(input)
		require.NoError(t, err)
		require.Equal(t, want, rec.Value)
		m := rec.Value.(map[string]any)
		m["list"].([]any)[0].([]byte)[0] = 9
		m["map"].(map[string]any)["k"] = "changed"
	}
}

// TestRecordsDoNotReferToTheMessage: the bytes may be reused once Decode has returned.
func TestRecordsDoNotReferToTheMessage(t *testing.T) {
	d := newDecoder(t, Options{})
	for range 2 { // parsed, then found
		input := []byte(seedEnvelope)
		rec, err := d.Decode(input)
		require.NoError(t, err)
		for i := range input {
			input[i] = '#'
		}
		require.Equal(t, "CATALOG-002", rec.Value.(map[string]any)["product_id"])
		require.Equal(t, "order_id", rec.Schema.Fields[0].Name)
	}
}
