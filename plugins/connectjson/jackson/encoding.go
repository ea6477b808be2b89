package jackson

import (
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

var errByteOrder = errors.New("unsupported byte order of UTF-32 at byte 0")

// decodeBytes gives the document as UTF-8. strict takes UTF-8 only, with or without a
// byte order mark. Otherwise decodeBytes finds UTF-16 and UTF-32 as Jackson does: by a
// byte order mark or by the zero bytes among the first four.
func decodeBytes(b []byte, strict bool) (out []byte, wide bool, err error) {
	if len(b) >= 4 && string(b[:3]) == "\xEF\xBB\xBF" {
		return b[3:], false, nil
	}
	if strict || len(b) < 2 || b[0] != 0 && b[1] != 0 && b[0] < 0xFE {
		return b, false, nil
	}
	if len(b) >= 4 {
		switch first := binary.BigEndian.Uint32(b); {
		case first == 0x0000FEFF:
			return fromUTF32(b[4:], binary.BigEndian)
		case first == 0xFFFE0000:
			return fromUTF32(b[4:], binary.LittleEndian)
		case first == 0x0000FFFE, first == 0xFEFF0000:
			return nil, false, errByteOrder
		case first>>16 == 0xFEFF:
			return fromUTF16(b[2:], binary.BigEndian), true, nil
		case first>>16 == 0xFFFE:
			return fromUTF16(b[2:], binary.LittleEndian), true, nil
		case first>>8 == 0:
			return fromUTF32(b, binary.BigEndian)
		case first&0x00FFFFFF == 0:
			return fromUTF32(b, binary.LittleEndian)
		case first&^0x00FF0000 == 0, first&^0x0000FF00 == 0:
			return nil, false, errByteOrder
		}
	}
	switch {
	case b[0] == 0:
		return fromUTF16(b, binary.BigEndian), true, nil
	case b[1] == 0:
		return fromUTF16(b, binary.LittleEndian), true, nil
	}
	return b, false, nil
}

// fromUTF16 is Java's decoder: a malformed character becomes U+FFFD, and a high surrogate
// takes the unit after it along.
func fromUTF16(b []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(b))
	for ; len(b) >= 2; b = b[2:] {
		r := rune(order.Uint16(b))
		switch {
		case r >= 0xD800 && r <= 0xDBFF && len(b) >= 4:
			r = utf16.DecodeRune(r, rune(order.Uint16(b[2:])))
			b = b[2:]
		case utf16.IsSurrogate(r):
			r = utf8.RuneError
		}
		out = utf8.AppendRune(out, r)
	}
	if len(b) > 0 {
		out = utf8.AppendRune(out, utf8.RuneError)
	}
	return out
}

// incomplete stands for a rest of less than four bytes, on which Jackson fails if it has
// to read that far. No document contains this byte, and only the end of a string, an
// array or an object may stand before it.
const incomplete = 0x7F

// fromUTF32 is Jackson's own reader: surrogates pass as they are, and a character above
// Unicode is an error.
func fromUTF32(b []byte, order binary.ByteOrder) ([]byte, bool, error) {
	out := make([]byte, 0, len(b)/2)
	for ; len(b) >= 4; b = b[4:] {
		c := order.Uint32(b)
		if c > utf8.MaxRune {
			return nil, false, errors.New("a character above U+10FFFF in UTF-32")
		}
		if c >= 0xD800 && c <= 0xDFFF {
			out = append(out, 0xE0|byte(c>>12), 0x80|byte(c>>6)&0x3F, 0x80|byte(c)&0x3F)
			continue
		}
		out = utf8.AppendRune(out, rune(c))
	}
	if len(b) > 0 {
		out = append(out, incomplete)
	}
	return out, true, nil
}
