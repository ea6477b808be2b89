package connectjson

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func requireRefused(t *testing.T, want string, got any) {
	t.Helper()
	err, ok := got.(error)
	require.True(t, ok, "expected %q, got the value %v", want, got)
	require.Equal(t, want, err.Error())
}

// refusedCase is a message and the text of its refusal.
type refusedCase struct{ input, want string }

const int32Node = `{"type":"int32"}`

// inField is a message with a struct of one field.
func inField(node, payload string) string {
	return envelope(structOf(field("f", node)), `{"f":`+payload+`}`)
}

func requireAllRefused(t *testing.T, cases []refusedCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(fmt.Sprintf("%.120s", c.input), func(t *testing.T) {
			requireRefused(t, c.want, decodeStrict(t, c.input))
		})
	}
}

// TestStrictRefusesSilentMistakes, which the reference converter makes without an error.
func TestStrictRefusesSilentMistakes(t *testing.T) {
	requireAllRefused(t, []refusedCase{
		{inField(int32Node, `"12"`), "type_mismatch: payload.f: expected int32, got string"},
		{inField(int32Node, "true"), "type_mismatch: payload.f: expected int32, got boolean"},
		{inField(int32Node, "{}"), "type_mismatch: payload.f: expected int32, got object"},
		{inField(int32Node, "12.9"), "type_mismatch: payload.f: expected int32, got a number with a fraction"},
		{inField(int32Node, "1e-3"), "type_mismatch: payload.f: expected int32, got a number with a fraction"},
		{inField(int32Node, "3000000000"), "out_of_range: payload.f: expected int32, got a number beyond it"},
		{inField(int32Node, "1e2147483647"), "out_of_range: payload.f: expected int32, got a number beyond it"},
		{inField(`{"type":"int8"}`, "300"), "out_of_range: payload.f: expected int8, got a number beyond it"},
		{inField(`{"type":"int8"}`, "-129"), "out_of_range: payload.f: expected int8, got a number beyond it"},
		{inField(`{"type":"int16"}`, "32768"), "out_of_range: payload.f: expected int16, got a number beyond it"},
		{inField(`{"type":"int64"}`, "9223372036854775808"), "out_of_range: payload.f: expected int64, got a number beyond it"},
		{inField(`{"type":"int64"}`, "-9223372036854775809"), "out_of_range: payload.f: expected int64, got a number beyond it"},
		{inField(`{"type":"double"}`, `"1.5"`), "type_mismatch: payload.f: expected double, got string"},
		{inField(`{"type":"double"}`, "1e400"), "out_of_range: payload.f: expected double, got a number beyond it"},
		{inField(`{"type":"float"}`, "3.5e38"), "out_of_range: payload.f: expected float, got a number beyond it"},
		{inField(`{"type":"boolean"}`, `"true"`), "type_mismatch: payload.f: expected boolean, got string"},
		{inField(`{"type":"boolean"}`, "1"), "type_mismatch: payload.f: expected boolean, got number"},
		{inField(`{"type":"string","optional":true}`, "42"), "type_mismatch: payload.f: expected string, got number"},
		{inField(`{"type":"array","items":{"type":"int32"}}`, `[1,"2"]`), "type_mismatch: payload.f[1]: expected int32, got string"},
		{inField(`{"type":"array","items":{"type":"int32"}}`, `{"a":1}`), "type_mismatch: payload.f: expected array, got object"},
		{inField(`{"type":"bytes","optional":true}`, "5"), "type_mismatch: payload.f: expected bytes, got number"},
		{inField(decimalSchema("2", ""), "1.999"), "out_of_range: payload.f: expected a Decimal of the schema's scale, got more digits"},
		{inField(decimalSchema("-2", ""), "1210"), "out_of_range: payload.f: expected a Decimal of the schema's scale, got more digits"},
		{inField(decimalSchema("2", ""), "1e5000"), "out_of_range: payload.f: expected a Decimal of at most 2000 characters, got a longer one"},
		{inField(decimalSchema("2147483647", ""), "1"), "out_of_range: payload.f: expected a Decimal of at most 2000 characters, got a longer one"},
		{inField(decimalSchema("2147483647", ""), `"AQ=="`), "out_of_range: payload.f: expected a Decimal of at most 2000 characters, got a longer one"},
		{inField(decimalSchema("2", ""), `"12.50"`), "type_mismatch: payload.f: expected a Decimal, got text that is not base64 of an integer"},
		{inField(decimalSchema("2", ""), `""`), "type_mismatch: payload.f: expected a Decimal, got text that is not base64 of an integer"},
		{inField(decimalSchema("2", ""), "true"), "type_mismatch: payload.f: expected Decimal, got boolean"},
		{inField(`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2","connect.decimal.precision":"4"}}`, "123.45"), "out_of_range: payload.f: expected a Decimal of the schema's precision, got more digits"},
	})
}

