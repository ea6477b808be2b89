package transform

import (
	"sync"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// maxSchemas is how many schemas a Cache remembers, as many as a decoder does by default.
const maxSchemas = 1000

// Cache remembers what a transform derives from a schema: the resulting schema, or a plan.
// The same pointer is the same schema, so a transform computes once for each pointer. The
// zero Cache is ready. It is safe for concurrent use, and a reader takes no lock.
type Cache[V any] struct {
	known    sync.Map // of V, by the schema: a copy of a map for each new schema would cost more than derive
	deriving sync.Mutex
	count    int
}

// Get returns what derive has made of the schema. It calls derive for a schema that it does
// not remember. A refusal is not remembered.
func (c *Cache[V]) Get(s *schema.Schema, derive func(*schema.Schema) (V, *record.Refusal)) (V, *record.Refusal) {
	if known, found := c.known.Load(s); found {
		v, _ := known.(V)
		return v, nil
	}
	c.deriving.Lock()
	defer c.deriving.Unlock()
	if known, found := c.known.Load(s); found {
		v, _ := known.(V)
		return v, nil
	}
	v, r := derive(s)
	if r != nil {
		return v, r
	}
	if c.count >= maxSchemas {
		c.known.Clear()
		c.count = 0
	}
	c.known.Store(s, v)
	c.count++
	return v, nil
}

// IsStruct reports whether values of a schema are maps of fields. Debezium's
// VariableScaleDecimal is a struct to Kafka, but a decimal in a record.
func IsStruct(s *schema.Schema) bool {
	return s != nil && s.Type == schema.Struct && s.Logical == schema.Plain
}

// Basics returns a schema with the type, the name, the version, the doc and the parameters
// of s, and with its logical type. It is not optional and has no default, fields or items,
// as after Kafka's SchemaUtil.copySchemaBasics.
func Basics(s *schema.Schema) *schema.Schema {
	return &schema.Schema{
		Type: s.Type, Name: s.Name, Version: s.Version, Doc: s.Doc, Parameters: s.Parameters, Meaning: s.Meaning,
		Scale: s.Scale, HasScale: s.HasScale, Precision: s.Precision, Length: s.Length,
	}
}

// AddField appends a field to a struct that nobody else has yet. It refuses a second field
// of a name. The path is the field.
func AddField(s *schema.Schema, name string, its *schema.Schema) *record.Refusal {
	if name == "" {
		return Refuse(BadSchema, "the name of a field would be empty")
	}
	if _, twice := s.Index[name]; twice {
		return Refuse(BadSchema, "the resulting struct would have two fields of this name").At(Name(name))
	}
	if s.Index == nil {
		s.Index = map[string]int{}
	}
	s.Index[name] = len(s.Fields)
	s.Fields = append(s.Fields, schema.Field{Name: name, Schema: its})
	return nil
}

// Defaults are the fields of a struct that have a default.
type Defaults []schema.Field

// DefaultsOf returns the fields with a default, and none if replace is false.
func DefaultsOf(s *schema.Schema, replace bool) (all Defaults) {
	for _, f := range s.Fields {
		if replace && f.Schema.Default != nil {
			all = append(all, f)
		}
	}
	return all
}

// Fill gives each field that is null its default, as Kafka's Struct.get does.
func (d Defaults) Fill(fields map[string]any) {
	for i := range d {
		if fields[d[i].Name] == nil {
			fields[d[i].Name] = Clone(d[i].Schema.Default)
		}
	}
}

// Simple returns a schema of a type without a name.
func Simple(t schema.Type, optional bool) *schema.Schema {
	return &schema.Schema{Type: t, Optional: optional}
}

// Logical returns a schema of one of Kafka Connect's logical types, other than Decimal.
func Logical(name string, optional bool) *schema.Schema {
	meaning := schema.Meanings[name]
	return &schema.Schema{Type: meaning.Base, Name: name, Version: 1, Optional: optional, Meaning: meaning}
}

// The names of Kafka Connect's logical types.
const (
	NameDecimal   = "org.apache.kafka.connect.data.Decimal"
	NameDate      = "org.apache.kafka.connect.data.Date"
	NameTime      = "org.apache.kafka.connect.data.Time"
	NameTimestamp = "org.apache.kafka.connect.data.Timestamp"
)

// Or returns a value, and for null the default of its schema if replace is true, as the
// option replace.null.with.default of Kafka's transforms says.
func Or(value any, its *schema.Schema, replace bool) any {
	if value == nil && replace && its != nil && its.Default != nil {
		return Clone(its.Default)
	}
	return value
}
