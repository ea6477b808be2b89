package column

import (
	"encoding/hex"
	"strings"
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
