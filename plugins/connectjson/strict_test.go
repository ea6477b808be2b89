package connectjson

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// decodeStrict gives the value, or the refusal's text.
func decodeStrict(t *testing.T, input string) any {
	t.Helper()
	rec, err := newDecoder(t, Options{CacheSize: 1}).Decode([]byte(input))
	if err != nil {
		var r *record.Refusal
		require.True(t, errors.As(err, &r))
		return err
	}
	return rec.Value
}

func requireRefused(t *testing.T, want string, got any) {
	t.Helper()
	err, ok := got.(error)
	require.True(t, ok, "expected %q, got the value %v", want, got)
	require.Equal(t, want, err.Error())
}

func TestSeedEnvelope(t *testing.T) {
	for _, input := range []string{seedEnvelope, payloadFirst(seedEnvelope)} {
		require.Equal(t, map[string]any{
			"order_id": "77a436fd-64f9-4d35-999b-a957195f5d23", "user_id": "b6ff5b5e-3dd7-4a8c-9f0e-0d4f6f1a0c11", "product_id": "CATALOG-002",
			"qty": int64(1), "unit_price": int64(6000), "total_price": int64(6000),
		}, decodeStrict(t, input))
	}
}

func TestStrictValues(t *testing.T) {
	date := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	logical := func(base, name string) string { return `{"type":"` + base + `","name":"` + name + `"}` }
	const connect, debezium = "org.apache.kafka.connect.data.", "io.debezium.time."
	for _, c := range []struct {
		schema, payload string
		want            any
	}{
		{`{"type":"int8"}`, "-128", int64(-128)},
		{`{"type":"int8"}`, "127", int64(127)},
		{`{"type":"int16"}`, "-32768", int64(-32768)},
		{`{"type":"int16"}`, "32767", int64(32767)},
		{`{"type":"int32"}`, "-2147483648", int64(-2147483648)},
		{`{"type":"int32"}`, "2147483647", int64(2147483647)},
		{`{"type":"int64"}`, "-9223372036854775808", int64(-9223372036854775808)},
		{`{"type":"int64"}`, "9223372036854775807", int64(9223372036854775807)},
		{`{"type":"int64"}`, "9223372036854775807.000", int64(9223372036854775807)},
		{`{"type":"int64"}`, "922337203685477580.7e1", int64(9223372036854775807)},
		{`{"type":"int32"}`, "12.0", int64(12)},
		{`{"type":"int32"}`, "1e3", int64(1000)},
		{`{"type":"int32"}`, "12000e-3", int64(12)},
		{`{"type":"int32"}`, "-0", int64(0)},
		{`{"type":"int32"}`, "0e2147483647", int64(0)},
		{`{"type":"float"}`, "0.1", 0.1},
		{`{"type":"double"}`, "0.1", 0.1},
		{`{"type":"double"}`, "5", 5.0},
		{`{"type":"boolean"}`, "true", true},
		{`{"type":"string"}`, `"한국어 😀 \ud83d\ude00 \u00e9\n"`, "한국어 😀 😀 é\n"},
		{`{"type":"bytes"}`, `"AQID"`, []byte{1, 2, 3}},
		{`{"type":"bytes"}`, `""`, []byte{}},
		{`{"type":"array","items":{"type":"string","optional":true}}`, `["a",null]`, []any{"a", nil}},
		{`{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}}`, `{"a":1}`, map[string]any{"a": int64(1)}},
		{`{"type":"map","keys":{"type":"int8"},"values":{"type":"string"}}`, `[[1,"a"],[2,"b"]]`, []any{[]any{int64(1), "a"}, []any{int64(2), "b"}}},
		{decimalSchema("2", ""), `"BNI="`, "12.34"},
		{decimalSchema("2", ""), `"+w=="`, "-0.05"},
		{decimalSchema("2", ""), `"AA=="`, "0.00"},
		{decimalSchema("2", ""), `"gAAAAAAAAAA="`, "-92233720368547758.08"},
		{decimalSchema("2", ""), "1.5", "1.50"},
		{decimalSchema("2", ""), "1.990", "1.99"},
		{decimalSchema("2", ""), "-0.05", "-0.05"},
		{decimalSchema("2", ""), "-0", "0.00"},
		{decimalSchema("2", ""), "12e2", "1200.00"},
		{decimalSchema("0", ""), "12", "12"},
		{decimalSchema("-2", ""), "1200", "1200"},
		{decimalSchema("-2", ""), `"DA=="`, "1200"},
		{decimalSchema("38", ""), "0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"},
		{decimalSchema("0", ""), strings.Repeat("9", 38), strings.Repeat("9", 38)},
		{logical("int32", connect+"Date"), "0", date(1970, 1, 1)},
		{logical("int32", connect+"Date"), "-719528", date(0, 1, 1)},
		{logical("int32", connect+"Date"), "20454", date(2026, 1, 1)},
		{logical("int32", connect+"Time"), "0", "00:00:00"},
		{logical("int32", connect+"Time"), "86399999", "23:59:59.999"},
		{logical("int32", connect+"Time"), "60050", "00:01:00.050"},
		{logical("int64", connect+"Timestamp"), "1767225600123", date(2026, 1, 1).Add(123 * time.Millisecond)},
		{logical("int64", connect+"Timestamp"), "-1", date(1970, 1, 1).Add(-time.Millisecond)},
		{logical("int32", debezium+"Date"), "20454", date(2026, 1, 1)},
		{logical("int64", debezium+"Timestamp"), "1767225600123", date(2026, 1, 1).Add(123 * time.Millisecond)},
		{logical("int64", debezium+"MicroTimestamp"), "1767225600000123", date(2026, 1, 1).Add(123 * time.Microsecond)},
		{logical("int64", debezium+"NanoTimestamp"), "1767225600000000123", date(2026, 1, 1).Add(123)},
		{logical("int32", debezium+"Time"), "3723004", "01:02:03.004"},
		{logical("int64", debezium+"MicroTime"), "3723000004", "01:02:03.000004"},
		{logical("int64", debezium+"NanoTime"), "3723000000004", "01:02:03.000000004"},
		{logical("string", debezium+"ZonedTimestamp"), `"2026-01-01T09:00:00.5+09:00"`, date(2026, 1, 1).Add(500 * time.Millisecond)},
		{logical("int32", debezium+"Year"), "2026", int64(2026)},
		{logical("string", debezium+"Date"), `"not on its base type"`, "not on its base type"},
		{`{"type":"int32","optional":true}`, "null", nil},
		{`{"type":"int32","default":7}`, "null", int64(7)},
		{`{"type":"int32","optional":null,"name":null,"parameters":null}`, "7", int64(7)},
		{`null`, `{"a":[1,2.5,"x",null,true]}`, map[string]any{"a": []any{int64(1), json.Number("2.5"), "x", nil, true}}},
		{`null`, "null", nil},
		{structOf(field("a", `{"type":"int32"}`), field("b", `{"type":"int32","optional":true}`), field("c", `{"type":"string","default":"x"}`)), `{"zzz":{"a":"x"},"a":1}`, map[string]any{"a": int64(1), "b": nil, "c": "x"}},
		{structOf(field("s", structOf(field("a", `{"type":"int8"}`)))), `{"s":{"a":1}}`, map[string]any{"s": map[string]any{"a": int64(1)}}},
		{structOf(field("이름", `{"type":"int8"}`), field("é", `{"type":"int8"}`)), `{"\uc774\ub984":1,"\u00e9":2}`, map[string]any{"이름": int64(1), "é": int64(2)}},
	} {
		t.Run(c.schema+c.payload, func(t *testing.T) {
			require.Equal(t, c.want, decodeStrict(t, envelope(c.schema, c.payload)))
		})
	}
}

