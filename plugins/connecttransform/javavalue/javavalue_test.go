package javavalue

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func TestFloatText(t *testing.T) {
	for text, v := range map[string]float64{
		"0.0": 0, "-0.0": math.Copysign(0, -1), "1.0": 1, "0.1": 0.1, "100.0": 100, "1234567.0": 1234567, "1.0E7": 1e7, "0.001": 0.001, "9.99E-4": 0.000999,
		"1.5E300": 1.5e300, "-1.0E-5": -1e-5, "NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1),
	} {
		require.Equal(t, text, FloatText(v))
	}
}

func TestFromFloat(t *testing.T) {
	for _, c := range []struct {
		v    float64
		t    schema.Type
		want int64
	}{
		{300.9, schema.Int8, 44}, {-1.9, schema.Int32, -1}, {1e10, schema.Int32, math.MaxInt32}, {1e10, schema.Int8, -1}, {-1e10, schema.Int16, 0},
		{1e30, schema.Int64, math.MaxInt64}, {-1e30, schema.Int64, math.MinInt64}, {math.NaN(), schema.Int64, 0}, {math.Inf(1), schema.Int32, math.MaxInt32},
	} {
		require.Equal(t, c.want, FromFloat(c.v, c.t), "%v as %s", c.v, c.t)
	}
}

func TestParseFloat(t *testing.T) {
	for text, want := range map[string]float64{"\t1.5\n": 1.5, "1e3": 1000, "+1.": 1, ".5": 0.5, "1f": 1, "2D": 2, "-Infinity": math.Inf(-1), "1e999": math.Inf(1), "0x1p3": 8} {
		v, ok := ParseFloat(text, 64)
		require.True(t, ok, text)
		require.Equal(t, want, v, text)
	}
	for _, text := range []string{"", "-", "f", "inf", "nan", "infinity", "1_0", "one", "1 2"} {
		_, ok := ParseFloat(text, 64)
		require.False(t, ok, text)
	}
	v, ok := ParseFloat("0.1", 32)
	require.True(t, ok)
	require.Equal(t, 0.1, v)
}

func TestText(t *testing.T) {
	at := time.Date(2026, 1, 31, 10, 20, 30, 5_000_000, time.UTC)
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"org.apache.kafka.connect.data.Timestamp", at, "2026-01-31T10:20:30.005Z"},
		{"org.apache.kafka.connect.data.Timestamp", at.Truncate(24 * time.Hour), "2026-01-31"},
		{"org.apache.kafka.connect.data.Timestamp", time.UnixMilli(-1), "23:59:59.999Z"},
		{"org.apache.kafka.connect.data.Timestamp", time.UnixMilli(86_400_000), "1970-01-02"},
		{"org.apache.kafka.connect.data.Date", at.Truncate(24 * time.Hour), "2026-01-31"},
		{"org.apache.kafka.connect.data.Time", "10:20:30", "10:20:30.000Z"},
		{"org.apache.kafka.connect.data.Decimal", "0.00", "0.00"},
		{"io.debezium.time.MicroTimestamp", at, "1769854830005000"},
		{"io.debezium.time.Date", at, "20484"},
		{"io.debezium.time.ZonedTimestamp", at, "2026-01-31T10:20:30.005Z"},
		{"", []byte{1, 2}, "AQI="},
		{"", true, "true"},
		{"", []any{int64(1), "a"}, `[1,"a"]`},
	} {
		m := schema.Meanings[c.name]
		text, ok := Text(&schema.Schema{Type: m.Base, Name: c.name, Meaning: m}, c.v)
		require.True(t, ok)
		require.Equal(t, c.want, text, c.name)
	}
}

func TestParseDecimal(t *testing.T) {
	for text, want := range map[string]string{"+1.5": "1.5", ".5": "0.5", "5.": "5", "-.5": "-0.5", "1e2": "100", "1.50": "1.50"} {
		d, ok := ParseDecimal(text)
		require.True(t, ok, text)
		require.Equal(t, want, d.String(), text)
	}
	for _, text := range []string{"", ".", "+", "x", "--1", "+-1", "1e"} {
		_, ok := ParseDecimal(text)
		require.False(t, ok, text)
	}
}
