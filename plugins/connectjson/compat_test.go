package connectjson

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCompatWhereTheReferenceIsSilent is the table of the reference converter's answers
// that lose money.
func TestCompatWhereTheReferenceIsSilent(t *testing.T) {
	d := newDecoder(t, Options{Compat: true})
	for _, c := range []struct {
		schema, payload string
		want            any
	}{
		{`{"type":"int32"}`, `"12"`, int64(0)},
		{`{"type":"int32"}`, "true", int64(0)},
		{`{"type":"int32"}`, "{}", int64(0)},
		{`{"type":"int32"}`, "12.9", int64(12)},
		{`{"type":"int32"}`, "3000000000", int64(-1294967296)},
		{`{"type":"int32"}`, "007", int64(7)},
		{`{"type":"int8"}`, "300", int64(44)},
		{`{"type":"double"}`, `"1.5"`, 0.0},
		{`{"type":"double"}`, "1e400", math.Inf(1)},
		{`{"type":"boolean"}`, `"true"`, false},
		{`{"type":"boolean"}`, "1", false},
		{`{"type":"string","optional":true}`, "42", nil},
		{`{"type":"array","items":{"type":"int32"}}`, `[1,"2"]`, []any{int64(1), int64(0)}},
		{`{"type":"bytes","optional":true}`, "5", nil},
		{`{"type":"int64"}`, "9223372036854775808", int64(math.MinInt64)},
		{decimalSchema("2", ""), "1.999", "1.999"},
		{decimalSchema("2", ""), `"1234"`, "-26588.24"},
		{`{"type":"string"}`, `"a\ud83db"`, "a?b"},
		{`{"type":"int32","name":"org.apache.kafka.connect.data.Time"}`, "86400000", "24:00:00"},
	} {
		rec, err := d.Decode([]byte(envelope(c.schema, c.payload)))
		require.NoError(t, err, c.payload)
		require.Equal(t, c.want, rec.Value, c.payload)
	}
}

// TestCompatDebezium is where compat goes beyond the reference, to which these are
// numbers and text.
func TestCompatDebezium(t *testing.T) {
	d := newDecoder(t, Options{Compat: true})
	for _, c := range []struct {
		base, name, payload string
		want                any
	}{
		{"int32", "Time", "-3600000", "-01:00:00"},
		{"int64", "MicroTime", "3020399000000", "838:59:59"},
		{"int64", "NanoTime", "-9223372036854775808", "-2562047:47:16.854775808"},
		{"int64", "Timestamp", "9223372036854775807", time.UnixMilli(math.MaxInt64).UTC()},
		{"int64", "MicroTimestamp", `"x"`, time.Unix(0, 0).UTC()},
		{"string", "ZonedTimestamp", `"yesterday"`, "yesterday"},
	} {
		rec, err := d.Decode([]byte(envelope(`{"type":"`+c.base+`","name":"io.debezium.time.`+c.name+`"}`, c.payload)))
		require.NoError(t, err, c.payload)
		require.Equal(t, c.want, rec.Value, c.name)
	}
}
