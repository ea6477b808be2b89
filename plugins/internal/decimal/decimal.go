// Package decimal computes with exact decimals. It never rounds: an inexact result is an
// error. Decimal libraries have contexts, rounding and NaN, which amounts of money must
// not have.
package decimal

import (
	"cmp"
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// limit is how many zeros Rescale appends, and how many bytes FromBytes reads. Columns and
// schemas are far below. Without the limit, a short exponent would become gigabytes.
const limit = 2000

// The errors of a text that is no Decimal, and of a conversion of a Decimal.
var (
	ErrSyntax  = errors.New("no decimal number")
	ErrTooWide = errors.New("too many digits")
	ErrInexact = errors.New("too many digits behind the point")
)

// Decimal is the exact number unscaled / 10^scale. The zero value is 0.
type Decimal struct {
	small int64  // the unscaled value while wide is empty
	wide  string // the unscaled value if it exceeds int64; most values are only copied
	scale int64  // digits after the point; negative: zeros before the point
}

// FromInt returns an integer at scale 0.
func FromInt(v int64) Decimal { return Decimal{small: v} }

// FromBytes reads an unscaled integer, big-endian and in two's complement. The error for
// more than 2,000 bytes is ErrTooWide.
func FromBytes(unscaled []byte, scale int64) (Decimal, error) {
	var sign int64 // of the bits before the first byte
	if len(unscaled) > 0 {
		sign = int64(int8(unscaled[0])) >> 7
	}
	for len(unscaled) > 8 && unscaled[0] == byte(sign) && int8(unscaled[1])>>7 == int8(sign) {
		unscaled = unscaled[1:]
	}
	switch {
	case len(unscaled) <= 8:
		for _, b := range unscaled {
			sign = sign<<8 | int64(b)
		}
		return Decimal{small: sign, scale: scale}, nil
	case len(unscaled) > limit:
		return Decimal{}, ErrTooWide
	}
	v := new(big.Int).Lsh(big.NewInt(sign), uint(8*len(unscaled)))
	return fromText(v.Add(v, new(big.Int).SetBytes(unscaled)).String(), scale), nil
}

// fromText reads an integer without leading zeros; "" is 0.
func fromText(unscaled string, scale int64) Decimal {
	if len(unscaled) <= len("-9223372036854775808") {
		if v, err := strconv.ParseInt(unscaled, 10, 64); err == nil {
			return Decimal{small: v, scale: scale}
		}
	}
	return Decimal{wide: unscaled, scale: scale}
}

func (d Decimal) unscaled() string {
	if d.wide == "" {
		return strconv.FormatInt(d.small, 10)
	}
	return d.wide
}

// Scale returns the number of digits after the point. It is negative for the zeros that a
// positive exponent adds before the point.
func (d Decimal) Scale() int64 {
	if d.Sign() == 0 {
		return max(d.scale, 0)
	}
	return d.scale
}

// Sign returns -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.wide == "":
		return cmp.Compare(d.small, 0)
	case d.wide[0] == '-':
		return -1
	}
	return 1
}

// Precision returns the number of digits of the unscaled value, 0 for zero.
func (d Decimal) Precision() int {
	if d.wide != "" {
		return len(strings.TrimPrefix(d.wide, "-"))
	}
	v, n := magnitude(d.small), 0
	for n < len(powers) && v >= powers[n] {
		n++
	}
	return n
}

// powers has the powers of ten that fit into an int64.
var powers = [...]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// Mul returns the product with an integer. It keeps the scale.
func (d Decimal) Mul(factor int64) Decimal {
	if d.wide == "" {
		high, low := bits.Mul64(magnitude(d.small), magnitude(factor))
		if high == 0 && low <= math.MaxInt64 {
			return Decimal{small: d.small * factor, scale: d.scale}
		}
	}
	v, _ := new(big.Int).SetString(d.unscaled(), 10)
	return fromText(v.Mul(v, big.NewInt(factor)).String(), d.scale)
}