func TestStrictRefusals(t *testing.T) {
	in := func(node, payload string) string { return envelope(structOf(field("f", node)), `{"f":`+payload+`}`) }
	const int32Node = `{"type":"int32"}`
	for _, c := range []struct{ input, want string }{
		// Where the reference converter is silent.
		{in(int32Node, `"12"`), "type_mismatch: payload.f: expected int32, got string"},
		{in(int32Node, "true"), "type_mismatch: payload.f: expected int32, got boolean"},
		{in(int32Node, "{}"), "type_mismatch: payload.f: expected int32, got object"},
		{in(int32Node, "12.9"), "type_mismatch: payload.f: expected int32, got a number with a fraction"},
		{in(int32Node, "1e-3"), "type_mismatch: payload.f: expected int32, got a number with a fraction"},
		{in(int32Node, "3000000000"), "out_of_range: payload.f: expected int32, got a number beyond it"},
		{in(int32Node, "1e2147483647"), "out_of_range: payload.f: expected int32, got a number beyond it"},
		{in(`{"type":"int8"}`, "300"), "out_of_range: payload.f: expected int8, got a number beyond it"},
		{in(`{"type":"int8"}`, "-129"), "out_of_range: payload.f: expected int8, got a number beyond it"},
		{in(`{"type":"int16"}`, "32768"), "out_of_range: payload.f: expected int16, got a number beyond it"},
		{in(`{"type":"int64"}`, "9223372036854775808"), "out_of_range: payload.f: expected int64, got a number beyond it"},
		{in(`{"type":"int64"}`, "-9223372036854775809"), "out_of_range: payload.f: expected int64, got a number beyond it"},
		{in(`{"type":"double"}`, `"1.5"`), "type_mismatch: payload.f: expected double, got string"},
		{in(`{"type":"double"}`, "1e400"), "out_of_range: payload.f: expected double, got a number beyond it"},
		{in(`{"type":"float"}`, "3.5e38"), "out_of_range: payload.f: expected float, got a number beyond it"},
		{in(`{"type":"boolean"}`, `"true"`), "type_mismatch: payload.f: expected boolean, got string"},
		{in(`{"type":"boolean"}`, "1"), "type_mismatch: payload.f: expected boolean, got number"},
		{in(`{"type":"string","optional":true}`, "42"), "type_mismatch: payload.f: expected string, got number"},
		{in(`{"type":"array","items":{"type":"int32"}}`, `[1,"2"]`), "type_mismatch: payload.f[1]: expected int32, got string"},
		{in(`{"type":"array","items":{"type":"int32"}}`, `{"a":1}`), "type_mismatch: payload.f: expected array, got object"},
		{in(`{"type":"bytes","optional":true}`, "5"), "type_mismatch: payload.f: expected bytes, got number"},
		{in(decimalSchema("2", ""), "1.999"), "out_of_range: payload.f: expected a Decimal of the schema's scale, got more digits"},
		{in(decimalSchema("-2", ""), "1210"), "out_of_range: payload.f: expected a Decimal of the schema's scale, got more digits"},
		{in(decimalSchema("2", ""), "1e5000"), "out_of_range: payload.f: expected a Decimal of at most 2000 characters, got a longer one"},
		{in(decimalSchema("2147483647", ""), "1"), "out_of_range: payload.f: expected a Decimal of at most 2000 characters, got a longer one"},
		{in(decimalSchema("2147483647", ""), `"AQ=="`), "out_of_range: payload.f: expected a Decimal of at most 2000 characters, got a longer one"},
		{in(decimalSchema("2", ""), `"12.50"`), "type_mismatch: payload.f: expected a Decimal, got text that is not base64 of an integer"},
		{in(decimalSchema("2", ""), `""`), "type_mismatch: payload.f: expected a Decimal, got text that is not base64 of an integer"},
		{in(decimalSchema("2", ""), "true"), "type_mismatch: payload.f: expected Decimal, got boolean"},
		{in(`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2","connect.decimal.precision":"4"}}`, "123.45"), "out_of_range: payload.f: expected a Decimal of the schema's precision, got more digits"},
		// Values that the reference refuses too.
		{in(int32Node, "null"), "null_field: payload.f: expected int32, got null"},
		{envelope(structOf(field("f", int32Node)), "{}"), "missing_field: payload.f: expected int32, got nothing"},
		{envelope(structOf(field("f", int32Node)), "[]"), "type_mismatch: payload: expected struct, got array"},
		{in(`{"type":"bytes"}`, `"AQI"`), "type_mismatch: payload.f: expected base64 text, got other text"},
		{in(`{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}}`, `[]`), "type_mismatch: payload.f: expected an object for a map, got array"},
		{in(`{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}}`, `{"a b:c":300}`), "out_of_range: payload.f[0]: expected int8, got a number beyond it"},
		{in(`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, `{}`), "type_mismatch: payload.f: expected an array of pairs for a map, got object"},
		{in(`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, `[[1,2],[1]]`), "type_mismatch: payload.f[1]: expected a pair, got an array of another length"},
		{in(`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, `[[1,"x"]]`), "type_mismatch: payload.f[0][1]: expected int8, got string"},
		{in(`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, `[[1,2],[1,3]]`), "bad_json: payload.f[1]: a key stands twice"},
		{in(`{"type":"int32","name":"org.apache.kafka.connect.data.Date"}`, "1.0"), "type_mismatch: payload.f: expected Date, got a number with a fraction or an exponent"},
		{in(`{"type":"int32","name":"org.apache.kafka.connect.data.Date"}`, "2147483648"), "out_of_range: payload.f: expected Date, got a number beyond it"},
		{in(`{"type":"int32","name":"org.apache.kafka.connect.data.Date"}`, "2932897"), "out_of_range: payload.f: expected a year from 0 to 9999"},
		{in(`{"type":"int32","name":"org.apache.kafka.connect.data.Time"}`, "-1"), "out_of_range: payload.f: expected 0 to 86399999 milliseconds"},
		{in(`{"type":"int32","name":"org.apache.kafka.connect.data.Time"}`, "86400000"), "out_of_range: payload.f: expected 0 to 86399999 milliseconds"},
		{in(`{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}`, `"2026-01-01"`), "type_mismatch: payload.f: expected Timestamp, got string"},
		{in(`{"type":"string","name":"io.debezium.time.ZonedTimestamp"}`, `"yesterday"`), "out_of_range: payload.f: expected a timestamp such as 2026-01-31T10:20:30.123456Z"},
		// The envelope.
		{"{}", "bad_envelope: value: expected schema and payload, got neither"},
		{`{"order_id":"1"}`, "bad_envelope: value: expected schema and payload, got neither"},
		{`{"schema":null}`, "bad_envelope: value: expected schema and payload, got no payload"},
		{`{"payload":null}`, "bad_envelope: value: expected schema and payload, got no schema"},
		{`{"schema":null,"payload":1,"x":1}`, "bad_envelope: value: expected schema and payload, got other members too"},
		{`{"schema":null,"payload":1,"payload":2}`, "bad_envelope: value: a member stands twice"},
		{"null", "bad_envelope: value: expected an object of schema and payload, got null"},
		{"[1]", "bad_envelope: value: expected an object of schema and payload, got array"},
		// The schema.
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
		// JSON.
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
		{in(int32Node, `1,"f":2`), "bad_json: payload.f: the member stands twice"},
		{"{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "bad_json: value: expected a member's name at byte 1"},
	} {
		t.Run(fmt.Sprintf("%.120s", c.input), func(t *testing.T) {
			requireRefused(t, c.want, decodeStrict(t, c.input))
		})
	}
}

func TestStrictTakesAByteOrderMarkAndWhiteSpace(t *testing.T) {
	require.Equal(t, int64(5), decodeStrict(t, "\ufeff \n"+envelope(` {"type" : "int32"}`, "\t5 ")+"\r\n "))
}

// TestDecimal38 is DECIMAL(38,s) at its ends, in both notations and modes, for every s.
func TestDecimal38(t *testing.T) {
	nines := strings.Repeat("9", 38)
	most, _ := new(big.Int).SetString(nines, 10)
	high := most.FillBytes(make([]byte, 16))
	low := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), most).FillBytes(make([]byte, 16)) // two's complement
	for scale := 0; scale <= 38; scale++ {
		want := nines
		switch {
		case scale == 38:
			want = "0." + nines
		case scale > 0:
			want = nines[:38-scale] + "." + nines[38-scale:]
		}
		node := decimalSchema(strconv.Itoa(scale), "")
		for payload, want := range map[string]string{
			want:       want,
			"-" + want: "-" + want,
			`"` + base64.StdEncoding.EncodeToString(high) + `"`: want,
			`"` + base64.StdEncoding.EncodeToString(low) + `"`:  "-" + want,
		} {
			for _, compat := range []bool{false, true} {
				rec, err := newDecoder(t, Options{Compat: compat}).Decode([]byte(envelope(node, payload)))
				require.NoError(t, err)
				require.Equal(t, want, rec.Value, "scale %d, compat %t", scale, compat)
			}
		}
	}
}
