package convert

import (
	"errors"
	"math"
	"strconv"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func (c *Converter) integer(s *schema.Schema, n jackson.Node) (int64, *record.Refusal) {
	shift := 64 - uint(8)<<s.Type // the types begin with int8, int16, int32 and int64
	if !c.Strict {
		return c.javaInteger(n, shift), nil
	}
	k := c.Kind(n)
	if !k.IsNumber() {
		return 0, mismatch(s, k)
	}
	v, err := c.int64(n)
	switch {
	case errors.Is(err, decimal.ErrInexact):
		return 0, refusal.New(refusal.TypeMismatch, "expected "+s.Type.String()+", got a number with a fraction")
	case err != nil, v<<shift>>shift != v:
		return 0, refusal.New(refusal.OutOfRange, "expected "+s.Type.String()+", got a number beyond it")
	}
	return v, nil
}

// int64 returns a number as an int64. The error is that of [decimal.Decimal.Int64].
func (c *Converter) int64(n jackson.Node) (int64, error) {
	const most = 19 // digits, which an uint64 holds
	if digits := c.Bytes(n); c.Kind(n) == jackson.Int && len(digits) <= most && digits[0] != '-' {
		var v uint64
		for _, digit := range digits {
			v = v*10 + uint64(digit-'0')
		}
		if v <= math.MaxInt64 {
			return int64(v), nil // as nearly always
		}
	}
	return c.number(n).Int64()
}

// number returns a number exactly.
func (c *Converter) number(n jackson.Node) decimal.Decimal {
	d, _ := decimal.Parse(c.Bytes(n)) // no error: the scanner took the number
	return d
}

func (c *Converter) float(s *schema.Schema, n jackson.Node, bits int) (any, *record.Refusal) {
	if k := c.Kind(n); !k.IsNumber() {
		if c.Strict {
			return nil, mismatch(s, k)
		}
		return float64(0), nil
	}
	v, fits := c.floatOf(n, bits)
	if !fits && c.Strict {
		return nil, refusal.New(refusal.OutOfRange, "expected "+s.Type.String()+", got a number beyond it")
	}
	return v, nil
}

// floatOf is the number as a float (32 bits) or a double (64 bits), and whether the
// number is within that type. Java goes through a BigDecimal, which has no minus zero.
func (c *Converter) floatOf(n jackson.Node, bits int) (v float64, fits bool) {
	v, err := strconv.ParseFloat(string(c.Bytes(n)), bits)
	if bits == 32 {
		v = logical.Float32(float32(v))
	}
	if v == 0 && c.number(n).Sign() == 0 {
		v = 0
	}
	return v, err == nil
}

// decimal converts a Decimal, which is a number or the base64 of the unscaled integer.
// The reference takes a number at any scale; strict brings it to the schema's scale.
func (c *Converter) decimal(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	var d decimal.Decimal
	var err error
	switch k := c.Kind(n); k {
	case jackson.Int, jackson.Float:
		if d = c.number(n); c.Strict {
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
	if err != nil {
		return nil, refusal.New(refusal.OutOfRange, "expected a Decimal of at most 2000 characters, got a longer one")
	}
	text, r := logical.DecimalValue(s, d, c.Strict)
	if r != nil {
		return nil, r
	}
	// A few bytes with a great scale are a long text: each 16 bytes of it cost as much as
	// a value.
	return text, c.spend(len(text) / 16)
}