// TestStrictRefusesValues that the reference refuses, too.
func TestStrictRefusesValues(t *testing.T) {
	requireAllRefused(t, []refusedCase{
		{inField(int32Node, "null"), "null_field: payload.f: expected int32, got null"},
		{envelope(structOf(field("f", int32Node)), "{}"), "missing_field: payload.f: expected int32, got nothing"},
		{envelope(structOf(field("f", int32Node)), "[]"), "type_mismatch: payload: expected struct, got array"},
		{inField(`{"type":"bytes"}`, `"AQI"`), "type_mismatch: payload.f: expected base64 text, got other text"},
		{inField(`{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}}`, `[]`), "type_mismatch: payload.f: expected an object for a map, got array"},
		{inField(`{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}}`, `{"a b:c":300}`), "out_of_range: payload.f[0]: expected int8, got a number beyond it"},
		{inField(`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, `{}`), "type_mismatch: payload.f: expected an array of pairs for a map, got object"},
		{inField(`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, `[[1,2],[1]]`), "type_mismatch: payload.f[1]: expected a pair, got an array of another length"},
		{inField(`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, `[[1,"x"]]`), "type_mismatch: payload.f[0][1]: expected int8, got string"},
		{inField(`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, `[[1,2],[1,3]]`), "bad_json: payload.f[1]: a key stands twice"},
		{inField(`{"type":"int32","name":"org.apache.kafka.connect.data.Date"}`, "1.0"), "type_mismatch: payload.f: expected Date, got a number with a fraction or an exponent"},
		{inField(`{"type":"int32","name":"org.apache.kafka.connect.data.Date"}`, "2147483648"), "out_of_range: payload.f: expected Date, got a number beyond it"},
		{inField(`{"type":"int32","name":"org.apache.kafka.connect.data.Date"}`, "2932897"), "out_of_range: payload.f: expected a year from 0 to 9999"},
		{inField(`{"type":"int32","name":"org.apache.kafka.connect.data.Time"}`, "-1"), "out_of_range: payload.f: expected 0 to 86399999 milliseconds"},
		{inField(`{"type":"int32","name":"org.apache.kafka.connect.data.Time"}`, "86400000"), "out_of_range: payload.f: expected 0 to 86399999 milliseconds"},
		{inField(`{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}`, `"2026-01-01"`), "type_mismatch: payload.f: expected Timestamp, got string"},
		{inField(`{"type":"string","name":"io.debezium.time.ZonedTimestamp"}`, `"yesterday"`), "out_of_range: payload.f: expected a timestamp such as 2026-01-31T10:20:30.123456Z"},
	})
}

func TestStrictRefusesEnvelopes(t *testing.T) {
	requireAllRefused(t, []refusedCase{
		{"{}", "bad_envelope: value: expected schema and payload, got neither"},
		{`{"order_id":"1"}`, "bad_envelope: value: expected schema and payload, got neither"},
		{`{"schema":null}`, "bad_envelope: value: expected schema and payload, got no payload"},
		{`{"payload":null}`, "bad_envelope: value: expected schema and payload, got no schema"},
		{`{"schema":null,"payload":1,"x":1}`, "bad_envelope: value: expected schema and payload, got other members too"},
		{`{"schema":null,"payload":1,"payload":2}`, "bad_envelope: value: a member stands twice"},
		{"null", "bad_envelope: value: expected an object of schema and payload, got null"},
		{"[1]", "bad_envelope: value: expected an object of schema and payload, got array"},
	})
}

