package connectjson

import (
	"bytes"
	"math"
	"strconv"
)

// parts are a JSON number's digits as written: whole and frac around the point, exp the exponent. Leading zeros are gone.
type parts struct {
	negative    bool
	whole, frac []byte
	exp         int64
}

func split(b []byte) parts {
	var p parts
	if b[0] == '-' {
		p.negative = true
		b = b[1:]
	}
	if i := bytes.IndexAny(b, "eE"); i >= 0 {
		e := b[i+1:]
		negative := e[0] == '-'
		if negative || e[0] == '+' {
			e = e[1:]
		}
		p.exp = exponent(bytes.TrimLeft(e, "0"), negative)
		b = b[:i]
	}
	if i := bytes.IndexByte(b, '.'); i >= 0 {
		p.frac = b[i+1:]
		b = b[:i]
	}
	p.whole = bytes.TrimLeft(b, "0")
	return p
}

// digits gives all digits, without leading zeros, and the scale that belongs to them: value = digits * 10^-scale.
func (p parts) digits() (digits []byte, scale int64) {
	digits = p.whole
	if len(p.frac) > 0 {
		digits = append(append(make([]byte, 0, len(p.whole)+len(p.frac)), p.whole...), p.frac...)
	}
	return bytes.TrimLeft(digits, "0"), int64(len(p.frac)) - p.exp
}

// wrapped is java.lang.Number's longValue of an integer or a decimal of any size: the fraction is cut off and the low 64
// bits remain. Ten to the 64th is a multiple of two to the 64th, which bounds the loop whatever the exponent.
func wrapped(b []byte) int64 {
	p := split(b)
	digits, scale := p.digits()
	if scale > 0 {
		if scale >= int64(len(digits)) {
			return 0
		}
		digits = digits[:int64(len(digits))-scale]
	}
	var v uint64
	for _, c := range digits {
		v = v*10 + uint64(c-'0')
	}
	if scale <= -64 {
		return 0
	}
	for ; scale < 0; scale++ {
		v *= 10
	}
	if p.negative {
		v = -v
	}
	return int64(v)
}

// exactness says how well a number fits an integer type.
type exactness uint8

const (
	exact exactness = iota
	fractional
	tooLarge
)

// exactInt is the number as an integer, if it is one of 64 bits: 12, 12.0 and 1.2e1 alike.
func exactInt(k kind, b []byte) (int64, exactness) {
	if k == kindInt && len(b) <= 18 {
		negative := b[0] == '-'
		if negative {
			b = b[1:]
		}
		var v int64
		for _, c := range b {
			v = v*10 + int64(c-'0')
		}
		if negative {
			v = -v
		}
		return v, exact
	}
	p := split(b)
	digits, scale := p.digits()
	if len(digits) == 0 {
		return 0, exact
	}
	if scale > 0 {
		trimmed := bytes.TrimRight(digits, "0")
		if int64(len(digits)-len(trimmed)) < scale {
			return 0, fractional
		}
		digits, scale = digits[:int64(len(digits))-scale], 0
	}
	if int64(len(digits))-scale > 19 {
		return 0, tooLarge
	}
	var v uint64 // 19 digits fit
	for _, c := range digits {
		v = v*10 + uint64(c-'0')
	}
	for ; scale < 0; scale++ {
		v *= 10
	}
	switch {
	case p.negative && v <= 1<<63:
		return -int64(v), exact
	case !p.negative && v <= math.MaxInt64:
		return int64(v), exact
	}
	return 0, tooLarge
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
