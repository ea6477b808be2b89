package reference

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// typeNames are the names of Kafka Connect's Schema.Type.
var typeNames = map[schema.Type]string{schema.Float32: "float32", schema.Float64: "float64"}

// describe writes a schema as Reference.java does.
func describe(s *schema.Schema) string {
	if s == nil {
		return "none"
	}
	var b strings.Builder
	name, special := typeNames[s.Type]
	if !special {
		name = s.Type.String()
	}
	b.WriteString(name)
	switch s.Type {
	case schema.Array:
		fmt.Fprintf(&b, "[%s]", describe(s.Items))
	case schema.Map:
		fmt.Fprintf(&b, "<%s,%s>", describe(s.Keys), describe(s.Items))
	case schema.Struct:
		b.WriteByte('{')
		for _, f := range s.Fields {
			fmt.Fprintf(&b, "%s=%s,", quote(f.Name), describe(f.Schema))
		}
		b.WriteByte('}')
	}
	if s.Optional {
		b.WriteByte('?')
	}
	if s.Name != "" {
		b.WriteString(" name=" + quote(s.Name))
	}
	if s.Version != 0 {
		fmt.Fprintf(&b, " version=%d", s.Version)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		fmt.Fprintf(&b, " %s=%s", quote(name), quote(s.Parameters[name]))
	}
	if s.Doc != "" {
		b.WriteString(" doc=" + quote(s.Doc))
	}
	if s.Default != nil {
		b.WriteString(" default=" + canonical(s, s.Default))
	}
	return b.String()
}

// canonical writes a value as Reference.java does.
func canonical(s *schema.Schema, value any) string {
	if s != nil && s.Logical != schema.Plain && !s.IsConnect {
		return canonicalDebezium(s, value)
	}
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return "i" + strconv.FormatInt(v, 10)
	case float64:
		return canonicalFloat(s, v)
	case json.Number: // strict keeps the text of a number without a schema
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return canonical(s, i)
		}
		f, err := v.Float64()
		if err != nil {
			return "?" + v.String()
		}
		return canonicalFloat(s, f)
	case []byte:
		return "x" + hex.EncodeToString(v)
	case time.Time:
		return "t" + strconv.FormatInt(v.UnixMilli(), 10)
	case string:
		switch {
		case s != nil && s.Logical == schema.Decimal:
			return "d" + v
		case s != nil && s.Logical == schema.Time:
			return "c" + strconv.FormatInt(ofDay(v, time.Millisecond), 10)
		}
		return quote(v)
	case []any:
		return canonicalList(s, v)
	case map[string]any:
		return canonicalMap(s, v)
	}
	return fmt.Sprintf("?%T", value)
}

func canonicalFloat(s *schema.Schema, v float64) string {
	if s != nil && s.Type == schema.Float32 {
		f, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', -1, 64), 32) // the float that v stands for
		return fmt.Sprintf("f%08x", math.Float32bits(float32(f)))
	}
	if math.IsNaN(v) {
		return "g7ff8000000000000" // Java has one NaN
	}
	return fmt.Sprintf("g%016x", math.Float64bits(v))
}

func canonicalList(s *schema.Schema, list []any) string {
	var items, keys *schema.Schema
	if s != nil {
		items, keys = s.Items, s.Keys
	}
	var parts []string
	for _, e := range list {
		if pair, isPair := e.([]any); keys != nil && isPair {
			parts = append(parts, canonical(keys, pair[0])+":"+canonical(items, pair[1])+",")
		} else {
			parts = append(parts, canonical(items, e)+",")
		}
	}
	if keys != nil {
		slices.Sort(parts)
		return "<" + strings.Join(parts, "") + ">"
	}
	return "[" + strings.Join(parts, "") + "]"
}