// Cmp compares two decimals by value and returns -1, 0 or 1. The scales may differ.
func (d Decimal) Cmp(other Decimal) int {
	if d.scale == other.scale && d.wide == "" && other.wide == "" {
		return cmp.Compare(d.small, other.small)
	}
	// The position of the first digit decides first: 1e999999999 at scale 0 would fill
	// the memory.
	sign := d.Sign()
	place, otherPlace := int64(d.Precision())-d.scale, int64(other.Precision())-other.scale
	order := cmp.Or(cmp.Compare(sign, other.Sign()), sign*cmp.Compare(place, otherPlace))
	if order != 0 || sign == 0 {
		return order
	}
	scale := max(d.scale, other.scale)
	d, other = d.withZeros(scale-d.scale), other.withZeros(scale-other.scale)
	if d.wide == "" && other.wide == "" {
		return cmp.Compare(d.small, other.small)
	}
	return sign * strings.Compare(d.unscaled(), other.unscaled()) // of the same length
}

// withZeros appends zeros after the point.
func (d Decimal) withZeros(zeros int64) Decimal {
	scale := d.scale + zeros
	if d.wide != "" || zeros >= int64(len(powers)) {
		return fromText(d.unscaled()+strings.Repeat("0", int(zeros)), scale)
	}
	d = d.Mul(int64(powers[zeros]))
	d.scale = scale
	return d
}

// Rescale returns the same number with another scale. The error is ErrInexact if it would
// remove a digit other than zero, and ErrTooWide for more than 2,000 additional zeros.
func (d Decimal) Rescale(scale int64) (Decimal, error) {
	zeros := scale - d.scale
	switch {
	case zeros == 0 || d.Sign() == 0:
		d.scale = scale
		return d, nil
	case zeros > limit:
		return Decimal{}, ErrTooWide
	case zeros > 0:
		return d.withZeros(zeros), nil
	}
	d, exact := d.cut(-zeros)
	if !exact {
		return Decimal{}, ErrInexact
	}
	return d, nil
}

// cut removes digits at the end. exact reports whether they were zeros.
func (d Decimal) cut(digits int64) (left Decimal, exact bool) {
	scale := d.scale - digits
	switch {
	case digits >= int64(d.Precision()):
		return Decimal{scale: scale}, d.Sign() == 0
	case d.wide == "":
		power := int64(powers[digits])
		return Decimal{small: d.small / power, scale: scale}, d.small%power == 0
	}
	kept := len(d.wide) - int(digits)
	return fromText(d.wide[:kept], scale), strings.Trim(d.wide[kept:], "0") == ""
}

// Reduce returns the same number without zeros at the end: the same for 12.00 and 12e0.
func (d Decimal) Reduce() Decimal {
	d, _ = d.cut(int64(len(d.wide) - len(strings.TrimRight(d.wide, "0"))))
	if d.wide == "" && d.small == 0 {
		return Decimal{}
	}
	for d.wide == "" && d.small%10 == 0 {
		d.small, d.scale = d.small/10, d.scale-1
	}
	return d
}

// Int64 returns the number as an integer of 64 bits. The error is ErrInexact or ErrTooWide.
func (d Decimal) Int64() (int64, error) {
	d, err := d.Rescale(0)
	if d.wide != "" {
		err = ErrTooWide
	}
	return d.small, err
}

// LowBits returns the low 64 bits of the number without its fraction, like Java's
// BigDecimal.longValue.
func (d Decimal) LowBits() int64 {
	if d.scale > 0 {
		d, _ = d.cut(d.scale)
	}
	v, sign := d.small, int64(d.Sign())
	for _, digit := range []byte(strings.TrimPrefix(d.wide, "-")) {
		v = v*10 + sign*int64(digit-'0')
	}
	for range min(-d.scale, 64) { // 10^64 is a multiple of 2^64
		v *= 10
	}
	return v
}

// Float64 returns the nearest float64, or an error if the number is too large.
func (d Decimal) Float64() (float64, error) {
	return strconv.ParseFloat(d.unscaled()+"e"+strconv.FormatInt(-d.scale, 10), 64)
}
