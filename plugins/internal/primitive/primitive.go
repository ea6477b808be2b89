// Package primitive decodes the bytes that Kafka's serializers of a single value write:
// StringSerializer, ByteArraySerializer, UUIDSerializer, and those of numbers. Kafka
// Connect's converters of the same types write the same bytes.
package primitive

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Format is how the bytes of a value are written.
type Format struct {
	Name    string // in YAML
	Meaning string // in the reference
	size    int    // in bytes, 0 for any
	schema  *schema.Schema
	read    func(b []byte) (any, error)
}

// Formats has every format.
var Formats = []Format{
	{"string", "UTF-8 text (`StringSerializer`, `UUIDSerializer`, `StringConverter`).", 0, optional(schema.String), readText},
	{"bytes", "The bytes as they are (`ByteArraySerializer`, `ByteArrayConverter`).", 0, optional(schema.Bytes), func(b []byte) (any, error) { return b, nil }},
	{"boolean", "One byte, 0 or 1 (`BooleanSerializer`, `BooleanConverter`).", 1, optional(schema.Boolean), readBoolean},
	{"int16", "Two bytes (`ShortSerializer`, `ShortConverter`).", 2, optional(schema.Int16), func(b []byte) (any, error) { return int64(int16(binary.BigEndian.Uint16(b))), nil }},
	{"int32", "Four bytes (`IntegerSerializer`, `IntegerConverter`).", 4, optional(schema.Int32), func(b []byte) (any, error) { return int64(int32(binary.BigEndian.Uint32(b))), nil }},
	{"int64", "Eight bytes (`LongSerializer`, `LongConverter`).", 8, optional(schema.Int64), func(b []byte) (any, error) { return int64(binary.BigEndian.Uint64(b)), nil }},
	{"float32", "Four bytes (`FloatSerializer`, `FloatConverter`).", 4, optional(schema.Float32), readFloat},
	{"float64", "Eight bytes (`DoubleSerializer`, `DoubleConverter`).", 8, optional(schema.Float64), func(b []byte) (any, error) { return math.Float64frombits(binary.BigEndian.Uint64(b)), nil }},
}

// Find returns the format of this name, nil if there is none.
func Find(name string) *Format {
	for i := range Formats {
		if Formats[i].Name == name {
			return &Formats[i]
		}
	}
	return nil
}

func optional(t schema.Type) *schema.Schema { return &schema.Schema{Type: t, Optional: true} }

// None is the name of the format of a value that a decoder leaves to another processor.
const None = "none"

// Describe returns the format with a schema of its own that has a common form.
func (f *Format) Describe(describe func(*schema.Schema) any) *Format {
	described, its := *f, *f.schema
	its.Common = describe(&its)
	described.schema = &its
	return &described
}

// Meanings returns the meaning of each format by its name, and those of others.
func Meanings(others map[string]string) map[string]string {
	all := maps.Clone(others)
	for _, f := range Formats {
		all[f.Name] = f.Meaning
	}
	return all
}

// Decode returns the value of b, and its schema. The value is a string, []byte, bool,
// int64 or float64, and nil without bytes (b is nil). It shares the memory of b. The error
// has no part of the value.
func (f *Format) Decode(b []byte) (any, *schema.Schema, error) {
	if b == nil {
		return nil, f.schema, nil
	}
	if f.size > 0 && len(b) != f.size {
		return nil, nil, fmt.Errorf("expected %s of %d bytes, got %d bytes", f.Name, f.size, len(b))
	}
	value, err := f.read(b)
	return value, f.schema, err
}

func readText(b []byte) (any, error) {
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("expected text in UTF-8, got other bytes")
	}
	return string(b), nil
}

func readBoolean(b []byte) (any, error) {
	if b[0] > 1 {
		return nil, fmt.Errorf("expected a boolean, the byte 0 or 1, got another byte")
	}
	return b[0] == 1, nil
}

func readFloat(b []byte) (any, error) {
	return logical.Float32(math.Float32frombits(binary.BigEndian.Uint32(b))), nil
}
