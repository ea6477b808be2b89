package connectjson

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

const debeziumData = "io.debezium.data."

func bitsOf(length string) string {
	return `{"type":"bytes","name":"` + debeziumData + `Bits","version":1,"parameters":{"length":"` + length + `"}}`
}

var (
	variableDecimal = `{"type":"struct","name":"` + debeziumData + `VariableScaleDecimal","version":1,"fields":[{"type":"int32","optional":false,"field":"scale"},{"type":"bytes","optional":false,"field":"value"}]}`
	debeziumPoint   = `{"type":"struct","name":"` + debeziumData + `geometry.Point","fields":[{"type":"double","field":"x"},{"type":"double","field":"y"},{"type":"bytes","optional":true,"field":"wkb"},{"type":"int32","optional":true,"field":"srid"}]}`
)

// In both modes: to the reference, Bits are bytes and a VariableScaleDecimal is a struct.
func TestDebeziumTypes(t *testing.T) {
	for _, c := range []struct {
		node, payload string
		want          any
	}{
		{bitsOf("9"), `"VQE="`, int64(341)},
		{bitsOf("8"), `""`, int64(0)},
		{bitsOf("64"), `"//////////8="`, json.Number("18446744073709551615")},
		{bitsOf("72"), `"AQIDBAUGBwgJ"`, []byte{9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{bitsOf("2147483647"), `"VQE="`, []byte{1, 0x55}},
		{bitsOf("x"), `"VQE="`, []byte{1, 0x55}},
		{variableDecimal, `{"scale":1,"value":"Iw=="}`, "3.5"},
		{variableDecimal, `{"value":"DBw=","scale":3}`, "3.100"},
		{variableDecimal, `{"scale":-2,"value":"/w=="}`, "-100"},
		{debeziumPoint, `{"x":1.0,"y":2.5,"wkb":"AQ==","srid":null}`, map[string]any{"x": 1.0, "y": 2.5, "wkb": []byte{1}, "srid": nil}},
		{`{"type":"int32","name":"` + debeziumTime + `Year"}`, "0", int64(0)},
		{`{"type":"int64","name":"` + debeziumTime + `MicroDuration"}`, "-1", int64(-1)},
		{`{"type":"string","name":"` + debeziumTime + `Interval"}`, `"P1Y2M3DT4H5M6.78S"`, "P1Y2M3DT4H5M6.78S"},
		{`{"type":"string","name":"` + debeziumTime + `ZonedTime"}`, `"10:15:30Z"`, "10:15:30Z"},
		{`{"type":"string","name":"` + debeziumTime + `IsoDate"}`, `"2026-08-20Z"`, "2026-08-20Z"},
		{`{"type":"string","name":"` + debeziumData + `Json"}`, `"{\"a\": 3.10}"`, `{"a": 3.10}`},
		// Another base type has no meaning of the name.
		{`{"type":"string","name":"` + debeziumData + `Bits"}`, `"VQE="`, "VQE="},
	} {
		for _, compat := range []bool{false, true} {
			rec, err := newDecoder(t, Options{Compat: compat}).Decode([]byte(envelope(c.node, c.payload)))
			require.NoError(t, err, c.payload)
			require.Equal(t, c.want, rec.Value, "%s %s, compat %t", c.node, c.payload, compat)
		}
	}
	rec, err := newDecoder(t, Options{}).Decode([]byte(envelope(structOf(field("b", `{"type":"bytes","name":"`+debeziumData+`Bits","parameters":{"length":"9"},"default":"VQE="}`)), "{}")))
	require.NoError(t, err)
	require.Equal(t, map[string]any{"b": int64(341)}, rec.Value, "a default has the meaning, too")
}

// What strict refuses, compat gives as the reference has it.
func TestDebeziumTypesThatDoNotFit(t *testing.T) {
	for _, c := range []struct {
		node, payload, refusal string
		compat                 any
	}{
		{bitsOf("9"), `"AAI="`, "out_of_range: payload: expected Bits of the schema's length, got more bits", int64(512)},
		{bitsOf("9"), `"AQIDBAUGBwgJ"`, "out_of_range: payload: expected Bits of the schema's length, got more bits", []byte{9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{bitsOf("9"), `5`, "type_mismatch: payload: expected bytes, got number", nil},
		{variableDecimal, `{"scale":1,"value":""}`, "type_mismatch: payload: expected a VariableScaleDecimal of scale and value, got other fields", map[string]any{"scale": int64(1), "value": []byte{}}},
		{variableDecimal, `{"scale":1000000000,"value":"AQ=="}`, "out_of_range: payload: expected a decimal of at most 2000 characters, got a longer one", map[string]any{"scale": int64(1_000_000_000), "value": []byte{1}}},
		{`{"type":"struct","name":"` + debeziumData + `VariableScaleDecimal","fields":[{"type":"int8","field":"a"}]}`, `{"a":1}`, "type_mismatch: payload: expected a VariableScaleDecimal of scale and value, got other fields", map[string]any{"a": int64(1)}},
	} {
		_, err := newDecoder(t, Options{}).Decode([]byte(envelope(c.node, c.payload)))
		require.EqualError(t, err, c.refusal)
		rec, err := newDecoder(t, Options{Compat: true}).Decode([]byte(envelope(c.node, c.payload)))
		require.NoError(t, err)
		require.Equal(t, c.compat, rec.Value, c.payload)
	}
	for _, compat := range []bool{false, true} {
		_, err := newDecoder(t, Options{Compat: compat}).Decode([]byte(envelope(bitsOf("9"), `"?"`)))
		require.EqualError(t, err, "type_mismatch: payload: expected base64 text, got other text")
		_, err = newDecoder(t, Options{Compat: compat}).Decode([]byte(envelope(variableDecimal, `5`)))
		require.EqualError(t, err, "type_mismatch: payload: expected struct, got number")
	}
}

func TestBitsInAKey(t *testing.T) {
	key := newDecoder(t, Options{}).decodeKey([]byte(envelope(structOf(field("id", bitsOf("9"))), `{"id":"VQE="}`)), false)
	require.Equal(t, []any{map[string]any{"id": int64(341)}, (*record.Refusal)(nil)}, []any{key.Value, key.Refusal})
}
