package logical

import (
	"encoding/json"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Encode returns what a producer sent for the value of a record: the number of a date, a
// time or a timestamp, the text of a ZonedTimestamp, and the bytes of Bits with the lowest
// bits first. Kafka Connect's own transforms see this form of Debezium's types. Any other
// value is itself, also a decimal. ok is false for a value that the logical type does not
// have.
func Encode(s *schema.Schema, v any) (encoded any, ok bool) {
	if v == nil || s == nil {
		return v, true
	}
	switch s.Logical {
	case schema.Date, schema.Timestamp:
		t, isTime := v.(time.Time)
		if !isTime {
			return nil, false
		}
		return Units(t, s.Unit), true
	case schema.Time:
		text, isText := v.(string)
		if !isText {
			return nil, false
		}
		return ParseDuration(text, s.Unit)
	case schema.ZonedTime:
		if t, isTime := v.(time.Time); isTime {
			return t.Format(time.RFC3339Nano), true
		}
		return v, true
	case schema.Bits:
		return encodeBits(v, s.Length)
	}
	return v, true
}

// Decode is the reverse of Encode. ok is false for a value that the logical type does not
// have. Text that is no timestamp stays the text of a ZonedTimestamp.
func Decode(s *schema.Schema, v any) (decoded any, ok bool) {
	if v == nil || s == nil {
		return v, true
	}
	switch s.Logical {
	case schema.Date, schema.Timestamp, schema.Time:
		n, isInteger := v.(int64)
		if !isInteger {
			return nil, false
		}
		if s.Logical == schema.Time {
			return Duration(n, s.Unit), true
		}
		return Instant(n, s.Unit), true
	case schema.ZonedTime:
		text, isText := v.(string)
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return t.UTC(), true
		}
		return v, isText
	case schema.Bits:
		b, isBytes := v.([]byte)
		if !isBytes {
			return nil, false
		}
		return Bits(b, s.Length)
	}
	return v, true
}

// Units is the reverse of [Instant]. A fraction of the unit is cut towards the past.
func Units(t time.Time, unit time.Duration) int64 {
	switch unit {
	case time.Millisecond:
		return t.UnixMilli()
	case time.Microsecond:
		return t.UnixMicro()
	case time.Nanosecond:
		return t.UnixNano()
	}
	days := t.Unix() / (millisPerDay / 1000)
	if t.Unix()%(millisPerDay/1000) < 0 {
		days--
	}
	return days
}

// ParseDuration is the reverse of [Duration]. ok is false for text that Duration does not
// make, or with more digits than the unit has.
func ParseDuration(text string, unit time.Duration) (v any, ok bool) {
	text, negative := strings.CutPrefix(text, "-")
	whole, fraction, pointed := strings.Cut(text, ".")
	parts := strings.Split(whole, ":")
	perSecond := uint64(time.Second / unit)
	if len(parts) != 3 || len(parts[1]) != 2 || len(parts[2]) != 2 || pointed && fraction == "" || len(fraction) > len(strconv.FormatUint(perSecond, 10))-1 {
		return nil, false
	}
	var numbers [4]uint64
	for i, digits := range append(parts, fraction) {
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil && (i < 3 || digits != "") {
			return nil, false
		}
		numbers[i] = n
	}
	for range len(strconv.FormatUint(perSecond, 10)) - 1 - len(fraction) {
		numbers[3] *= 10
	}
	high, seconds := bits.Mul64(numbers[0], 3600)
	seconds, carry := bits.Add64(seconds, numbers[1]*60+numbers[2], 0)
	over, units := bits.Mul64(seconds, perSecond)
	units, carry2 := bits.Add64(units, numbers[3], 0)
	if numbers[1] > 59 || numbers[2] > 59 || high+carry+over+carry2 != 0 || units > math.MaxInt64 && (!negative || units > -math.MinInt64) {
		return nil, false
	}
	if negative {
		units = -units
	}
	return int64(units), true
}

// encodeBits is the reverse of [Bits].
func encodeBits(v any, length int) (any, bool) {
	var b []byte
	switch v := v.(type) {
	case []byte:
		b = slices.Clone(v)
		slices.Reverse(b)
		return b, true
	case int64:
		b = littleEndian(uint64(v))
	case json.Number:
		n, err := strconv.ParseUint(v.String(), 10, 64)
		if err != nil {
			return nil, false
		}
		b = littleEndian(n)
	default:
		return nil, false
	}
	for size := max((length+7)/8, 1); len(b) > size && b[len(b)-1] == 0; {
		b = b[:len(b)-1]
	}
	return b, true
}

func littleEndian(v uint64) []byte {
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(v >> (8 * i))
	}
	return b
}
