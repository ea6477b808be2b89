package connectjson

import (
	"math"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// special marks the bytes at which a string's plain run ends: quote, escape, control, and all that is not ASCII.
var special = func() (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf
	}
	return t
}()

// text reads a string or a member's name, from its opening quote.
func (s *scanner) text(name bool) *record.Refusal {
	start := s.pos + 1
	plain := true
	i := start
	for {
		for i < len(s.buf) && !special[s.buf[i]] {
			i++
		}
		if i >= len(s.buf) {
			s.pos = i
			return s.bad("unterminated string")
		}
		c := s.buf[i]
		if c == '"' {
			break
		}
		switch {
		case c == '\\':
			n := escapeLen(s.buf[i:])
			if n == 0 {
				s.pos = i
				return s.bad("invalid escape")
			}
			plain = false
			i += n
		case c < ' ':
			s.pos = i
			return s.bad("control character in a string")
		default:
			if r, n := utf8.DecodeRune(s.buf[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			n := sequence(s.buf[i:], s.wide)
			if n == 0 || s.strict {
				s.pos = i
				return s.bad("invalid UTF-8")
			}
			plain = false
			i += n
		}
	}
	s.nodes = append(s.nodes, node{kind: kindString, plain: plain, start: int32(start), end: int32(i), next: int32(len(s.nodes) + 1)})
	s.pos = i + 1
	if name && (!plain || i-start > maxNameLen) || i-start > maxTextLen {
		return s.checkText(s.buf[start:i], name)
	}
	return nil
}

// checkText applies what can only be told of the decoded text: Jackson's limits of length, and that a name's escaped
// surrogates come in pairs.
func (s *scanner) checkText(raw []byte, name bool) *record.Refusal {
	u := units(raw, name)
	if !name {
		if len(u) > maxTextLen {
			return s.bad("a string longer than 20000000 characters ends")
		}
		return nil
	}
	if brokenPair(raw) && !s.wide {
		return s.bad("a name with half a surrogate pair ends")
	}
	if text, _ := textOfUnits(u); len(text) > maxNameLen {
		return s.bad("a name longer than 50000 bytes ends")
	}
	return nil
}

// escapeLen is the length of the escape that b begins with, 0 if it is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if hexValue(c) < 0 {
				return 0
			}
		}
		return 6
	}
	return 0
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func digit(c byte) bool { return c-'0' <= 9 }

// number reads a number. Jackson parses each as it reads, used or not, so that what java.math.BigDecimal cannot hold is
// refused here.
func (s *scanner) number() *record.Refusal {
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
	for i < len(b) && digit(b[i]) {
		i++
	}
	length, fraction, k := i-first, 0, kindInt
	if i < len(b) && b[i] == '.' {
		k = kindFloat
		first = i + 1
		for i++; i < len(b) && digit(b[i]); i++ {
		}
		if fraction = i - first; fraction == 0 {
			s.pos = i
			return s.unexpected("a digit")
		}
		length += fraction
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		k = kindFloat
		i++
		negative := i < len(b) && b[i] == '-'
		if negative || i < len(b) && b[i] == '+' {
			i++
		}
		first = i
		for i < len(b) && digit(b[i]) {
			i++
		}
		if i == first {
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
	s.nodes = append(s.nodes, node{kind: k, start: int32(start), end: int32(i), next: int32(len(s.nodes) + 1)})
	s.pos = i
	return nil
}

// exponentFits tells whether java.math.BigDecimal takes the exponent: it and the resulting scale are 32-bit.
func exponentFits(digits []byte, negative bool, fraction int) bool {
	for len(digits) > 10 && digits[0] == '0' {
		digits = digits[1:]
	}
	if len(digits) > 10 {
		return false
	}
	exp := exponent(digits, negative)
	if exp < math.MinInt32 || exp > math.MaxInt32 {
		return false
	}
	scale := int64(fraction) - exp
	return scale >= math.MinInt32 && scale <= math.MaxInt32
}

func exponent(digits []byte, negative bool) int64 {
	var e int64
	for _, c := range digits {
		e = e*10 + int64(c-'0')
	}
	if negative {
		return -e
	}
	return e
}