func canonicalMap(s *schema.Schema, members map[string]any) string {
	var parts []string
	if s != nil && s.Type == schema.Struct {
		for _, f := range s.Fields {
			parts = append(parts, quote(f.Name)+"="+canonical(f.Schema, members[f.Name])+",")
		}
		if len(members) > len(s.Fields) {
			parts = append(parts, fmt.Sprintf("?%d members too many", len(members)-len(s.Fields)))
		}
		return "{" + strings.Join(parts, "") + "}"
	}
	var items *schema.Schema
	if s != nil {
		items = s.Items
	}
	for name, v := range members {
		parts = append(parts, quote(name)+":"+canonical(items, v)+",")
	}
	slices.Sort(parts)
	return "<" + strings.Join(parts, "") + ">"
}

// canonicalDebezium writes a value of Debezium's types as what it is to Kafka Connect: a
// number, text, bytes or a struct.
func canonicalDebezium(s *schema.Schema, value any) string {
	switch v := value.(type) {
	case time.Time:
		switch s.Unit {
		case 24 * time.Hour:
			return fmt.Sprintf("i%d", int64(math.Floor(float64(v.Unix())/86400)))
		case time.Millisecond:
			return fmt.Sprintf("i%d", v.UnixMilli())
		case time.Microsecond:
			return fmt.Sprintf("i%d", v.UnixMicro())
		}
		if s.Logical == schema.ZonedTime {
			return quote(v.Format(time.RFC3339Nano))
		}
		return fmt.Sprintf("i%d", v.UnixNano())
	case string:
		switch s.Logical {
		case schema.Time:
			return fmt.Sprintf("i%d", ofDay(v, s.Unit))
		case schema.VariableDecimal:
			_, fraction, _ := strings.Cut(v, ".")
			unscaled, isNumber := new(big.Int).SetString(strings.Replace(v, ".", "", 1), 10)
			if !isNumber || unscaled.Sign() < 0 {
				return "?" + v
			}
			digits := append([]byte{0}, unscaled.Bytes()...)
			if len(digits) > 1 && digits[1] < 0x80 {
				digits = digits[1:] // the first bit is the sign
			}
			return fmt.Sprintf(`{"scale"=i%d,"value"=x%s,}`, len(fraction), hex.EncodeToString(digits))
		}
	case int64:
		if s.Logical == schema.Bits {
			return canonicalBits(s, uint64(v))
		}
	case json.Number: // more than an int64 holds
		if all, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			return canonicalBits(s, all)
		}
	case []byte:
		if s.Logical == schema.Bits {
			b := slices.Clone(v)
			slices.Reverse(b)
			return "x" + hex.EncodeToString(b)
		}
	}
	plain := *s
	plain.Logical = schema.Plain
	return canonical(&plain, value)
}

func canonicalBits(s *schema.Schema, v uint64) string {
	b := make([]byte, (s.Length+7)/8)
	for i := range b {
		b[i] = byte(v >> (8 * i))
	}
	return "x" + hex.EncodeToString(b)
}

// ofDay returns the units of a text such as -01:02:03.004.
func ofDay(text string, unit time.Duration) int64 {
	positive := strings.TrimPrefix(text, "-")
	var h, m int64
	var seconds string
	if n, _ := fmt.Sscanf(positive, "%d:%d:%s", &h, &m, &seconds); n != 3 {
		return math.MinInt64
	}
	whole, fraction, _ := strings.Cut(seconds, ".")
	s, _ := strconv.ParseInt(whole, 10, 64)
	ns, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	v := (((h*60+m)*60+s)*int64(time.Second) + ns) / int64(unit)
	if positive != text {
		return -v
	}
	return v
}

func quote(text string) string {
	b := []byte{'"'}
	for _, c := range []byte(text) {
		if c > ' ' && c < 127 && !strings.ContainsRune(`"%,=`, rune(c)) {
			b = append(b, c)
		} else {
			b = fmt.Appendf(b, "%%%02X", c)
		}
	}
	return string(append(b, '"'))
}
