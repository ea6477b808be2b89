package schema

import (
	"math"
	"unicode"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Logical is the meaning that the name of a schema gives its base type.
type Logical uint8

// The logical types: Kafka Connect's own four, and Debezium's temporal ones, each with
// the unit of its number.
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

// IsConnect says whether the type is one of Kafka Connect's own. The reference converts
// such a type on any base type.
func (l Logical) IsConnect() bool { return l >= Decimal && l <= TimestampMillis }

// parseLogical reads what the name and the parameters of a schema say about its values.
func (p *Parser) parseLogical(s *Schema, n jackson.Node) *record.Refusal {
	l, known := logicalNames[s.Name]
	switch {
	case !known:
	case l.base == s.Type || l.logical.IsConnect() && !p.Strict:
		s.Logical = l.logical
	case l.logical.IsConnect():
		return refusal.New(refusal.BadSchema, "expected "+l.base.String()+" for this logical type, got "+s.Type.String()).At(memberType)
	}
	if at := p.Member(n, memberParameters); at != 0 && p.Kind(at) == jackson.Object {
		if r := p.parseParameters(s, at); r != nil {
			return r.At(memberParameters)
		}
	}
	if p.Strict && s.Logical == Decimal && !s.HasScale {
		return refusal.New(refusal.BadSchema, "expected the Decimal's scale as text").At(parameterScale).At(memberParameters)
	}
	return nil
}

func (p *Parser) parseParameters(s *Schema, n jackson.Node) *record.Refusal {
	for _, m := range p.Members(n) {
		if k := p.Kind(m.Value); k != jackson.String {
			return refusal.New(refusal.BadSchema, "expected string, got "+k.String()).At(refusal.Name(m.Name))
		}
	}
	if scale := p.Member(n, parameterScale); scale != 0 {
		s.Scale, s.HasScale = parseInt(p.Text(scale))
	}
	if precision := p.Member(n, parameterPrecision); precision != 0 && s.Logical == Decimal {
		if digits, ok := parseInt(p.Text(precision)); ok && digits > 0 {
			s.Precision = int(digits)
		}
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
