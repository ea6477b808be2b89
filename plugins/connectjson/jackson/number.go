package jackson

import (
	"math"
	"strconv"
)

func digit(c byte) bool { return c-'0' <= 9 }

// digits returns the index after the digits at i, of which there is at least one.
func (s *scanner) digits(i int) (int, error) {
	end := i
	for end < len(s.buf) && digit(s.buf[end]) {
		end++
	}
	if end > i {
		return end, nil
	}
	s.pos = i
	return i, s.unexpected("a digit")
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
	i, err := s.digits(first)
	if err != nil {
		return err
	}
	length, fraction := i-first, 0
	if i < len(b) && b[i] == '.' {
		k = Float
		first = i + 1
		if i, err = s.digits(first); err != nil {
			return err
		}
		fraction = i - first
		length += fraction
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		k = Float
		sign := i + 1
		first = sign
		if first < len(b) && (b[first] == '-' || b[first] == '+') {
			first++
		}
		if i, err = s.digits(first); err != nil {
			return err
		}
		length += i - first
		if length <= maxNumberLen && !exponentFits(b[sign:i], fraction) {
			return s.bad("a number with too large an exponent")
		}
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
