package field

import (
	"errors"
	"fmt"
	"strings"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const optionSpec = "spec"

// Cast gives fields, or the whole key or value, another type.
var Cast = transform.Type{
	Class: "org.apache.kafka.connect.transforms.Cast",
	Sides: true,
	Options: []transform.Option{
		{Name: optionSpec, Kind: transform.List, Required: true, NotEmpty: true},
		transform.ReplaceNull,
	},
	New: newCast,
}

type cast struct {
	side        transform.Side
	fields      []target // in the order of the option
	whole       bool     // the only target is the whole key or value
	replaceNull bool
	plans       transform.Cache[*casting]
}

// target is a field and the type that it gets.
type target struct {
	name string
	to   schema.Type
}

// casting is what Cast does to records of one schema.
type casting struct {
	schema   *schema.Schema
	defaults transform.Defaults
	fields   []source
}

// source is a field that a struct has, with its schema and its new type.
type source struct {
	target
	schema *schema.Schema
}

// castTypes are the types that Cast makes, by the names of Kafka.
var castTypes = map[string]schema.Type{
	"int8": schema.Int8, "int16": schema.Int16, "int32": schema.Int32, "int64": schema.Int64,
	"float32": schema.Float32, "float64": schema.Float64, "boolean": schema.Boolean, "string": schema.String,
}

func newCast(s *transform.Settings, side transform.Side) (transform.Transform, error) {
	t := &cast{side: side, replaceNull: s.Flag(transform.ReplaceNull.Name)}
	specs := s.Names(optionSpec)
	for _, spec := range specs {
		name, kind, isField := strings.Cut(spec, ":")
		if !isField {
			kind, name, t.whole = name, "", true
		}
		to, known := castTypes[strings.ToLower(strings.TrimSpace(kind))]
		if !known {
			return nil, transform.Invalid(optionSpec, fmt.Errorf("%q is no type: write int8, int16, int32, int64, float32, float64, boolean or string", strings.TrimSpace(kind)))
		}
		t.fields = append(t.fields, target{strings.TrimSpace(name), to})
	}
	if t.whole && len(specs) > 1 {
		return nil, transform.Invalid(optionSpec, errors.New("a type without a field must be alone"))
	}
	return transform.Func(t.apply), nil
}

func (t *cast) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	if refused != nil || d.Value == nil {
		return refused
	}
	if d.Schema == nil {
		return t.schemaless(d)
	}
	plan, refused := t.plans.Get(d.Schema, t.plan)
	if refused != nil {
		return refused
	}
	if t.whole {
		value, refused := castValue(d.Schema, d.Value, t.fields[0].to)
		d.Set(value, plan.schema)
		return refused.At(t.side.String())
	}
	fields, refused := t.side.Fields(d)
	if refused != nil {
		return refused
	}
	plan.defaults.Fill(fields)
	for i := range plan.fields {
		f := &plan.fields[i]
		value, refused := castValue(f.schema, fields[f.name], f.to)
		if refused != nil {
			return refused.At(transform.Name(f.name))
		}
		fields[f.name] = value
	}
	d.Set(fields, plan.schema)
	return nil
}

// schemaless casts without a schema. A map gets each field of the option, as null if it is
// missing.
func (t *cast) schemaless(d *transform.Data) *record.Refusal {
	if t.whole {
		value, refused := castValue(nil, d.Value, t.fields[0].to)
		d.Set(value, nil)
		return refused.At(t.side.String())
	}
	fields, refused := t.side.Fields(d)
	if refused != nil {
		return refused
	}
	for _, f := range t.fields {
		value, refused := castValue(nil, fields[f.name], f.to)
		if refused != nil {
			return refused.At(transform.Name(f.name))
		}
		fields[f.name] = value
	}
	d.Set(fields, nil)
	return nil
}

func (t *cast) plan(s *schema.Schema) (*casting, *record.Refusal) {
	if t.whole {
		// The name stays, as in Kafka, but no more says what the value means.
		result := transform.Basics(s)
		result.Type, result.Optional, result.Meaning = t.fields[0].to, s.Optional, schema.Meaning{}
		var r *record.Refusal
		result.Default, r = castValue(s, s.Default, result.Type)
		return &casting{schema: result}, r.At(t.side.String())
	}
	if !transform.IsStruct(s) {
		return &casting{schema: s}, nil // the value is refused
	}
	plan := &casting{schema: transform.Basics(s), defaults: transform.DefaultsOf(s, t.replaceNull)}
	plan.schema.Optional = s.Optional
	for _, f := range s.Fields {
		its := f.Schema
		for _, to := range t.fields {
			if to.name != f.Name {
				continue
			}
			def, r := castValue(f.Schema, f.Schema.Default, to.to)
			if r != nil {
				return nil, r.At(transform.Name(f.Name))
			}
			its = &schema.Schema{Type: to.to, Optional: f.Schema.Optional, Default: def}
			plan.fields = append(plan.fields, source{to, f.Schema})
		}
		if r := transform.AddField(plan.schema, f.Name, its); r != nil {
			return nil, r
		}
	}
	return plan, nil
}
