package jackson

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// special marks the bytes at which a string's plain run ends: a quote, an escape, a
// control character and all that is not ASCII.
var special = func() (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf
	}
	return t
}()

// text reads a string or a member's name, from its opening quote.
func (s *scanner) text(name bool) error {
	start, plain := s.pos+1, true
	i := start
	for {
		for i < len(s.buf) && !special[s.buf[i]] {
			i++
		}
		if i < len(s.buf) && s.buf[i] == '"' {
			break
		}
		s.pos = i
		length, itself, err := s.character()
		if err != nil {
			return err
		}
		plain = plain && itself
		i += length
	}
	s.push(String, plain, start, i)
	s.pos = i + 1
	if name && (!plain || i-start > maxNameLen) || i-start > maxTextLen {
		return s.checkText(s.buf[start:i], name)
	}
	return nil
}

// character checks the escape or the character at pos, which is not plain ASCII. It
// returns its length, and whether its bytes are its text.
func (s *scanner) character() (length int, itself bool, err error) {
	if s.pos >= len(s.buf) {
		return 0, false, s.bad("unterminated string")
	}
	rest := s.buf[s.pos:]
	switch {
	case rest[0] == '\\':
		if _, length = unescape(rest); length == 0 {
			return 0, false, s.bad("invalid escape")
		}
		return length, false, nil
	case rest[0] < ' ':
		return 0, false, s.bad("control character in a string")
	}
	if r, n := utf8.DecodeRune(rest); r != utf8.RuneError || n > 1 {
		return n, true, nil
	}
	if length = sequence(rest, s.wide); length == 0 || s.strict {
		return 0, false, s.bad("invalid UTF-8")
	}
	return length, false, nil
}

// checkText applies the rules about the decoded text: Jackson's limits of length, and
// that the escaped surrogates of a name come in pairs.
func (s *scanner) checkText(raw []byte, name bool) error {
	u, broken := units(raw, name)
	switch {
	case !name && len(u) > maxTextLen:
		return s.bad("a string longer than 20000000 characters ends")
	case !name:
		return nil
	case broken && !s.wide:
		return s.bad("a name with half a surrogate pair ends")
	}
	if text, _ := textOfUnits(u); len(text) > maxNameLen {
		return s.bad("a name longer than 50000 bytes ends")
	}
	return nil
}

// Jackson turns bytes into UTF-16 code units with fewer checks than Unicode asks for:
// overlong and too large sequences pass, and escapes may make halves of surrogate pairs.
// A string that is not plain goes through the same units here.

// sequence is the length of the multi-byte sequence that b begins with as Jackson counts
// it, 0 if Jackson refuses it.
func sequence(b []byte, wide bool) int {
	n := bits.LeadingZeros8(^b[0])
	if n < 2 || n > 4 || len(b) < n {
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

// units returns the code units of a scanned string. broken reports whether it escapes a
// high surrogate without an escaped low one right after it, or a low one alone: Jackson
// wants both halves of a name's character written the same way.
func units(raw []byte, name bool) (u []uint16, broken bool) {
	high := false // the unit before is an escaped high surrogate
	for i := 0; i < len(raw); {
		wasHigh, low := high, false
		high = false
		switch c := raw[i]; {
		case c == '\\':
			unit, length := unescape(raw[i:])
			high, low = unit&0xFC00 == 0xD800, unit&0xFC00 == 0xDC00
			u = append(u, unit)
			i += length
		case c < utf8.RuneSelf:
			u = append(u, uint16(c))
			i++
		default:
			n := sequence(raw[i:], true)
			u = appendSequence(u, raw[i:i+n], name)
			i += n
		}
		broken = broken || wasHigh != low
	}
	return u, broken || high
}

// unescape returns the unit and the length of the escape that b begins with. The length
// is 0 if it is none.
func unescape(b []byte) (unit uint16, length int) {
	if len(b) < 2 {
		return 0, 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, b[1]); i >= 0 {
		return uint16("\"\\/\b\f\n\r\t"[i]), 2
	}
	if b[1] != 'u' || len(b) < 6 {
		return 0, 0
	}
	var big [2]byte
	if _, err := hex.Decode(big[:], b[2:6]); err != nil {
		return 0, 0
	}
	return binary.BigEndian.Uint16(big[:]), 6
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

// base64Values has the six bits of each character, and -1 for a byte that has none.
var base64Values = func() (t [256]int8) {
	for i := range t {
		t[i] = int8(strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", byte(i)))
	}
	return t
}()

// decodeBase64 reads text as Jackson's MIME-NO-LINEFEEDS variant does: groups of four
// characters, padding required, white space and control characters between groups but not
// inside one, and text may go on after a padded group. encoding/base64 is stricter about
// the last and laxer about line feeds.
func decodeBase64(text []byte) ([]byte, bool) {
	out := make([]byte, 0, len(text)/4*3)
	for ; ; text = text[4:] {
		for len(text) > 0 && text[0] <= ' ' {
			text = text[1:]
		}
		if len(text) < 4 {
			return out, len(text) == 0
		}
		a, b, c, d := base64Values[text[0]], base64Values[text[1]], base64Values[text[2]], base64Values[text[3]]
		switch {
		case a < 0 || b < 0:
			return nil, false
		case c >= 0 && d >= 0:
			out = append(out, byte(a)<<2|byte(b)>>4, byte(b)<<4|byte(c)>>2, byte(c)<<6|byte(d))
		case c >= 0 && text[3] == '=':
			out = append(out, byte(a)<<2|byte(b)>>4, byte(b)<<4|byte(c)>>2)
		case text[2] == '=' && text[3] == '=':
			out = append(out, byte(a)<<2|byte(b)>>4)
		default:
			return nil, false
		}
	}
}
