// Package schema has the schema of a record: Kafka Connect's types, with everything that
// a table or another format needs of them. Decoders make schemas; outputs read them.
package schema

import (
	"slices"
	"time"
)

// Type is one of Kafka Connect's types.
type Type uint8

// The types, in the order of org.apache.kafka.connect.data.Schema.Type.
const (
	Int8 Type = iota
	Int16
	Int32
	Int64
	Float32
	Float64
	Boolean
	String
	Bytes
	Array
	Map
	Struct
)

// typeNames are the names of Connect JSON, which calls float32 and float64 float and double.
var typeNames = [...]string{
	"int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes", "array", "map", "struct",
}

// String returns the name of the type in Connect JSON.
func (t Type) String() string { return typeNames[t] }

// TypeOf returns the type of this name.
func TypeOf(name string) (Type, bool) {
	t := slices.Index(typeNames[:], name)
	return Type(max(t, 0)), t >= 0
}

// Logical is the meaning that the name of a schema gives its base type.
type Logical uint8

// The logical types of Kafka Connect and of Debezium. Of both, some types differ in the
// unit of their number only.
const (
	Plain   Logical = iota
	Decimal         // a canonical plain string
	Date
	Time
	Timestamp
	ZonedTime       // Debezium's ZonedTimestamp: ISO 8601 text
	Bits            // an integer, or bytes if it has more than 64 bits
	VariableDecimal // a canonical plain string: each value has its own scale
)

// Meaning is what the name of a schema says about its values.
type Meaning struct {
	Logical Logical
	Base    Type
	Unit    time.Duration // of the number of a Date, a Time or a Timestamp
	// IsConnect says that the type is one of Kafka Connect's own. The reference converts
	// such a type on any base type.
	IsConnect bool
}

// Meanings has the meaning of each name that has one. A value of any other name is what its
// base type says: text for Debezium's Enum, EnumSet, Json, Xml, Uuid, Interval, ZonedTime,
// IsoDate, IsoTime and IsoTimestamp, an integer for its Year and MicroDuration, a struct for
// its Point, Geometry and Geography.
var Meanings = map[string]Meaning{
	"org.apache.kafka.connect.data.Decimal":   {Decimal, Bytes, 0, true},
	"org.apache.kafka.connect.data.Date":      {Date, Int32, 24 * time.Hour, true},
	"org.apache.kafka.connect.data.Time":      {Time, Int32, time.Millisecond, true},
	"org.apache.kafka.connect.data.Timestamp": {Timestamp, Int64, time.Millisecond, true},
	"io.debezium.time.Date":                   {Date, Int32, 24 * time.Hour, false},
	"io.debezium.time.Timestamp":              {Timestamp, Int64, time.Millisecond, false},
	"io.debezium.time.MicroTimestamp":         {Timestamp, Int64, time.Microsecond, false},
	"io.debezium.time.NanoTimestamp":          {Timestamp, Int64, time.Nanosecond, false},
	"io.debezium.time.Time":                   {Time, Int32, time.Millisecond, false},
	"io.debezium.time.MicroTime":              {Time, Int64, time.Microsecond, false},
	"io.debezium.time.NanoTime":               {Time, Int64, time.Nanosecond, false},
	"io.debezium.time.ZonedTimestamp":         {ZonedTime, String, time.Nanosecond, false},
	"io.debezium.data.Bits":                   {Bits, Bytes, 0, false},
	"io.debezium.data.VariableScaleDecimal":   {VariableDecimal, Struct, 0, false},
}

// WithoutDebezium returns a name, or none for a type of Debezium that has a meaning.
func WithoutDebezium(name string) string {
	if m, known := Meanings[name]; known && !m.IsConnect {
		return ""
	}
	return name
}

// Schema is one schema node. It is immutable, and all records that have it share it: two
// records with the same pointer have the same schema.
type Schema struct {
	Type       Type
	Name       string            // a logical type, or the producer's name of the struct
	Version    int               // of the producer's schema, 0 for none
	Doc        string            // what the producer says about it
	Parameters map[string]string // what a logical type needs, and what the producer adds
	Optional   bool
	Default    any            // nil for none, since null is no default
	Fields     []Field        // of a struct, in the producer's order
	Index      map[string]int // the index of a field, by its name
	Sent       *Sent          // nil if the producer sends the fields of Fields only
	Keys       *Schema        // of a map
	Items      *Schema        // elements of an array, values of a map
	Meaning
	// Scale is a Decimal's number of fraction digits; it may be negative. HasScale is
	// false if the schema has no scale or one that cannot be read. Precision is a
	// Decimal's number of digits by the convention `connect.decimal.precision`, 0 if not
	// known.
	Scale     int64
	HasScale  bool
	Precision int
	// Length is the number of bits of a value of Bits, 0 if not known.
	Length int
	// Common is the schema in the framework's common form, for other components. Only the
	// root of a record's schema has one. Nothing changes it.
	Common any
}

// Field returns the schema of a field, nil if s is no struct with such a field.
func (s *Schema) Field(name string) *Schema {
	if s == nil {
		return nil
	}
	if i, found := s.Index[name]; found {
		return s.Fields[i].Schema
	}
	return nil
}

// Copy returns a copy of Common. It makes a schema immutable metadata for the framework:
// a mapping that reads the metadata gets the common form, and may change it.
func (s *Schema) Copy() any { return clone(s.Common) }

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for name, member := range v {
			c[name] = clone(member)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, element := range v {
			c[i] = clone(element)
		}
		return c
	}
	return v
}

// Sent has the fields that the producer of a struct sends, when the decoder omits some.
type Sent struct {
	Fields []SentField
	Index  map[string]int // the index in Fields, by the name
}

// SentField is a field that the producer sends, and its index in Schema.Fields or Omitted.
type SentField struct {
	Name string
	At   int
}

// Omitted is the index of a field that the schema has no more.
const Omitted = -1

// Field is a struct's field.
type Field struct {
	Name   string
	Schema *Schema
}
