package convert

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/connectjson/schema"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// logical converts a value of a logical type.
func (c *Converter) logical(s *schema.Schema, n jackson.Node) (v any, r *record.Refusal) {
	if r = c.javaCast(s); r != nil {
		return nil, r
	}
	var units int64
	switch s.Logical {
	case schema.Decimal:
		return c.decimal(s, n)
	case schema.DebeziumZonedTime:
		if k := c.Kind(n); k != jackson.String {
			return c.noText(s, k)
		}
		if v, r = c.text(n); r != nil {
			return nil, r
		}
		return c.zoned(v.(string))
	case schema.Date, schema.TimeMillis, schema.TimestampMillis:
		units, r = c.units(s, n)
	default:
		units, r = c.integer(s, n)
	}
	if r != nil {
		return nil, r
	}
	return c.temporal(s, units)
}

// units is the number of a Date, Time or Timestamp, which the reference wants to be an
// integer without a fraction or an exponent.
func (c *Converter) units(s *schema.Schema, n jackson.Node) (int64, *record.Refusal) {
	name := s.Name[strings.LastIndexByte(s.Name, '.')+1:]
	k := c.Kind(n)
	if k == jackson.Float {
		return 0, refusal.New(refusal.TypeMismatch, "expected "+name+", got a number with a fraction or an exponent")
	}
	if k != jackson.Int {
		return 0, refusal.New(refusal.TypeMismatch, "expected "+name+", got "+k.String())
	}
	isTimestamp := s.Logical == schema.TimestampMillis
	if isTimestamp && !c.Strict {
		return javaLong(c.Bytes(n)), nil
	}
	v, err := exactInt(c.Bytes(n))
	if err != nil || !isTimestamp && (v < math.MinInt32 || v > math.MaxInt32) {
		return 0, refusal.New(refusal.OutOfRange, "expected "+name+", got a number beyond it")
	}
	return v, nil
}

const millisPerDay = 24 * 60 * 60 * 1000

// temporal turns a number of a logical type's units into the type's value. strict wants a
// year of four digits, which JSON and SQL can write, and a Time of Kafka Connect within
// one day, as its description says. The reference takes 24:00:00, too, and any year.
func (c *Converter) temporal(s *schema.Schema, v int64) (any, *record.Refusal) {
	var t time.Time
	switch s.Logical {
	case schema.TimeMillis:
		if v < 0 || v > millisPerDay || c.Strict && v == millisPerDay {
			return nil, refusal.New(refusal.OutOfRange, "expected 0 to 86399999 milliseconds")
		}
		return duration(v, 3), nil
	case schema.DebeziumTime:
		return duration(v, 3), nil
	case schema.DebeziumMicroTime:
		return duration(v, 6), nil
	case schema.DebeziumNanoTime:
		return duration(v, 9), nil
	case schema.Date, schema.DebeziumDate:
		t = time.UnixMilli(v * millisPerDay)
	case schema.DebeziumMicros:
		t = time.UnixMicro(v)
	case schema.DebeziumNanos:
		t = time.Unix(0, v)
	default:
		t = time.UnixMilli(v)
	}
	t = t.UTC()
	if y := t.Year(); c.Strict && (y < 0 || y > 9999) {
		return nil, refusal.New(refusal.OutOfRange, "expected a year from 0 to 9999")
	}
	return t, nil
}

// duration writes a number of units of 10^-digits seconds as 15:04:05, with a fraction of
// that many digits unless the fraction is zero. A number that is not within one day is a
// signed duration, as MariaDB's TIME is: -01:00:00, 838:59:59. Only the column knows its
// range.
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

// zoned reads Debezium's ZonedTimestamp. compat leaves a text that is no timestamp as it
// is, since a ZonedTimestamp is only text to the reference.
func (c *Converter) zoned(text string) (any, *record.Refusal) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err == nil {
		return t.UTC(), nil
	}
	if c.Strict {
		return nil, refusal.New(refusal.OutOfRange, "expected a timestamp such as 2026-01-31T10:20:30.123456Z")
	}
	return text, nil
}
