package jackson

import (
	"math"
	"strconv"
)

func digit(c byte) bool { return c-'0' <= 9 }

// digits returns the index after the digits at b[i:].
func digits(b []byte, i int) int {
	for i < len(b) && digit(b[i]) {
		i++
	}
	return i
}

// number reads a number. Jackson parses each number as it reads it, whether the number
// is used or not, so number refuses a number that java.math.BigDecimal cannot hold.
func (s *scanner) number() error {
	start, b, k := s.pos, s.buf, Int
	i := start
	if b[i] == '-' {
		i++
	}
	for i+1 < len(b) && b[i] == '0' && digit(b[i+1]) {
		if s.strict {
			return s.bad("leading zero")
		}
		i++
	}
	first := i
	i = digits(b, first)
	length, fraction, found := i-first, 0, i > first
	if found && i < len(b) && b[i] == '.' {
		k = Float
		first = i + 1
		i = digits(b, first)
		fraction, found = i-first, i > first
		length += fraction
	}
	if found && i < len(b) && b[i]|0x20 == 'e' {
		k = Float
		sign := i + 1
		first = sign
		if first < len(b) && (b[first] == '-' || b[first] == '+') {
			first++
		}
		i = digits(b, first)
		found = i > first
		length += i - first
		if found && length <= maxNumberLen && !exponentFits(b[sign:i], fraction) {
			return s.bad("a number with too large an exponent")
		}
	}
	if !found {
		s.pos = i
		return s.unexpected("a digit")
	}
	if length > maxNumberLen {
		return s.bad("a number longer than 1000 digits")
	}
	s.push(k, true, start, i)
	s.pos = i
	return nil
}

// exponentFits reports whether java.math.BigDecimal takes the exponent: the exponent and
// the resulting scale have 32 bits.
func exponentFits(exponent []byte, fraction int) bool {
	exp, err := strconv.ParseInt(string(exponent), 10, 32)
	scale := int64(fraction) - exp
	return err == nil && scale >= math.MinInt32 && scale <= math.MaxInt32
}
