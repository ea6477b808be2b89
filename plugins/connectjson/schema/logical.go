package schema

import (
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Logical is the meaning that the name of a schema gives its base type.
type Logical uint8

// The logical types of Kafka Connect and of Debezium. Of both, some types differ in the
// unit of their number only.
const (
	Plain   Logical = iota
	Decimal         // a canonical plain string
	Date
	Time
	Timestamp
	ZonedTime // Debezium's ZonedTimestamp: ISO 8601 text
)

const day = 24 * time.Hour

type logicalName struct {
	logical   Logical
	base      Type
	unit      time.Duration
	isConnect bool
}

var logicalNames = map[string]logicalName{
	"org.apache.kafka.connect.data.Decimal":   {Decimal, Bytes, 0, true},
	"org.apache.kafka.connect.data.Date":      {Date, Int32, day, true},
	"org.apache.kafka.connect.data.Time":      {Time, Int32, time.Millisecond, true},
	"org.apache.kafka.connect.data.Timestamp": {Timestamp, Int64, time.Millisecond, true},
	"io.debezium.time.Date":                   {Date, Int32, day, false},
	"io.debezium.time.Timestamp":              {Timestamp, Int64, time.Millisecond, false},
	"io.debezium.time.MicroTimestamp":         {Timestamp, Int64, time.Microsecond, false},
	"io.debezium.time.NanoTimestamp":          {Timestamp, Int64, time.Nanosecond, false},
	"io.debezium.time.Time":                   {Time, Int32, time.Millisecond, false},
	"io.debezium.time.MicroTime":              {Time, Int64, time.Microsecond, false},
	"io.debezium.time.NanoTime":               {Time, Int64, time.Nanosecond, false},
	"io.debezium.time.ZonedTimestamp":         {ZonedTime, String, time.Nanosecond, false},
}

// parseLogical reads what the name and the parameters of a schema say about its values.
func (p *Parser) parseLogical(s *Schema, n jackson.Node) *record.Refusal {
	l, known := logicalNames[s.Name]
	switch {
	case !known:
	case l.base == s.Type || l.isConnect && !p.Strict:
		s.Logical, s.Unit, s.IsConnect = l.logical, l.unit, l.isConnect
	case l.isConnect:
		detail := "expected " + l.base.String() + " for this logical type, got " + s.Type.String()
		return refusal.New(refusal.BadSchema, detail).At(memberType)
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
func parseInt(text string) (v int64, ok bool) {
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
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
	if negative {
		v = -v
	}
	return v, text != "" && v >= math.MinInt32 && v <= math.MaxInt32
}
