package connectjson

import (
	"math"
	"strings"

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
	v, e := exactInt(k, c.number(n))
	if e != exact || s.Logical != TimestampMillis && (v < math.MinInt32 || v > math.MaxInt32) {
		return 0, refuse(OutOfRange, "expected "+shortName(s)+", got a number beyond it")
	}
	return v, nil
}

func shortName(s *Schema) string { return s.Name[strings.LastIndexByte(s.Name, '.')+1:] }

// decimal converts a Decimal, written as a number or as base64 of the unscaled integer. The reference takes a number at
// whatever scale it has; strict brings it to the schema's.
func (c *conversion) decimal(s *Schema, n int32) (any, *record.Refusal) {
	var text string
	var precision int
	var ok bool
	switch k := c.nodes[n].kind; k {
	case kindInt, kindFloat:
		if !c.strict {
			text, ok = plainNumber(c.number(n))
			break
		}
		var e exactness
		text, precision, e = numberAtScale(c.number(n), s.Scale)
		if e == fractional {
			return nil, refuse(OutOfRange, "expected a Decimal of the schema's scale, got more digits")
		}
		ok = e == exact
	case kindString:
		if !s.HasScale {
			return nil, refuse(BadSchema, "the Decimal's schema has no scale")
		}
		unscaled, valid := decodeBase64(c.textBytes(n))
		if !valid || len(unscaled) == 0 {
			return nil, refuse(TypeMismatch, "expected a Decimal, got text that is not base64 of an integer")
		}
		text, precision, ok = plainUnscaled(unscaled, s.Scale)
	default:
		return nil, refuse(TypeMismatch, "expected Decimal, got "+k.String())
	}
	if !ok {
		return nil, refuse(OutOfRange, "expected a Decimal of at most 2000 characters, got a longer one")
	}
	if c.strict && s.Precision > 0 && precision > s.Precision {
		return nil, refuse(OutOfRange, "expected a Decimal of the schema's precision, got more digits")
	}
	// A few bytes with a great scale are a long text: each 16 bytes of it cost as much as a value.
	if r := c.spend(len(text) / 16); r != nil {
		return nil, r
	}
	return text, nil
}
