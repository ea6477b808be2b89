package avro_test

import (
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The forms of schemas and values in the answers of the reference: see Reference.java.

func canonicalSchema(s *schema.Schema) string {
	var b strings.Builder
	b.WriteString(map[schema.Type]string{schema.Float32: "float32", schema.Float64: "float64"}[s.Type])
	if b.Len() == 0 {
		b.WriteString(s.Type.String())
	}
	if s.Optional {
		b.WriteByte('?')
	}
	if s.Name != "" {
		b.WriteString(" name=" + quoted(s.Name))
	}
	if s.Version != 0 {
		fmt.Fprintf(&b, " version=%d", s.Version)
	}
	if s.Doc != "" {
		b.WriteString(" doc=" + quoted(s.Doc))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		b.WriteString(" " + quoted(name) + "=" + quoted(s.Parameters[name]))
	}
	if s.Default != nil {
		b.WriteString(" default=" + canonicalValue(s, s.Default))
	}
	if s.Type == schema.Struct {
		b.WriteString(" {")
		for _, f := range s.Fields {
			b.WriteString(quoted(f.Name) + ": " + canonicalSchema(f.Schema) + "; ")
		}
		b.WriteByte('}')
	}
	if s.Keys != nil {
		b.WriteString(" <" + canonicalSchema(s.Keys) + ">")
	}
	if s.Items != nil {
		b.WriteString(" [" + canonicalSchema(s.Items) + "]")
	}
	return b.String()
}

func canonicalValue(s *schema.Schema, v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		if s.Type == schema.Map {
			var entries []string
			for name, member := range v {
				entries = append(entries, quoted(name)+"="+canonicalValue(s.Items, member))
			}
			return canonicalEntries(entries)
		}
		b := "{"
		for _, f := range s.Fields {
			b += quoted(f.Name) + "=" + canonicalValue(f.Schema, v[f.Name]) + " "
		}
		return b + "}"
	case []any:
		if s.Type == schema.Map {
			var entries []string
			for _, pair := range v {
				entries = append(entries, canonicalValue(s.Keys, pair.([]any)[0])+"="+canonicalValue(s.Items, pair.([]any)[1]))
			}
			return canonicalEntries(entries)
		}
		b := "["
		for _, element := range v {
			b += canonicalValue(s.Items, element) + " "
		}
		return b + "]"
	case string:
		switch s.Logical {
		case schema.Decimal:
			return v
		case schema.Time:
			at, _ := time.Parse("15:04:05.999", v)
			return strconv.Itoa(int(at.Sub(at.Truncate(24*time.Hour)).Milliseconds())) + "ms"
		}
		return quoted(v)
	case []byte:
		return "x" + hex.EncodeToString(v)
	case time.Time:
		return strconv.FormatInt(v.UnixMilli(), 10) + "ms"
	case float64:
		return canonicalFloat(s, v)
	}
	return fmt.Sprint(v)
}

func canonicalEntries(entries []string) string {
	slices.Sort(entries)
	return "<" + strings.Join(entries, " ") + ">"
}

func canonicalFloat(s *schema.Schema, v float64) string {
	if s.Type == schema.Float32 {
		f, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', -1, 64), 32)
		if math.IsNaN(v) {
			return "f7fc00000"
		}
		return fmt.Sprintf("f%x", math.Float32bits(float32(f)))
	}
	if math.IsNaN(v) {
		return "d7ff8000000000000"
	}
	return fmt.Sprintf("d%x", math.Float64bits(v))
}

func quoted(text string) string {
	b := `"`
	for _, c := range utf16.Encode([]rune(text)) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			b += fmt.Sprintf(`\u%04x`, c)
		} else {
			b += string(rune(c))
		}
	}
	return b + `"`
}
