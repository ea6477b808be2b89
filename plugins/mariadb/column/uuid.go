package column

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// uuidBytes is how many bytes a UUID has.
const uuidBytes = 16

// parseUUID reads a UUID of 36 characters. A column of 16 bytes takes it as 16 bytes, since
// the text itself does not fit.
func parseUUID(text string) ([]byte, bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return nil, false
	}
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	return b, err == nil && len(b) == uuidBytes
}

func (c *Column) acceptOpaque(v any) (any, *record.Refusal) {
	if b, isBytes := v.([]byte); isBytes && c.Family == UUIDs && len(b) == uuidBytes {
		return hex.EncodeToString(b), nil
	}
	text, ok := v.(string)
	if !ok {
		return nil, c.wrongType(v, map[bool]string{true: "text or 16 bytes", false: "text"}[c.Family == UUIDs])
	}
	if !utf8.ValidString(text) {
		return nil, refusal.New(refusal.BadText, c.Name, "the text is not valid UTF-8")
	}
	if c.Family == UUIDs {
		// One spelling for a value: it may be a key.
		return strings.ToLower(strings.ReplaceAll(text, "-", "")), nil
	}
	return text, nil
}