func TestStrictRefusesSchemas(t *testing.T) {
	requireAllRefused(t, []refusedCase{
		{envelope("5", "1"), "bad_schema: schema: expected a schema node, got number"},
		{envelope("{}", "1"), "bad_schema: schema.type: expected the name of a type, got nothing"},
		{envelope(`{"type":"float64"}`, "1"), "bad_schema: schema.type: expected boolean, int8, int16, int32, int64, float, double, bytes, string, array, map or struct, got another name"},
		{envelope(structOf(field("a", int32Node), `{"type":5,"field":"b"}`), "{}"), "bad_schema: schema.fields[1].type: expected the name of a type, got number"},
		{envelope(structOf(int32Node), "{}"), "bad_schema: schema.fields[0].field: expected the field's name, got nothing"},
		{envelope(structOf(field("a", int32Node), field("a", int32Node)), "{}"), "bad_schema: schema.fields[1].field: another field has the same name"},
		{envelope(`{"type":"array"}`, "[]"), "bad_schema: schema.items: expected a schema node, got nothing"},
		{envelope(`{"type":"map","keys":{"type":"string"}}`, "{}"), "bad_schema: schema.values: expected a schema node, got nothing"},
		{envelope(`{"type":"int32","optional":"true"}`, "1"), "bad_schema: schema.optional: expected boolean, got string"},
		{envelope(`{"type":"int32","name":5}`, "1"), "bad_schema: schema.name: expected string, got number"},
		{envelope(`{"type":"int32","parameters":[]}`, "1"), "bad_schema: schema.parameters: expected object, got array"},
		{envelope(`{"type":"int32","parameters":{"a b":1}}`, "1"), "bad_schema: schema.parameters.a_b: expected string, got number"},
		{envelope(`{"type":"int32","type":"int32"}`, "1"), "bad_schema: schema.type: the member stands twice"},
		{envelope(`{"type":"int32","default":"5"}`, "1"), "bad_schema: schema.default: expected int32, got string"},
		{envelope(`{"type":"struct","fields":[],"default":{}}`, "{}"), "bad_schema: schema.default: a struct cannot have a default"},
		{envelope(`{"type":"int32","name":"org.apache.kafka.connect.data.Decimal"}`, "1"), "bad_schema: schema.type: expected bytes for this logical type, got int32"},
		{envelope(`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal"}`, "1"), "bad_schema: schema.parameters.scale: expected the Decimal's scale as text"},
	})
}

func TestStrictRefusesJSON(t *testing.T) {
	requireAllRefused(t, []refusedCase{
		{" ", "bad_json: value: no document at byte 1"},
		{"order 17", "bad_json: value: expected a value at byte 0"},
		{"{", "bad_json: value: expected a member's name, got the end at byte 1"},
		{`{"a":1,}`, "bad_json: value: expected a member's name at byte 7"},
		{`{"a" 1}`, "bad_json: value: expected a colon at byte 5"},
		{`{"a":1 "b":2}`, "bad_json: value: expected a comma or the end of the object at byte 7"},
		{"[1 2]", "bad_json: value: expected a comma or the end of the array at byte 3"},
		{"nul", "bad_json: value: expected a value at byte 0"},
		{envelope(int32Node, "007"), fmt.Sprintf("bad_json: value: leading zero at byte %d", 37)},
		{envelope(int32Node, "1") + "x", fmt.Sprintf("bad_json: value: bytes after the document at byte %d", 39)},
		{envelope("null", "NaN"), "bad_json: value: expected a value at byte 25"},
		{envelope("null", "1."), "bad_json: value: expected a digit at byte 27"},
		{envelope("null", "1e99999999999"), "bad_json: value: a number with too large an exponent at byte 25"},
		{envelope("null", strings.Repeat("1", 1001)), "bad_json: value: a number longer than 1000 digits at byte 25"},
		{envelope("null", strings.Repeat("[", 1001)), "bad_json: value: nested deeper than 1000 at byte 1024"},
		{envelope("null", `"`+"\xff"+`"`), "bad_json: value: invalid UTF-8 at byte 26"},
		{envelope("null", `"`+"\xc0\x80"+`"`), "bad_json: value: invalid UTF-8 at byte 26"},
		{envelope("null", "\"\t\""), "bad_json: value: control character in a string at byte 26"},
		{envelope("null", `"\x"`), "bad_json: value: invalid escape at byte 26"},
		{envelope("null", `"\ud83d"`), "bad_json: payload: half a surrogate pair in a string"},
		{envelope("null", `{"\ud83d":1}`), "bad_json: value: a name with half a surrogate pair ends at byte 34"},
		{envelope("null", `{"a":1,"a":2}`), "bad_json: payload: a member stands twice"},
		{inField(int32Node, `1,"f":2`), "bad_json: payload.f: the member stands twice"},
		{"{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "bad_json: value: expected a member's name at byte 1"},
	})
}
