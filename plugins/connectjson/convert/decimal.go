package convert

import (
	"errors"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/connectjson/schema"
	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// maxDecimalText is the greatest length of a decimal in characters. Java has no such
// limit: an exponent or a scale of two billion would make gigabytes of zeros. No database
// has a decimal that comes near.
const maxDecimalText = 2000

// decimal converts a Decimal, which is a number or the base64 of the unscaled integer.
// The reference takes a number at any scale; strict brings it to the schema's scale.
func (c *Converter) decimal(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	var d decimal.Decimal
	var err error
	switch k := c.Kind(n); k {
	case jackson.Int, jackson.Float:
		d, err = decimal.Parse(c.Bytes(n))
		if err == nil && c.Strict {
			d, err = d.Rescale(s.Scale)
		}
		if errors.Is(err, decimal.ErrInexact) {
			return nil, refusal.New(refusal.OutOfRange, "expected a Decimal of the schema's scale, got more digits")
		}
	case jackson.String:
		if !s.HasScale {
			return nil, refusal.New(refusal.BadSchema, "the Decimal's schema has no scale")
		}
		unscaled, valid := c.Base64(n)
		if !valid || len(unscaled) == 0 {
			return nil, refusal.New(refusal.TypeMismatch, "expected a Decimal, got text that is not base64 of an integer")
		}
		d, err = decimal.FromBytes(unscaled, s.Scale)
	default:
		return nil, refusal.New(refusal.TypeMismatch, "expected Decimal, got "+k.String())
	}
	digits := int64(d.Precision())
	if err != nil || digits-min(d.Scale(), 0) > maxDecimalText-2 || d.Scale() > maxDecimalText-3 {
		return nil, refusal.New(refusal.OutOfRange, "expected a Decimal of at most 2000 characters, got a longer one")
	}
	if c.Strict && s.Precision > 0 && digits > int64(s.Precision) {
		return nil, refusal.New(refusal.OutOfRange, "expected a Decimal of the schema's precision, got more digits")
	}
	text := d.String()
	// A few bytes with a great scale are a long text: each 16 bytes of it cost as much as
	// a value.
	if r := c.spend(len(text) / 16); r != nil {
		return nil, r
	}
	return text, nil
}
