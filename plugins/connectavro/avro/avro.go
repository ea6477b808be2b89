// Package avro compiles schemas of Avro to the schemas of records, as Kafka Connect's
// AvroConverter does, and reads the binary form of Avro to the values of records.
package avro

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Schema is a compiled schema. It is safe for concurrent use.
type Schema struct {
	// Record is the schema of the values.
	Record *schema.Schema
	root   *plan
}

// Compile compiles a schema. references has the texts of the schemas that it needs, each
// after the schemas that this schema needs itself. A refusal has the code bad_schema; its
// path has the names of the fields.
func Compile(text string, references []string, options Options) (*Schema, *record.Refusal) {
	p := parser{named: map[string]*node{}}
	for _, reference := range references {
		if _, r := p.parse(reference); r != nil {
			return nil, r
		}
	}
	root, r := p.parse(text)
	if r != nil {
		return nil, r
	}
	c := compiler{Options: options, active: map[*node]bool{}}
	plan, r := c.compile(root, use{exclude: options.Exclude})
	if r != nil {
		return nil, r
	}
	return &Schema{Record: plan.schema, root: plan}, nil
}

// Decode reads one value, which is all of b. It does not refer to b. When the schema is
// bytes, all of b are the value: the serializers write no length there.
func (s *Schema) Decode(b []byte) (any, *record.Refusal) {
	var r reader
	r.begin(b, len(s.root.fields))
	if s.root.kind == kindBytes && !s.root.optional {
		return r.ofBytes(s.root, b)
	}
	if len(b) <= sharedText {
		r.shared = string(b)
	}
	v, refused := r.value(s.root)
	if refused == nil {
		refused = r.left()
	}
	if refused != nil {
		return nil, refused
	}
	return v, nil
}
