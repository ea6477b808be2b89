package primitive

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The bytes are those that Kafka's own serializers write for these values.
func TestDecode(t *testing.T) {
	for _, c := range []struct {
		format string
		bytes  string
		want   any
		as     schema.Type
	}{
		{"string", "주문 7", "주문 7", schema.String},
		{"string", "77a436fd-64f9-4d35-999b-a957195f5d23", "77a436fd-64f9-4d35-999b-a957195f5d23", schema.String},
		{"string", "", "", schema.String},
		{"bytes", "\xff\x00", []byte("\xff\x00"), schema.Bytes},
		{"boolean", "\x01", true, schema.Boolean},
		{"boolean", "\x00", false, schema.Boolean},
		{"int16", "\xff\xfe", int64(-2), schema.Int16},
		{"int32", "\x00\x00\x01\x00", int64(256), schema.Int32},
		{"int32", "\x80\x00\x00\x00", int64(math.MinInt32), schema.Int32},
		{"int64", "\x7f\xff\xff\xff\xff\xff\xff\xff", int64(math.MaxInt64), schema.Int64},
		{"int64", "\xff\xff\xff\xff\xff\xff\xff\xff", int64(-1), schema.Int64},
		{"float32", "\x3d\xcc\xcc\xcd", 0.1, schema.Float32},
		{"float64", "\xbf\xe0\x00\x00\x00\x00\x00\x00", -0.5, schema.Float64},
	} {
		value, its, err := Find(c.format).Decode([]byte(c.bytes))
		require.NoError(t, err, c.format)
		require.Equal(t, c.want, value, c.format)
		require.Equal(t, &schema.Schema{Type: c.as, Optional: true}, its, c.format)
	}
	value, its, err := Find("int64").Decode(nil)
	require.NoError(t, err)
	require.Nil(t, value)
	require.Equal(t, schema.Int64, its.Type)
	require.Nil(t, Find("json"))
}

func TestDecodeRefusesOtherBytes(t *testing.T) {
	for format, c := range map[string]struct{ bytes, want string }{
		"string":  {"a\xff", "expected text in UTF-8, got other bytes"},
		"boolean": {"\x02", "expected a boolean, the byte 0 or 1, got another byte"},
		"int16":   {"123", "expected int16 of 2 bytes, got 3 bytes"},
		"int64":   {"12345678-", "expected int64 of 8 bytes, got 9 bytes"},
		"float32": {"", "expected float32 of 4 bytes, got 0 bytes"},
	} {
		_, _, err := Find(format).Decode([]byte(c.bytes))
		require.EqualError(t, err, c.want, format)
	}
}
