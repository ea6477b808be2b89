package logical

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func named(name string) *schema.Schema {
	m := schema.Meanings[name]
	return &schema.Schema{Type: m.Base, Name: name, Meaning: m, Length: 20}
}

// Each number of a logical type comes back from its value.
func TestEncodeIsTheReverseOfDecode(t *testing.T) {
	for _, name := range []string{
		"org.apache.kafka.connect.data.Date", "org.apache.kafka.connect.data.Time", "org.apache.kafka.connect.data.Timestamp",
		"io.debezium.time.Date", "io.debezium.time.Timestamp", "io.debezium.time.MicroTimestamp", "io.debezium.time.NanoTimestamp",
		"io.debezium.time.Time", "io.debezium.time.MicroTime", "io.debezium.time.NanoTime",
	} {
		s := named(name)
		rapid.Check(t, func(t *rapid.T) {
			n := int64(rapid.Int32().Draw(t, "n"))
			if s.Type == schema.Int64 {
				n = rapid.Int64().Draw(t, "n")
			}
			if s.Unit == time.Millisecond && s.Logical == schema.Timestamp {
				n %= 1e15 // Go's time ends there
			}
			v, ok := Decode(s, n)
			require.True(t, ok)
			back, ok := Encode(s, v)
			require.True(t, ok, "%s: %v", name, v)
			require.Equal(t, n, back, "%s: %v", name, v)
		})
	}
}

func TestEncode(t *testing.T) {
	for name, c := range map[string]struct{ value, encoded any }{
		"io.debezium.time.ZonedTimestamp":         {time.Date(2026, 1, 31, 10, 20, 30, 120_000_000, time.UTC), "2026-01-31T10:20:30.12Z"},
		"io.debezium.data.Bits":                   {int64(0x1_02), []byte{2, 1, 0}},
		"io.debezium.time.MicroTime":              {"-838:59:59.500000", int64(-3020399500000)},
		"org.apache.kafka.connect.data.Decimal":   {"1.50", "1.50"},
		"org.apache.kafka.connect.data.Timestamp": {time.UnixMilli(-1).UTC(), int64(-1)},
		"org.apache.kafka.connect.data.Date":      {time.UnixMilli(-millisPerDay).UTC(), int64(-1)},
		"some.Name":                               {true, true},
	} {
		encoded, ok := Encode(named(name), c.value)
		require.True(t, ok, name)
		require.Equal(t, c.encoded, encoded, name)
		back, ok := Decode(named(name), encoded)
		require.True(t, ok, name)
		require.Equal(t, c.value, back, name)
	}
	wide := named("io.debezium.data.Bits")
	wide.Length = 64
	encoded, ok := Encode(wide, json.Number("18446744073709551615"))
	require.True(t, ok)
	require.Equal(t, []byte{255, 255, 255, 255, 255, 255, 255, 255}, encoded)
}

func TestEncodeRefusesAnotherValue(t *testing.T) {
	for name, v := range map[string]any{
		"io.debezium.time.Date": "2026-01-31", "io.debezium.time.Time": int64(1), "io.debezium.data.Bits": "1",
	} {
		_, ok := Encode(named(name), v)
		require.False(t, ok, name)
	}
	for _, text := range []string{"", "1:2:3", "10:60:00", "10:00:00.", "10:00:00.1234", "99999999999999999999:00:00", "2562047788015:00:00:00", "x0:00:00", "-"} {
		_, ok := ParseDuration(text, time.Millisecond)
		require.False(t, ok, text)
	}
}
