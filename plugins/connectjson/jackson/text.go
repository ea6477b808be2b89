package jackson

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Jackson turns bytes into UTF-16 code units with fewer checks than Unicode asks for:
// overlong and too large sequences pass, and escapes may make halves of surrogate pairs.
// A string that is not plain goes through the same units here.

// sequence is the length of the multi-byte sequence that b begins with as Jackson counts
// it, 0 if Jackson refuses it.
func sequence(b []byte, wide bool) int {
	var n int
	switch c := b[0]; {
	case c&0xE0 == 0xC0:
		n = 2
	case c&0xF0 == 0xE0:
		n = 3
	case c&0xF8 == 0xF0:
		n = 4
	default:
		return 0
	}
	if len(b) < n {
		return 0
	}
	for _, c := range b[1:n] {
		if c&0xC0 != 0x80 {
			return 0
		}
	}
	if n == 3 && b[0] == 0xED && b[1] >= 0xA0 && !wide { // an encoded surrogate
		return 0
	}
	return n
}

// appendSequence appends the units of one such sequence. An overlong sequence of four
// bytes gives other units in a name than in a value.
func appendSequence(u []uint16, b []byte, name bool) []uint16 {
	switch len(b) {
	case 2:
		return append(u, uint16(b[0]&0x1F)<<6|uint16(b[1]&0x3F))
	case 3:
		return append(u, uint16(b[0]&0x0F)<<12|uint16(b[1]&0x3F)<<6|uint16(b[2]&0x3F))
	}
	c := int32(b[0]&0x07)<<18 | int32(b[1]&0x3F)<<12 | int32(b[2]&0x3F)<<6 | int32(b[3]&0x3F)
	c -= 0x10000
	high := 0xD800 | c>>10
	if name {
		high = 0xD800 + c>>10
	}
	return append(u, uint16(high), uint16(0xDC00|c&0x3FF))
}

// units are the code units of a scanned string.
func units(raw []byte, name bool) []uint16 {
	var u []uint16
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '\\':
			u = append(u, unescape(raw[i:]))
			i += escapeLen(raw[i:])
		case c < utf8.RuneSelf:
			u = append(u, uint16(c))
			i++
		default:
			n := sequence(raw[i:], true)
			u = appendSequence(u, raw[i:i+n], name)
			i += n
		}
	}
	return u
}

func unescape(b []byte) uint16 {
	switch b[1] {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'u':
		var v int
		for _, c := range b[2:6] {
			v = v<<4 | hexValue(c)
		}
		return uint16(v)
	}
	return uint16(b[1])
}

// textOfUnits is Java's String.getBytes(UTF_8): half a surrogate pair becomes "?", which
// lone reports.
func textOfUnits(u []uint16) (text string, lone bool) {
	b := make([]byte, 0, len(u)+len(u)/2)
	for i := 0; i < len(u); i++ {
		r := rune(u[i])
		if utf16.IsSurrogate(r) {
			pair := utf8.RuneError
			if i+1 < len(u) {
				pair = utf16.DecodeRune(r, rune(u[i+1]))
			}
			if pair == utf8.RuneError {
				lone = true
				b = append(b, '?')
				continue
			}
			r = pair
			i++
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b), lone
}

// brokenPair says whether a name escapes a high surrogate without an escaped low one
// right after it, or a low one alone. Jackson wants both halves of a name's character
// written the same way.
func brokenPair(raw []byte) bool {
	high := false
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			if high {
				return true
			}
			i++
			continue
		}
		u := unescape(raw[i:])
		low := u >= 0xDC00 && u <= 0xDFFF
		if high != low {
			return true
		}
		high = u >= 0xD800 && u <= 0xDBFF
		i += escapeLen(raw[i:])
	}
	return high
}
