package convert

import (
	"math"
	"strings"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func (c *Converter) logical(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	r := c.javaCast(s)
	if r != nil {
		return nil, r
	}
	var units int64
	switch {
	case s.Logical == schema.Decimal:
		return c.decimal(s, n)
	case s.Logical == schema.ZonedTime:
		return c.zoned(s, n)
	case s.Logical == schema.Bits:
		return c.bits(s, n)
	case s.Logical == schema.VariableDecimal:
		return c.variableDecimal(s, n)
	case s.IsConnect:
		units, r = c.units(s, n)
	default:
		units, r = c.integer(s, n)
	}
	if r != nil {
		return nil, r
	}
	return logical.Temporal(s, units, c.Strict)
}

// units is the number of a Date, Time or Timestamp, which the reference wants to be an
// integer without a fraction or an exponent.
func (c *Converter) units(s *schema.Schema, n jackson.Node) (int64, *record.Refusal) {
	name := s.Name[strings.LastIndexByte(s.Name, '.')+1:]
	switch k := c.Kind(n); {
	case k == jackson.Float:
		return 0, refusal.New(refusal.TypeMismatch, "expected "+name+", got a number with a fraction or an exponent")
	case k != jackson.Int:
		return 0, refusal.New(refusal.TypeMismatch, "expected "+name+", got "+k.String())
	}
	isTimestamp := s.Logical == schema.Timestamp
	if isTimestamp && !c.Strict {
		return c.number(n).LowBits(), nil
	}
	v, err := c.number(n).Int64()
	if err != nil || !isTimestamp && (v < math.MinInt32 || v > math.MaxInt32) {
		return 0, refusal.New(refusal.OutOfRange, "expected "+name+", got a number beyond it")
	}
	return v, nil
}

// zoned reads Debezium's ZonedTimestamp. compat leaves a text that is no timestamp as it
// is, since a ZonedTimestamp is only text to the reference.
func (c *Converter) zoned(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	if k := c.Kind(n); k != jackson.String {
		return c.noText(s, k)
	}
	text, r := c.text(n)
	if r != nil {
		return nil, r
	}
	t, r := logical.Zoned(text.(string))
	switch {
	case r == nil:
		return t, nil
	case c.Strict:
		return nil, r
	}
	return text, nil
}
