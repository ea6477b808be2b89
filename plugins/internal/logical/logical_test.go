package logical

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBits(t *testing.T) {
	for _, c := range []struct {
		bytes  string // the lowest bits first
		length int
		want   any
		fits   bool
	}{
		{"\x55\x01", 9, int64(341), true},
		{"\x01", 9, int64(1), true},
		{"\x01\x00\x00\x00\x00\x00\x00\x00\x00", 9, int64(1), true},
		{"", 8, int64(0), true},
		{"\x00\x02", 9, int64(512), false},
		{"\xff\xff\xff\xff\xff\xff\xff\x7f", 63, int64(math.MaxInt64), true},
		{"\xff\xff\xff\xff\xff\xff\xff\xff", 64, json.Number("18446744073709551615"), true},
		{"\xff\xff\xff\xff\xff\xff\xff\xff", 63, json.Number("18446744073709551615"), false},
		{"\x01\x02\x03\x04\x05\x06\x07\x08\x09", 64, []byte("\x09\x08\x07\x06\x05\x04\x03\x02\x01"), false},
		{"\x01\x02\x03\x04\x05\x06\x07\x08\x09", 72, []byte("\x09\x08\x07\x06\x05\x04\x03\x02\x01"), true},
		{"\x01\x02", 65, []byte("\x02\x01"), true},
		{"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a", 72, []byte("\x0a\x09\x08\x07\x06\x05\x04\x03\x02\x01"), false},
		{"\x55\x01", 0, []byte("\x01\x55"), true},
	} {
		given := []byte(c.bytes)
		value, fits := Bits(given, c.length)
		require.Equal(t, c.want, value, "%x of %d bits", c.bytes, c.length)
		require.Equal(t, c.fits, fits, "%x of %d bits", c.bytes, c.length)
		require.Equal(t, c.bytes, string(given), "the bytes of the caller are as before")
	}
}

func TestVariableDecimal(t *testing.T) {
	for _, c := range []struct {
		scale    int64
		unscaled string
		want     string
		fits     bool
	}{
		{1, "\x23", "3.5", true},
		{0, "\xff", "-1", true},
		{3, "\x0c\x1c", "3.100", true},
		{-3, "\x05", "5000", true},
		{1997, "\x01", "0." + strings.Repeat("0", 1996) + "1", true},
		{1998, "\x01", "", false},
		{-1_000_000_000, "\x01", "", false},
		{0, strings.Repeat("\x01", 2001), "", false},
	} {
		text, fits := VariableDecimal(c.scale, []byte(c.unscaled))
		require.Equal(t, c.want, text, "scale %d", c.scale)
		require.Equal(t, c.fits, fits, "scale %d", c.scale)
	}
}

func TestInstantAndDuration(t *testing.T) {
	at := time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)
	require.Equal(t, at, Instant(-1, 24*time.Hour))
	require.Equal(t, at.Add(24*time.Hour-time.Microsecond), Instant(-1, time.Microsecond))
	require.Equal(t, at.Add(24*time.Hour+1), Instant(1, time.Nanosecond))
	require.Equal(t, "-838:59:59.000001", Duration(-3020399000001, time.Microsecond))
	require.Equal(t, "24:00:00", Duration(86400000, time.Millisecond))
}
