package change

import (
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
)

// placeholder is the default of Debezium's unavailable.value.placeholder, which stands for a
// value that the source did not send because the value did not change. MariaDB sends each
// value, so this is for other sources: PostgreSQL's TOAST, Oracle's LOBs.
const placeholder = "__debezium_unavailable_value"

// In a field of bytes the placeholder has the form of binary.handling.mode. The two base64
// forms of it are the same.
var (
	placeholderBase64 = base64.StdEncoding.EncodeToString([]byte(placeholder))
	placeholderHex    = hex.EncodeToString([]byte(placeholder))
)

// available returns a row without the fields that the source did not send, and the names
// of these fields. The row itself stays as it is.
func available(row map[string]any) (map[string]any, []string) {
	var absent []string
	for name, v := range row {
		if isUnavailable(v) {
			absent = append(absent, name)
		}
	}
	if absent == nil {
		return row, nil
	}
	slices.Sort(absent)
	row = maps.Clone(row)
	for _, name := range absent {
		delete(row, name)
	}
	return row, absent
}

func isUnavailable(v any) bool {
	switch v := v.(type) {
	case []any: // an array of texts, or an array of integers, which are the bytes
		return len(v) == 1 && isPlaceholder(v[0]) || areBytes(v)
	case map[string]any: // a map, such as hstore
		return len(v) == 1 && isPlaceholder(v[placeholder])
	}
	return isPlaceholder(v)
}

// areBytes says whether integers are the bytes of the placeholder.
func areBytes(elements []any) bool {
	if len(elements) != len(placeholder) {
		return false
	}
	for i, element := range elements {
		if element != int64(placeholder[i]) {
			return false
		}
	}
	return true
}

func isPlaceholder(v any) bool {
	switch v := v.(type) {
	case string:
		switch len(v) {
		case len(placeholder):
			return v == placeholder
		case len(placeholderBase64):
			return v == placeholderBase64
		case len(placeholderHex):
			return v == placeholderHex
		}
	case []byte:
		return string(v) == placeholder
	}
	return false
}
