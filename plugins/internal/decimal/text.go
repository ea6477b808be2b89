package decimal

import (
	"strconv"
	"strings"
)

// maxExponent limits exponents. A sum of an exponent and a scale must not overflow.
const maxExponent = 1 << 40

// Parse reads digits with an optional minus, fraction and exponent. It keeps the scale of
// the text. The error is ErrSyntax.
func Parse[T string | []byte](text T) (Decimal, error) {
	negative := len(text) > 0 && text[0] == '-'
	if negative {
		text = text[1:]
	}
	whole, text := cutDigits(text)
	var fraction T
	pointed := len(text) > 0 && text[0] == '.'
	if pointed {
		fraction, text = cutDigits(text[1:])
	}
	exponent, ok := parseExponent(text)
	if !ok || len(whole) == 0 || pointed && len(fraction) == 0 {
		return Decimal{}, ErrSyntax
	}
	for len(whole) > 0 && whole[0] == '0' {
		whole = whole[1:]
	}
	scale := int64(len(fraction)) - exponent
	if len(whole)+len(fraction) > 18 { // an int64 holds any 18 digits
		digits := strings.TrimLeft(string(whole)+string(fraction), "0")
		if negative && digits != "" {
			digits = "-" + digits
		}
		return fromText(digits, scale), nil
	}
	var v int64
	for i := range len(whole) {
		v = v*10 + int64(whole[i]-'0')
	}
	for i := range len(fraction) {
		v = v*10 + int64(fraction[i]-'0')
	}
	if negative {
		v = -v
	}
	return Decimal{small: v, scale: scale}, nil
}

// cutDigits splits text after its leading digits.
func cutDigits[T string | []byte](text T) (digits, rest T) {
	i := 0
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	return text[:i], text[i:]
}

func parseExponent[T string | []byte](text T) (exponent int64, ok bool) {
	if len(text) == 0 {
		return 0, true
	}
	if text[0]|0x20 != 'e' {
		return 0, false
	}
	text = text[1:]
	negative := len(text) > 0 && text[0] == '-'
	if negative || len(text) > 0 && text[0] == '+' {
		text = text[1:]
	}
	digits, rest := cutDigits(text)
	for i := range len(digits) {
		exponent = min(exponent*10+int64(digits[i]-'0'), maxExponent)
	}
	if negative {
		exponent = -exponent
	}
	return exponent, len(digits) > 0 && len(rest) == 0
}

// String returns the number in plain digits, with exactly Scale digits after the point.
// The caller must limit Scale.
func (d Decimal) String() string {
	var scratch [72]byte
	digits := append(scratch[:0], strings.TrimPrefix(d.wide, "-")...)
	if d.wide == "" {
		digits = strconv.AppendUint(digits, magnitude(d.small), 10)
	}
	var text [72]byte
	b := text[:0]
	if d.Sign() < 0 {
		b = append(b, '-')
	}
	scale := d.Scale()
	whole := int64(len(digits)) - scale
	switch {
	case scale <= 0:
		b = append(b, digits...)
		for ; scale < 0; scale++ {
			b = append(b, '0')
		}
	case whole <= 0:
		b = append(b, "0."...)
		for ; whole < 0; whole++ {
			b = append(b, '0')
		}
		b = append(b, digits...)
	default:
		b = append(append(append(b, digits[:whole]...), '.'), digits[whole:]...)
	}
	return string(b)
}
