// Package schema reads the schemas of Kafka Connect JSON and remembers them.
package schema

import "time"

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

// typeNames are the format's names; it calls float32 and float64 float and double.
var typeNames = [...]string{
	"int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes", "array", "map", "struct",
}

// String is the name of the type in a schema node.
func (t Type) String() string { return typeNames[t] }

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
	ZonedTime // Debezium's ZonedTimestamp: ISO 8601 text
)

// logicalType is the meaning of a schema's name.
type logicalType struct {
	Logical Logical
	base    Type
	Unit    time.Duration // of the number of a Date, a Time or a Timestamp
	// IsConnect says that the type is one of Kafka Connect's own. The reference converts
	// such a type on any base type.
	IsConnect bool
}

var logicalTypes = map[string]logicalType{
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
}

// Schema is one schema node. It is immutable and shared by all messages that have it.
type Schema struct {
	Type     Type
	Name     string // the node's `name`: a logical type, or the producer's name of the struct
	Optional bool
	Fields   []Field        // of a struct, in the order of `fields`
	Index    map[string]int // the index of a field, by its name
	Keys     *Schema        // of a map
	Items    *Schema        // elements of an array, values of a map
	logicalType
	// Scale is a Decimal's number of fraction digits; it may be negative. HasScale is
	// false if the schema has no scale or one that cannot be read. Precision is a
	// Decimal's number of digits by the convention `connect.decimal.precision`, 0 if not
	// known.
	Scale     int64
	HasScale  bool
	Precision int
	Default   any // nil for none, since null is no default
	// Description is the result of the decoder's Options.Describe. Only the root of a
	// message's schema has one.
	Description any

	raw []byte // the bytes by which a Cache remembers the schema
}

// Field is a struct's field.
type Field struct {
	Name   string
	Schema *Schema
}
