package connectjson

import (
	"bytes"
	"math"
	"strconv"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
)

// wrapped is java.lang.Number's longValue of an integer or a decimal of any size: the
// fraction is cut off and the low 64 bits remain.
func wrapped(b []byte) int64 {
	d, _ := decimal.Parse(b) // no error: the scanner took the number
	return d.LowBits()
}

// exactInt is the number as an integer, if it is one of 64 bits: 12, 12.0 and 1.2e1
// alike. The error is decimal.ErrInexact or decimal.ErrTooWide.
func exactInt(b []byte) (int64, error) {
	d, _ := decimal.Parse(b) // no error: the scanner took the number
	return d.Int64()
}

// floatOf is the number as a float (32 bits) or a double (64 bits), and whether it is within that type. A BigDecimal, through
// which Java goes, has no minus zero.
func floatOf(b []byte, bits int) (v float64, within bool) {
	v, err := strconv.ParseFloat(string(b), bits)
	switch {
	case v == 0 && isZero(b):
		v = 0
	case v == 0 && b[0] == '-':
		v = math.Copysign(0, -1)
	case bits == 32:
		v = shortest(float32(v))
	}
	return v, err == nil
}

// shortest is the float64 nearest to the shortest decimal that identifies f: 0.1, where float64(f) is 0.10000000149011612.
// A JDBC sink stores that decimal too. Nothing is lost: the shortest decimal of the result is the shortest decimal of f, for
// every float32. float32(shortest(f)) is not f for 7.038531e-26, since that rounds twice: only the decimal leads back to f.
func shortest(f float32) float64 {
	var scratch [32]byte
	v, _ := strconv.ParseFloat(string(strconv.AppendFloat(scratch[:0], float64(f), 'g', -1, 32)), 64) // no error: the text is Go's own
	return v
}

func isZero(number []byte) bool {
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		number = number[:i]
	}
	return !bytes.ContainsAny(number, "123456789")
}
