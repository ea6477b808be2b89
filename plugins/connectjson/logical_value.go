package connectjson

import (
	"errors"
	"math"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// logical converts a value of a logical type.
func (c *conversion) logical(s *Schema, n int32, within bool) (any, *record.Refusal) {
	if within && s.Logical.connect() && s.Type >= Array { // Java casts the date or the decimal to a container
		return nil, refuse(BadSchema, "a logical type cannot stand on "+s.Type.String())
	}
	k := c.nodes[n].kind
	switch s.Logical {
	case Decimal:
		return c.decimal(s, n)
	case DebeziumZonedTime:
		if k != kindString {
			return c.silentNull(s, k, within)
		}
		v, r := c.checkedString(n)
		if r != nil {
			return nil, r
		}
		return c.zoned(v.(string))
	case Date, TimeMillis, TimestampMillis:
		v, r := c.units(s, n)
		if r != nil {
			return nil, r
		}
		return c.temporal(s, v)
	default:
		v, r := c.integer(s, n)
		if r != nil {
			return nil, r
		}
		return c.temporal(s, v)
	}
}

// units is the number of a Date, Time or Timestamp, which the reference wants to be written as an integer.
func (c *conversion) units(s *Schema, n int32) (int64, *record.Refusal) {
	k := c.nodes[n].kind
	if k == kindFloat {
		return 0, refuse(TypeMismatch, "expected "+shortName(s)+", got a number with a fraction or an exponent")
	}
	if k != kindInt {
		return 0, refuse(TypeMismatch, "expected "+shortName(s)+", got "+k.String())
	}
	if s.Logical == TimestampMillis && !c.strict {
		return wrapped(c.number(n)), nil
	}
	v, err := exactInt(c.number(n))
	if err != nil || s.Logical != TimestampMillis && (v < math.MinInt32 || v > math.MaxInt32) {
		return 0, refuse(OutOfRange, "expected "+shortName(s)+", got a number beyond it")
	}
	return v, nil
}

func shortName(s *Schema) string { return s.Name[strings.LastIndexByte(s.Name, '.')+1:] }

// maxDecimalText is a bound that Java does not have, in characters: an exponent or a scale
// of two billion would be written out as gigabytes of zeros. No database has a decimal
// that comes near.
const maxDecimalText = 2000

// decimal converts a Decimal, written as a number or as base64 of the unscaled integer. The reference takes a number at
// whatever scale it has; strict brings it to the schema's.
func (c *conversion) decimal(s *Schema, n int32) (any, *record.Refusal) {
	var d decimal.Decimal
	var err error
	switch k := c.nodes[n].kind; k {
	case kindInt, kindFloat:
		d, err = decimal.Parse(c.number(n))
		if err == nil && c.strict {
			d, err = d.Rescale(s.Scale)
		}
		if errors.Is(err, decimal.ErrInexact) {
			return nil, refuse(OutOfRange, "expected a Decimal of the schema's scale, got more digits")
		}
	case kindString:
		if !s.HasScale {
			return nil, refuse(BadSchema, "the Decimal's schema has no scale")
		}
		unscaled, valid := decodeBase64(c.textBytes(n))
		if !valid || len(unscaled) == 0 {
			return nil, refuse(TypeMismatch, "expected a Decimal, got text that is not base64 of an integer")
		}
		d, err = decimal.FromBytes(unscaled, s.Scale)
	default:
		return nil, refuse(TypeMismatch, "expected Decimal, got "+k.String())
	}
	digits := int64(d.Precision())
	if err != nil || digits-min(d.Scale(), 0) > maxDecimalText-2 || d.Scale() > maxDecimalText-3 {
		return nil, refuse(OutOfRange, "expected a Decimal of at most 2000 characters, got a longer one")
	}
	if c.strict && s.Precision > 0 && digits > int64(s.Precision) {
		return nil, refuse(OutOfRange, "expected a Decimal of the schema's precision, got more digits")
	}
	text := d.String()
	// A few bytes with a great scale are a long text: each 16 bytes of it cost as much as a value.
	if r := c.spend(len(text) / 16); r != nil {
		return nil, r
	}
	return text, nil
}
