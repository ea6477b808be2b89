package connectjson

import (
	"encoding/base64"
	"encoding/json"
	"errors"
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

func TestSeedEnvelope(t *testing.T) {
	for _, input := range []string{seedEnvelope, payloadFirst(seedEnvelope)} {
		require.Equal(t, map[string]any{
			"order_id": "77a436fd-64f9-4d35-999b-a957195f5d23", "user_id": "b6ff5b5e-3dd7-4a8c-9f0e-0d4f6f1a0c11", "product_id": "CATALOG-002",
			"qty": int64(1), "unit_price": int64(6000), "total_price": int64(6000),
		}, decodeStrict(t, input))
	}
}

// valueCase is a schema, a payload and the decoded value.
type valueCase struct {
	schema, payload string
	want            any
}

func requireValues(t *testing.T, cases []valueCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.schema+c.payload, func(t *testing.T) {
			require.Equal(t, c.want, decodeStrict(t, envelope(c.schema, c.payload)))
		})
	}
}

func TestStrictValues(t *testing.T) {
	requireValues(t, []valueCase{
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
		{`{"type":"int32","optional":true}`, "null", nil},
		{`{"type":"int32","default":7}`, "null", int64(7)},
		{`{"type":"int32","optional":null,"name":null,"parameters":null}`, "7", int64(7)},
		{`null`, `{"a":[1,2.5,"x",null,true]}`, map[string]any{"a": []any{int64(1), json.Number("2.5"), "x", nil, true}}},
		{`null`, "null", nil},
		{structOf(field("a", `{"type":"int32"}`), field("b", `{"type":"int32","optional":true}`), field("c", `{"type":"string","default":"x"}`)), `{"zzz":{"a":"x"},"a":1}`, map[string]any{"a": int64(1), "b": nil, "c": "x"}},
		{structOf(field("s", structOf(field("a", `{"type":"int8"}`)))), `{"s":{"a":1}}`, map[string]any{"s": map[string]any{"a": int64(1)}}},
		{structOf(field("이름", `{"type":"int8"}`), field("é", `{"type":"int8"}`)), `{"\uc774\ub984":1,"\u00e9":2}`, map[string]any{"이름": int64(1), "é": int64(2)}},
	})
}

func TestStrictDatesAndTimes(t *testing.T) {
	date := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	logical := func(base, name string) string { return `{"type":"` + base + `","name":"` + name + `"}` }
	const connect, debezium = "org.apache.kafka.connect.data.", "io.debezium.time."
	requireValues(t, []valueCase{
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
	})
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
