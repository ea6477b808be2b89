package convert

import (
	"bytes"
	"errors"
	"math"
	"strconv"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/connectjson/schema"
	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

var intBits = [...]uint{schema.Int8: 8, schema.Int16: 16, schema.Int32: 32, schema.Int64: 64}

// integer is a number of an integer type.
func (c *Converter) integer(s *schema.Schema, n jackson.Node) (int64, *record.Refusal) {
	bits := intBits[s.Type]
	if !c.Strict {
		return c.javaInteger(n, bits), nil
	}
	if k := c.Kind(n); !k.IsNumber() {
		return 0, mismatch(s, k)
	}
	v, err := exactInt(c.Bytes(n))
	shift := 64 - bits
	switch {
	case errors.Is(err, decimal.ErrInexact):
		return 0, refusal.New(refusal.TypeMismatch, "expected "+s.Type.String()+", got a number with a fraction")
	case err != nil, v<<shift>>shift != v:
		return 0, refusal.New(refusal.OutOfRange, "expected "+s.Type.String()+", got a number beyond it")
	}
	return v, nil
}

// exactInt is the number as an integer, if it is an integer of 64 bits: 12, 12.0 and
// 1.2e1 alike. The error is decimal.ErrInexact or decimal.ErrTooWide.
func exactInt(number []byte) (int64, error) {
	d, _ := decimal.Parse(number) // no error: the scanner took the number
	return d.Int64()
}

// float is a number of type float or double.
func (c *Converter) float(s *schema.Schema, n jackson.Node, bits int) (any, *record.Refusal) {
	if k := c.Kind(n); !k.IsNumber() {
		if c.Strict {
			return nil, mismatch(s, k)
		}
		return float64(0), nil
	}
	v, fits := floatOf(c.Bytes(n), bits)
	if !fits && c.Strict {
		return nil, refusal.New(refusal.OutOfRange, "expected "+s.Type.String()+", got a number beyond it")
	}
	return v, nil
}

// floatOf is the number as a float (32 bits) or a double (64 bits), and whether the
// number is within that type. Java goes through a BigDecimal, which has no minus zero.
func floatOf(number []byte, bits int) (v float64, fits bool) {
	v, err := strconv.ParseFloat(string(number), bits)
	switch {
	case v == 0 && isZero(number):
		v = 0
	case v == 0 && number[0] == '-':
		v = math.Copysign(0, -1)
	case bits == 32:
		v = shortest(float32(v))
	}
	return v, err == nil
}

// shortest is the float64 nearest to the shortest decimal that identifies f: 0.1, where
// float64(f) is 0.10000000149011612. A JDBC sink stores that decimal, too. Nothing is
// lost: the shortest decimal of the result is the shortest decimal of f, for every
// float32. float32(shortest(f)) is not f for 7.038531e-26, since that rounds twice: only
// the decimal leads back to f.
func shortest(f float32) float64 {
	var scratch [32]byte
	text := strconv.AppendFloat(scratch[:0], float64(f), 'g', -1, 32)
	v, _ := strconv.ParseFloat(string(text), 64) // no error: the text is Go's own
	return v
}

func isZero(number []byte) bool {
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		number = number[:i]
	}
	return !bytes.ContainsAny(number, "123456789")
}
