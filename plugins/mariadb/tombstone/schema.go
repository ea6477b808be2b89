package tombstone

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// schema is as much of a Connect schema as a key needs.
type schema struct {
	Type       string            `json:"type"`
	Name       string            `json:"name"`
	Parameters map[string]string `json:"parameters"`
	Field      string            `json:"field"`
	Fields     []schema          `json:"fields"`
}

// integers are the bits of Connect's integer types.
var integers = map[string]int{"int8": 8, "int16": 16, "int32": 32, "int64": 64}

// times are the logical types that stand for a time: their base type, and how a
// number of their units becomes the value that connect_json_decode gives a record. A
// schema with another name, such as io.debezium.data.Uuid or Enum, io.debezium.time.Year
// or a producer's own, holds what its base type says.
var times = map[string]struct {
	base  string
	value func(units int64) any
}{
	"org.apache.kafka.connect.data.Date":      {"int32", date},
	"org.apache.kafka.connect.data.Time":      {"int32", timeOfDay(time.Millisecond)},
	"org.apache.kafka.connect.data.Timestamp": {"int64", millis},
	"io.debezium.time.Date":                   {"int32", date},
	"io.debezium.time.Time":                   {"int32", timeOfDay(time.Millisecond)},
	"io.debezium.time.MicroTime":              {"int64", timeOfDay(time.Microsecond)},
	"io.debezium.time.NanoTime":               {"int64", timeOfDay(time.Nanosecond)},
	"io.debezium.time.Timestamp":              {"int64", millis},
	"io.debezium.time.MicroTimestamp":         {"int64", func(units int64) any { return time.UnixMicro(units).UTC() }},
	"io.debezium.time.NanoTimestamp":          {"int64", func(units int64) any { return time.Unix(0, units).UTC() }},
}

const (
	decimalName = "org.apache.kafka.connect.data.Decimal"
	zonedName   = "io.debezium.time.ZonedTimestamp"
)

func date(days int64) any { return time.Unix(days*24*60*60, 0).UTC() }

func millis(units int64) any { return time.UnixMilli(units).UTC() }

// timeOfDay writes units as 15:04:05, with a fraction if there is one.
func timeOfDay(unit time.Duration) func(units int64) any {
	return func(units int64) any {
		second := int64(time.Second / unit)
		sign, seconds, rest := "", units/second, units%second
		if units < 0 {
			sign, seconds, rest = "-", -seconds, -rest
		}
		text := fmt.Sprintf("%s%02d:%02d:%02d", sign, seconds/3600, seconds/60%60, seconds%60)
		if rest != 0 {
			text += fmt.Sprintf(".%0*d", len(strconv.FormatInt(second, 10))-1, rest)
		}
		return text
	}
}

// convert gives a value that the schema describes its meaning. A value that is not of
// its declared type is refused: a tombstone must not delete a row by a guess.
func (s *schema) convert(path string, v any) (any, *record.Refusal) {
	if s == nil || v == nil {
		return v, nil
	}
	ofType := true
	switch {
	case s.Type == "struct":
		members, isObject := v.(map[string]any)
		if isObject {
			return s.members(members)
		}
		ofType = false
	case s.isInteger():
		number, isNumber := v.(json.Number)
		if isNumber {
			return s.integer(path, number)
		}
		ofType = false
	case s.Type == "string":
		text, isText := v.(string)
		if isText && s.Name == zonedName {
			return s.zoned(path, text)
		}
		ofType = isText
	case s.Type == "bytes":
		if _, isNumber := v.(json.Number); isNumber && s.Name == decimalName { // decimal.format=NUMERIC
			return v, nil
		}
		text, isText := v.(string)
		if isText {
			return s.bytes(path, text)
		}
		ofType = false
	case s.Type == "boolean":
		_, ofType = v.(bool)
	case s.Type == "float32", s.Type == "float64":
		_, ofType = v.(json.Number)
	}
	if !ofType {
		return nil, s.mismatch(path, v)
	}
	return v, nil
}

func (s *schema) mismatch(path string, v any) *record.Refusal {
	return refusal.New(refusal.Type, path, "the key's schema says %s, got %s", s.describe(), column.TypeName(v))
}

// members converts those members of an object that the schema has.
func (s *schema) members(members map[string]any) (any, *record.Refusal) {
	for i := range s.Fields {
		field := &s.Fields[i]
		value, present := members[field.Field]
		if !present {
			continue
		}
		converted, refused := field.convert(field.Field, value)
		if refused != nil {
			return nil, refused
		}
		members[field.Field] = converted
	}
	return members, nil
}

func (s *schema) isInteger() bool {
	_, isInteger := integers[s.Type]
	return isInteger
}

// integer checks an integer, and makes a time of it if the schema's name says so.
func (s *schema) integer(path string, number json.Number) (any, *record.Refusal) {
	n, ok := column.ParseNumber(number)
	if !ok || n.Scale() > 0 {
		return nil, s.mismatch(path, number)
	}
	units, err := n.Int64()
	if shift := 64 - integers[s.Type]; err != nil || units<<shift>>shift != units {
		return nil, refusal.New(refusal.OutOfRange, path, "the key's schema says %s, got a number beyond it", s.describe())
	}
	if temporal := times[s.Name]; temporal.base == s.Type {
		return temporal.value(units), nil
	}
	return number, nil
}

func (s *schema) zoned(path, text string) (any, *record.Refusal) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil, refusal.New(refusal.BadValue, path, "the key's schema says %s, got no timestamp such as 2006-01-02T15:04:05Z", s.describe())
	}
	return at.UTC(), nil
}

func (s *schema) bytes(path, text string) (any, *record.Refusal) {
	value, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, refusal.New(refusal.Type, path, "expected base64")
	}
	if s.Name == decimalName {
		return s.decimal(path, value)
	}
	return value, nil
}

// describe is the type with the name that gives it its meaning.
func (s *schema) describe() string {
	if s.Name == "" {
		return s.Type
	}
	return s.Type + " (" + s.Name + ")"
}

// decimal is the text of a Decimal: its bytes are an integer, big-endian and in two's
// complement, and its scale says where the point is.
func (s *schema) decimal(path string, unscaled []byte) (any, *record.Refusal) {
	scale, err := strconv.Atoi(s.Parameters["scale"])
	if err != nil || scale < -column.MaxNumberText || scale > column.MaxNumberText || len(unscaled) == 0 {
		return nil, refusal.New(refusal.Type, path, "the key's schema says %s: expected an integer for its parameter scale, and at least one byte", s.describe())
	}
	n, err := decimal.FromBytes(unscaled, int64(scale))
	if err != nil {
		return nil, refusal.New(refusal.OutOfRange, path, "a Decimal of more digits than a column holds")
	}
	return n.String(), nil
}
