package connectjson

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// identity appends what makes a map's key equal to another in Java: numbers and text by value, structs and lists by their
// parts. Two arrays of bytes are never equal there unless they are fields of a struct; serial keeps them apart.
func identity(b []byte, s *Schema, key any, serial int) []byte {
	return appendIdentity(b, s, key, serial, false)
}

func appendIdentity(b []byte, s *Schema, key any, serial int, field bool) []byte {
	switch v := key.(type) {
	case nil:
		return append(b, "null,"...)
	case bool:
		b = strconv.AppendBool(b, v)
	case int64:
		b = strconv.AppendInt(b, v, 10)
	case float64:
		b = strconv.AppendUint(b, math.Float64bits(v), 16)
	case time.Time:
		b = v.AppendFormat(b, time.RFC3339Nano)
	case string:
		b = strconv.AppendQuote(b, v)
	case []byte:
		if !field {
			return append(strconv.AppendInt(append(b, '#'), int64(serial), 10), ',')
		}
		b = strconv.AppendQuote(b, string(v))
	case map[string]any: // a struct, or a map with string keys
		b = append(b, '{')
		if s.Type == Struct {
			for i := range s.Fields {
				b = appendIdentity(b, s.Fields[i].Schema, v[s.Fields[i].Name], serial, true)
			}
		} else {
			for _, name := range sortedKeys(v) {
				b = appendIdentity(append(strconv.AppendQuote(b, name), ':'), s.Items, v[name], serial, false)
			}
		}
		b = append(b, '}')
	case []any: // an array, or the pairs of a map, whose order does not matter
		b = append(b, '[')
		if s.Type == Map {
			entries := make(map[string]any, len(v))
			for _, e := range v {
				pair := e.([]any)
				entries[string(appendIdentity(nil, s.Keys, pair[0], serial, false))] = pair[1]
			}
			for _, name := range sortedKeys(entries) {
				b = appendIdentity(append(b, name...), s.Items, entries[name], serial, false)
			}
		} else {
			for _, e := range v {
				b = appendIdentity(b, s.Items, e, serial, false)
			}
		}
		b = append(b, ']')
	}
	return append(b, ',')
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
