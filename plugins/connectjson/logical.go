package connectjson

import (
	"math"
	"strconv"
	"time"
	"unicode"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Logical is what a schema's name makes of its base type.
type Logical uint8

// The logical types: Kafka Connect's own four, and Debezium's temporal ones, each with the unit of its number.
const (
	Plain             Logical = iota
	Decimal                   // a canonical plain string
	Date                      // days
	TimeMillis                // Kafka Connect's Time
	TimestampMillis           // Kafka Connect's Timestamp
	DebeziumDate              // days
	DebeziumTimestamp         // milliseconds
	DebeziumMicros            // MicroTimestamp
	DebeziumNanos             // NanoTimestamp
	DebeziumTime              // milliseconds
	DebeziumMicroTime         // microseconds
	DebeziumNanoTime          // nanoseconds
	DebeziumZonedTime         // ZonedTimestamp: ISO 8601 text
)

const (
	parameterScale     = "scale"
	parameterPrecision = "connect.decimal.precision"
)

type logicalName struct {
	logical Logical
	base    Type
}

var logicalNames = map[string]logicalName{
	"org.apache.kafka.connect.data.Decimal":   {Decimal, Bytes},
	"org.apache.kafka.connect.data.Date":      {Date, Int32},
	"org.apache.kafka.connect.data.Time":      {TimeMillis, Int32},
	"org.apache.kafka.connect.data.Timestamp": {TimestampMillis, Int64},
	"io.debezium.time.Date":                   {DebeziumDate, Int32},
	"io.debezium.time.Timestamp":              {DebeziumTimestamp, Int64},
	"io.debezium.time.MicroTimestamp":         {DebeziumMicros, Int64},
	"io.debezium.time.NanoTimestamp":          {DebeziumNanos, Int64},
	"io.debezium.time.Time":                   {DebeziumTime, Int32},
	"io.debezium.time.MicroTime":              {DebeziumMicroTime, Int64},
	"io.debezium.time.NanoTime":               {DebeziumNanoTime, Int64},
	"io.debezium.time.ZonedTimestamp":         {DebeziumZonedTime, String},
}

// connect tells Kafka Connect's own types, which the reference converts whatever their base type is.
func (l Logical) connect() bool { return l >= Decimal && l <= TimestampMillis }

// parseLogical reads what the schema's name and parameters say about its values.
func (c *conversion) parseLogical(s *Schema, n int32) *record.Refusal {
	l, known := logicalNames[s.Name]
	switch {
	case !known:
	case l.base == s.Type || l.logical.connect() && !c.strict:
		s.Logical = l.logical
	case l.logical.connect():
		return refuse(BadSchema, "expected "+l.base.String()+" for this logical type, got "+s.Type.String()).At(memberType)
	}
	at := c.member(n, memberParameters)
	if at != 0 && c.nodes[at].kind == kindObject {
		for _, m := range c.members(at) {
			if k := c.nodes[m.value].kind; k != kindString {
				return refuse(BadSchema, "expected string, got "+k.String()).At(pathName(m.name)).At(memberParameters)
			}
		}
		if scale := c.member(at, parameterScale); scale != 0 {
			s.Scale, s.HasScale = parseInt(c.string(scale))
		}
		if precision := c.member(at, parameterPrecision); precision != 0 && s.Logical == Decimal {
			if p, ok := parseInt(c.string(precision)); ok && p > 0 {
				s.Precision = int(p)
			}
		}
	}
	if c.strict && s.Logical == Decimal && !s.HasScale {
		return refuse(BadSchema, "expected the Decimal's scale as text").At(parameterScale).At(memberParameters)
	}
	return nil
}

// parseInt is Java's Integer.parseInt: a sign, and digits of any script.
func parseInt(text string) (int64, bool) {
	if text != "" && (text[0] == '-' || text[0] == '+') {
		v, ok := parseDigits(text[1:])
		if text[0] == '-' {
			v = -v
		}
		return v, ok && v >= math.MinInt32 && v <= math.MaxInt32
	}
	v, ok := parseDigits(text)
	return v, ok && v <= math.MaxInt32
}

func parseDigits(text string) (v int64, ok bool) {
	for _, r := range text {
		if r > 0xFFFF || !unicode.IsDigit(r) || v > math.MaxInt32 {
			return 0, false
		}
		zero := r // each script's ten digits stand together, in order
		for unicode.IsDigit(zero-1) && r-zero < 9 {
			zero--
		}
		v = v*10 + int64(r-zero)
	}
	return v, text != ""
}

const millisPerDay = 24 * 60 * 60 * 1000

// temporal turns a number of a logical type's units into the type's value. strict holds years to four digits, which is what
// JSON and SQL can write, and Kafka Connect's Time to one day, as its description says; the reference takes 24:00:00 too, and
// any year.
func (c *conversion) temporal(s *Schema, v int64) (any, *record.Refusal) {
	var t time.Time
	switch s.Logical {
	case TimeMillis:
		if v < 0 || v > millisPerDay || c.strict && v == millisPerDay {
			return nil, refuse(OutOfRange, "expected 0 to 86399999 milliseconds")
		}
		return duration(v, 3), nil
	case DebeziumTime:
		return duration(v, 3), nil
	case DebeziumMicroTime:
		return duration(v, 6), nil
	case DebeziumNanoTime:
		return duration(v, 9), nil
	case Date, DebeziumDate:
		t = time.UnixMilli(v * millisPerDay)
	case DebeziumMicros:
		t = time.UnixMicro(v)
	case DebeziumNanos:
		t = time.Unix(0, v)
	default:
		t = time.UnixMilli(v)
	}
	t = t.UTC()
	if y := t.Year(); c.strict && (y < 0 || y > 9999) {
		return nil, refuse(OutOfRange, "expected a year from 0 to 9999")
	}
	return t, nil
}

// duration writes a number of units of 10^-digits seconds as 15:04:05, with a fraction of that many digits unless it is zero.
// What is not within one day is a signed duration, as MariaDB's TIME is: -01:00:00, 838:59:59. Only the column knows its ends.
func duration(v int64, digits int) string {
	unit := uint64(1)
	for range digits {
		unit *= 10
	}
	var scratch [40]byte
	b := scratch[:0]
	rest := uint64(v)
	if v < 0 {
		b = append(b, '-')
		rest = -rest
	}
	seconds, fraction := rest/unit, rest%unit
	b = append(appendTwo(b, seconds/3600), ':')
	b = append(appendTwo(b, seconds/60%60), ':')
	b = appendTwo(b, seconds%60)
	if fraction != 0 {
		b = append(b, '.')
		for unit /= 10; unit > 0; unit /= 10 {
			b = append(b, '0'+byte(fraction/unit%10))
		}
	}
	return string(b)
}

func appendTwo(b []byte, v uint64) []byte {
	if v < 10 {
		b = append(b, '0')
	}
	return strconv.AppendUint(b, v, 10)
}

// zoned reads Debezium's ZonedTimestamp. compat leaves text that is no timestamp as it is, since to the reference it is
// but text.
func (c *conversion) zoned(text string) (any, *record.Refusal) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err == nil {
		return t.UTC(), nil
	}
	if c.strict {
		return nil, refuse(OutOfRange, "expected a timestamp such as 2026-01-31T10:20:30.123456Z")
	}
	return text, nil
}
