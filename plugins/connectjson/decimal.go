package connectjson

import (
	"bytes"
	"math/big"
	"strconv"
)

// Bounds that Java does not have: an exponent or a scale of two billion would be written out as gigabytes of zeros. No
// database has a decimal that comes near.
const (
	maxDecimalText  = 2000 // characters of the plain form
	maxDecimalBytes = 1024 // of the unscaled integer
)

// plainNumber is java.math.BigDecimal(number).toPlainString(), the number at the scale it was written with.
func plainNumber(b []byte) (string, bool) {
	p := split(b)
	digits, scale := p.digits()
	return plain(p.negative, digits, scale)
}

// numberAtScale is the number at the schema's scale, as long as nothing but zeros is cut off.
func numberAtScale(b []byte, scale int64) (text string, precision int, e exactness) {
	p := split(b)
	digits, written := p.digits()
	switch {
	case len(digits) == 0:
	case written > scale:
		cut := written - scale
		if int64(len(digits)-len(bytes.TrimRight(digits, "0"))) < cut {
			return "", 0, fractional
		}
		digits = digits[:int64(len(digits))-cut]
	case scale-written > maxDecimalText:
		return "", 0, tooLarge
	default:
		digits = append(bytes.Clone(digits), bytes.Repeat([]byte{'0'}, int(scale-written))...)
	}
	text, ok := plain(p.negative, digits, scale)
	if !ok {
		return "", 0, tooLarge
	}
	return text, len(digits), exact
}

// plainUnscaled reads the big-endian two's complement of an unscaled integer; unscaled must not be empty.
func plainUnscaled(unscaled []byte, scale int64) (text string, precision int, ok bool) {
	for len(unscaled) > 1 && (unscaled[0] == 0 && unscaled[1] < 0x80 || unscaled[0] == 0xFF && unscaled[1] >= 0x80) {
		unscaled = unscaled[1:]
	}
	negative := unscaled[0] >= 0x80
	var scratch [24]byte
	digits := scratch[:0]
	switch {
	case len(unscaled) < 8:
		var v int64
		if negative {
			v = -1
		}
		for _, c := range unscaled {
			v = v<<8 | int64(c)
		}
		if negative {
			v = -v
		}
		digits = strconv.AppendInt(digits, v, 10)
	case len(unscaled) > maxDecimalBytes:
		return "", 0, false
	default:
		v := new(big.Int).SetBytes(unscaled)
		if negative {
			v.Sub(new(big.Int).Lsh(big.NewInt(1), uint(8*len(unscaled))), v)
		}
		digits = v.Append(digits, 10)
	}
	digits = bytes.TrimLeft(digits, "0")
	text, ok = plain(negative, digits, scale)
	return text, len(digits), ok
}

// plain writes digits * 10^-scale without an exponent; digits has no leading zeros and is empty for zero.
func plain(negative bool, digits []byte, scale int64) (string, bool) {
	if len(digits) == 0 {
		negative = false // there is no minus zero
		scale = max(scale, 0)
	}
	size := int64(len(digits)) + 2
	if scale < 0 {
		size -= scale
	} else {
		size = max(size, scale+3)
	}
	if size > maxDecimalText {
		return "", false
	}
	b := make([]byte, 0, size)
	if negative {
		b = append(b, '-')
	}
	whole := int64(len(digits)) - scale
	switch {
	case len(digits) == 0:
		b = append(b, '0')
	case scale <= 0:
		b = append(b, digits...)
		for ; scale < 0; scale++ {
			b = append(b, '0')
		}
	case whole > 0:
		b = append(b, digits[:whole]...)
		digits = digits[whole:]
	default:
		b = append(b, '0')
	}
	if scale > 0 {
		b = append(b, '.')
		for zeros := scale - int64(len(digits)); zeros > 0; zeros-- {
			b = append(b, '0')
		}
		b = append(b, digits...)
	}
	return string(b), true
}
