package logical

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Placeholder recognises the value that Debezium writes for a value that it does not know,
// such as a large column that an update did not touch. The zero value recognises nothing.
type Placeholder struct {
	text   string
	binary map[string]bool // the texts of its bytes
}

// NewPlaceholder returns the placeholder of Debezium's setting unavailable.value.placeholder:
// a text, or the prefix "hex:" and its bytes in hexadecimal digits. An empty setting is no
// placeholder.
func NewPlaceholder(setting string) Placeholder {
	text := setting
	if digits, isHex := strings.CutPrefix(setting, "hex:"); isHex {
		if b, err := hex.DecodeString(digits); err == nil {
			text = string(b)
		}
	}
	if text == "" {
		return Placeholder{}
	}
	// binary.handling.mode writes bytes as one of these texts, and so does JSON.
	return Placeholder{text, map[string]bool{
		base64.StdEncoding.EncodeToString([]byte(text)): true,
		base64.URLEncoding.EncodeToString([]byte(text)): true,
		hex.EncodeToString([]byte(text)):                true,
	}}
}

// Is reports whether a decoded value is the placeholder: as text, as bytes, as the only
// element of an array, as an array of integers that are its bytes, or as the only key and
// value of a map.
func (p Placeholder) Is(v any) bool {
	if p.text == "" {
		return false
	}
	switch v := v.(type) {
	case string:
		return v == p.text || p.binary[v]
	case []byte:
		return string(v) == p.text
	case []any:
		return p.isBytes(v) || len(v) == 1 && p.Is(v[0])
	case map[string]any:
		return len(v) == 1 && v[p.text] == p.text
	}
	return false
}

func (p Placeholder) isBytes(elements []any) bool {
	if len(elements) != len(p.text) {
		return false
	}
	for i, element := range elements {
		if element != int64(int8(p.text[i])) { // Java's bytes have a sign
			return false
		}
	}
	return true
}
