package column

import (
	"strings"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

func (c *Column) acceptText(value any) (any, *record.Refusal) {
	var text string
	switch v := value.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
		value = text
	case map[string]any, []any:
		var refusal *record.Refusal
		if text, refusal = c.jsonText(v, nil); refusal != nil {
			return nil, refusal
		}
		value = text
	default:
		return nil, c.wrongType(v, "text")
	}
	if !utf8.ValidString(text) {
		return nil, refusal.New(refusal.BadText, c.Name, "the text is not valid UTF-8")
	}
	if refusal := c.checkLength(text); refusal != nil {
		return nil, refusal
	}
	if strings.HasSuffix(text, " ") && (c.fixed || c.Key && c.padSpace && !c.Loose) {
		return nil, refusal.New(refusal.Padded, c.Name, "spaces at the end are lost in %s with collation %s", strings.ToUpper(c.ColumnType), c.Collation)
	}
	return value, nil
}

func (c *Column) checkLength(text string) *record.Refusal {
	// A character has at least one byte, so that short text needs no counting.
	if c.characters > 0 && len(text) > c.characters {
		if n := utf8.RuneCountInString(text); n > c.characters {
			return refusal.New(refusal.TooLong, c.Name, "%d characters, %s holds %d", n, strings.ToUpper(c.ColumnType), c.characters)
		}
	}
	if c.octets > 0 && len(text) > c.octets {
		return refusal.New(refusal.TooLong, c.Name, "%d bytes, %s holds %d", len(text), strings.ToUpper(c.ColumnType), c.octets)
	}
	// The server refuses characters that do not fit, but it cuts spaces, with a note.
	if c.encoded > 0 && strings.HasSuffix(text, " ") {
		if n := encodedSize(text, c.Charset); n > c.encoded {
			return refusal.New(refusal.TooLong, c.Name, "up to %d bytes in %s and spaces at the end, which %s cuts beyond %d", n, c.Charset, strings.ToUpper(c.ColumnType), c.encoded)
		}
	}
	return nil
}

// encodedSize returns how many bytes a text takes in a character set other than UTF-8, at
// most. The character sets without a case here have one byte for each character.
func encodedSize(text, charset string) int {
	ascii, other := 1, 1
	switch charset {
	case "big5", "cp932", "euckr", "gb2312", "gbk", "sjis":
		other = 2
	case "eucjpms", "ujis":
		other = 3
	case "ucs2", "utf16", "utf16le":
		ascii, other = 2, 2
	case "utf32":
		ascii, other = 4, 4
	}
	size := 0
	for _, char := range text {
		switch {
		case char < utf8.RuneSelf:
			size += ascii
		case char > maxBMP && other == 2: // a pair of surrogates
			size += 4
		default:
			size += other
		}
	}
	return size
}

// maxBMP is the last character with two bytes in UTF-16, and three in UTF-8.
const maxBMP = 0xFFFF

// shown returns a text as information_schema shows it, whose character set is utf8mb3.
func shown(text string) string {
	return strings.Map(func(char rune) rune {
		if char > maxBMP {
			return '?'
		}
		return char
	}, text)
}
