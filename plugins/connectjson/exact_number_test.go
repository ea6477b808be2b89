package connectjson

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/bloblang"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// TestAFloatIsItsShortestDecimal: a float32 travels as the float64 nearest to the
// shortest decimal that identifies the float32, in both modes and wherever the float
// stands. A double travels as it is.
func TestAFloatIsItsShortestDecimal(t *testing.T) {
	for _, c := range []struct {
		node, payload string
		want          float64
	}{
		{`{"type":"float"}`, "0.1", 0.1},
		{`{"type":"float"}`, "0.10000000149011612", 0.1},
		{`{"type":"float"}`, "-19.99", -19.99},
		{`{"type":"float"}`, "12.50", 12.5},
		{`{"type":"float"}`, "1E-7", 1e-7},
		{`{"type":"float"}`, "16777217", 16777216},
		{`{"type":"float"}`, "123456.789", 123456.79},
		{`{"type":"float"}`, "3.4028235e38", 3.4028235e38},
		{`{"type":"float"}`, "1.4e-45", 1e-45},
		{`{"type":"float"}`, "1.1754944E-38", 1.1754944e-38},
		{`{"type":"float"}`, "7.038531e-26", 7.038531e-26},
		{`{"type":"float"}`, "-0.0", 0},
		{`{"type":"float"}`, "-1e-60", math.Copysign(0, -1)},
		{`{"type":"double"}`, "0.1", 0.1},
		{`{"type":"double"}`, "0.10000000149011612", 0.10000000149011612},
		{`{"type":"double"}`, "4.9E-324", 5e-324},
	} {
		for _, compat := range []bool{false, true} {
			d := newDecoder(t, Options{Compat: compat})
			rec, err := d.Decode([]byte(envelope(c.node, c.payload)))
			require.NoError(t, err)
			requireSameFloat(t, c.want, rec.Value)
			nested := `{"type":"array","items":` + c.node + `}`
			rec, err = d.Decode([]byte(envelope(structOf(field("f", nested)), `{"f":[`+c.payload+`]}`)))
			require.NoError(t, err)
			requireSameFloat(t, c.want, rec.Value.(map[string]any)["f"].([]any)[0])
		}
	}
	rec, err := newDecoder(t, Options{}).Decode([]byte(envelope(structOf(field("f", `{"type":"float","default":0.1}`)), "{}")))
	require.NoError(t, err)
	requireSameFloat(t, 0.1, rec.Value.(map[string]any)["f"])
	rec, err = newDecoder(t, Options{Compat: true}).Decode([]byte(envelope(`{"type":"float"}`, "1e39")))
	require.NoError(t, err)
	requireSameFloat(t, math.Inf(1), rec.Value)
}

func requireSameFloat(t *testing.T, want float64, got any) {
	t.Helper()
	require.IsType(t, want, got)
	require.Equal(t, math.Float64bits(want), math.Float64bits(got.(float64)), "want %v, got %v", want, got)
}

// TestNumbersWithoutASchemaKeepTheirDigits: strict changes no digit of a number that no
// schema gives a type.
func TestNumbersWithoutASchemaKeepTheirDigits(t *testing.T) {
	for _, number := range []string{
		"12.50", "1.50", "12345678901234567.89", "0.30000000000000000000000000000000000001", "-0.0", "1.0", "1e3", "1E-7", "1.5e+300", "1e400",
		"9223372036854775808", "-9223372036854775809", "18446744073709551615", "123456789012345678901234567890",
	} {
		for input, opts := range map[string]Options{
			`{"a":[{"n":` + number + `}]}`:                     {Schemaless: true},
			envelope("null", `{"a":[{"n":`+number+`}]}`):       {},
			" " + envelope("null", `{"a":[{"n":`+number+`}]}`): {},
		} {
			rec, err := newDecoder(t, opts).Decode([]byte(input))
			require.NoError(t, err)
			n := rec.Value.(map[string]any)["a"].([]any)[0].(map[string]any)["n"]
			require.Equal(t, json.Number(number), n)
		}
	}
	for number, want := range map[string]int64{"0": 0, "-0": 0, "12": 12, "9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64} {
		rec, err := newDecoder(t, Options{Schemaless: true}).Decode([]byte(number))
		require.NoError(t, err)
		require.Equal(t, want, rec.Value)
	}
}

// TestNumbersWithoutASchemaInCompat: the reference knows int64 and double there.
func TestNumbersWithoutASchemaInCompat(t *testing.T) {
	rec, err := newDecoder(t, Options{Schemaless: true, Compat: true}).Decode([]byte("[12.50,9223372036854775808,1e400,12345678901234567.89]"))
	require.NoError(t, err)
	require.Equal(t, []any{12.5, int64(math.MinInt64), math.Inf(1), 12345678901234567.89}, rec.Value)
}

// TestNumbersDoNotReferToTheMessage: the bytes may be reused once Decode has returned.
func TestNumbersDoNotReferToTheMessage(t *testing.T) {
	input := []byte(`{"a":12.50,"b":"x"}`)
	rec, err := newDecoder(t, Options{Schemaless: true}).Decode(input)
	require.NoError(t, err)
	for i := range input {
		input[i] = '#'
	}
	require.Equal(t, map[string]any{"a": json.Number("12.50"), "b": "x"}, rec.Value)
}

// TestMappingsReadTheNumbers: a number that kept its text is a number to a mapping, which
// computes with it as with the framework's own plain JSON, and the text goes on where the
// mapping only moves it.
func TestMappingsReadTheNumbers(t *testing.T) {
	in := service.MessageBatch{service.NewMessage([]byte(`{"price":12.50,"total":12345678901234567.89,"id":18446744073709551615,"qty":2}`))}
	m := process(t, "schemas_enable: false", in)[0]
	require.NoError(t, m.GetError())
	require.Equal(t, `{"id":18446744073709551615,"price":12.50,"qty":2,"total":12345678901234567.89}`, content(t, m))

	mapping, err := bloblang.Parse(`
		root.moved   = this.without("qty")
		root.twice   = this.price * this.qty
		root.dearer  = this.price > 12.4
		root.type    = this.price.type()
		root.text    = this.total.string()
		root.rounded = this.price.round()`)
	require.NoError(t, err)
	out, err := m.BloblangQuery(mapping)
	require.NoError(t, err)
	require.Equal(t, `{"dearer":true,"moved":{"id":18446744073709551615,"price":12.50,"total":12345678901234567.89},"rounded":13,"text":"12345678901234567.89","twice":25,"type":"number"}`, content(t, out))
}
