package jackson

import "math"

func digit(c byte) bool { return c-'0' <= 9 }

// digits returns the index after the digits at b[i:].
func digits(b []byte, i int) int {
	for i < len(b) && digit(b[i]) {
		i++
	}
	return i
}

// number reads a number. Jackson parses each number as it reads it, whether the number
// is used or not, so number refuses what java.math.BigDecimal cannot hold.
func (s *scanner) number() error {
	start, b := s.pos, s.buf
	i := start
	if b[i] == '-' {
		i++
	}
	if i >= len(b) || !digit(b[i]) {
		s.pos = i
		return s.unexpected("a digit")
	}
	for b[i] == '0' && i+1 < len(b) && digit(b[i+1]) {
		if s.strict {
			return s.bad("leading zero")
		}
		i++
	}
	first := i
	i = digits(b, i)
	length, fraction, k := i-first, 0, Int
	if i < len(b) && b[i] == '.' {
		k = Float
		first = i + 1
		i = digits(b, first)
		if fraction = i - first; fraction == 0 {
			s.pos = i
			return s.unexpected("a digit")
		}
		length += fraction
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		k = Float
		i++
		negative := i < len(b) && b[i] == '-'
		if negative || i < len(b) && b[i] == '+' {
			i++
		}
		first = i
		if i = digits(b, first); i == first {
			s.pos = i
			return s.unexpected("a digit")
		}
		length += i - first
		if length <= maxNumberLen && !exponentFits(b[first:i], negative, fraction) {
			return s.bad("a number with too large an exponent")
		}
	}
	if length > maxNumberLen {
		return s.bad("a number longer than 1000 digits")
	}
	s.nodes = append(s.nodes, node{kind: k, plain: true, start: int32(start), end: int32(i), next: Node(len(s.nodes) + 1)})
	s.pos = i
	return nil
}

// exponentFits says whether java.math.BigDecimal takes the exponent: the exponent and the
// resulting scale are 32-bit.
func exponentFits(digits []byte, negative bool, fraction int) bool {
	for len(digits) > 10 && digits[0] == '0' {
		digits = digits[1:]
	}
	if len(digits) > 10 {
		return false
	}
	var exp int64
	for _, c := range digits {
		exp = exp*10 + int64(c-'0')
	}
	if negative {
		exp = -exp
	}
	if exp < math.MinInt32 || exp > math.MaxInt32 {
		return false
	}
	scale := int64(fraction) - exp
	return scale >= math.MinInt32 && scale <= math.MaxInt32
}
