package logical

import (
	"strconv"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Temporal turns a number of a logical type's units into the type's value. strict wants a
// year of four digits, which JSON and SQL can write, and a Time of Kafka Connect within
// one day, as its description says. The converters of Kafka Connect take 24:00:00, too,
// and any year.
func Temporal(s *schema.Schema, v int64, strict bool) (any, *record.Refusal) {
	if s.Logical == schema.Time {
		if s.IsConnect && (v < 0 || v > millisPerDay || strict && v == millisPerDay) {
			return nil, refusal.New(refusal.OutOfRange, "expected 0 to 86399999 milliseconds")
		}
		return Duration(v, s.Unit), nil
	}
	t := Instant(v, s.Unit)
	if y := t.Year(); strict && (y < 0 || y > 9999) {
		return nil, refusal.New(refusal.OutOfRange, "expected a year from 0 to 9999")
	}
	return t, nil
}

// Zoned returns the time of Debezium's ZonedTimestamp, in UTC.
func Zoned(text string) (time.Time, *record.Refusal) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, refusal.New(refusal.OutOfRange, "expected a timestamp such as 2026-01-31T10:20:30.123456Z")
	}
	return t.UTC(), nil
}

// DecimalValue returns a Decimal in plain digits. strict refuses a Decimal with more digits
// than its schema's precision.
func DecimalValue(s *schema.Schema, d decimal.Decimal, strict bool) (string, *record.Refusal) {
	text, fits := DecimalText(d)
	switch {
	case !fits:
		return "", refusal.New(refusal.OutOfRange, "expected a Decimal of at most 2000 characters, got a longer one")
	case strict && s.Precision > 0 && d.Precision() > s.Precision:
		return "", refusal.New(refusal.OutOfRange, "expected a Decimal of the schema's precision, got more digits")
	}
	return text, nil
}

// Float32 returns the float64 nearest to the shortest decimal that identifies f: 0.1, where
// float64(f) is 0.10000000149011612. A JDBC sink stores that decimal, too. Nothing is
// lost: the shortest decimal of the result is the shortest decimal of f, for every
// float32. float32(Float32(f)) is not f for 7.038531e-26, since that rounds twice: only
// the decimal leads back to f.
func Float32(f float32) float64 {
	var scratch [32]byte
	text := strconv.AppendFloat(scratch[:0], float64(f), 'g', -1, 32)
	v, _ := strconv.ParseFloat(string(text), 64) // no error: the text is Go's own
	return v
}
