// Package header has the transforms that change the headers of a record.
package header

import (
	"fmt"
	"slices"

	"github.com/order-sink/order-sink/plugins/connecttransform/javavalue"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const (
	optionFields    = "fields"
	optionHeaders   = "headers"
	optionOperation = "operation"
	operationMove   = "move"
	operationCopy   = "copy"
)

// HeaderFrom makes headers of fields.
var HeaderFrom = transform.Type{
	Class: "org.apache.kafka.connect.transforms.HeaderFrom",
	Sides: true,
	Options: []transform.Option{
		{Name: optionFields, Kind: transform.List, Required: true, NotEmpty: true},
		{Name: optionHeaders, Kind: transform.List, Required: true, NotEmpty: true},
		{Name: optionOperation, Required: true, OneOf: []string{operationMove, operationCopy}},
		transform.ReplaceNull,
	},
	New: newHeaderFrom,
}

type headerFrom struct {
	side        transform.Side
	fields      []string
	headers     []string
	moves       bool
	replaceNull bool
	plans       transform.Cache[*transform.Plan]
}

func newHeaderFrom(s *transform.Settings, side transform.Side) (transform.Transform, error) {
	t := &headerFrom{
		side: side, fields: s.Names(optionFields), headers: s.Names(optionHeaders),
		moves: s.Text(optionOperation) == operationMove, replaceNull: s.Flag(transform.ReplaceNull.Name),
	}
	if len(t.fields) != len(t.headers) {
		return nil, fmt.Errorf("option headers has %d names, and option fields has %d", len(t.headers), len(t.fields))
	}
	for _, name := range t.headers {
		if err := transform.CheckHeader(name); err != nil {
			return nil, transform.Invalid(optionHeaders, err)
		}
	}
	return transform.Func(t.apply), nil
}

func (t *headerFrom) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	if refused != nil {
		return refused
	}
	fields, refused := t.side.Look(d)
	if refused != nil {
		return refused
	}
	texts := make([]any, len(t.fields))
	for i, name := range t.fields {
		its := d.Schema.Field(name)
		if d.Schema != nil && its == nil {
			return transform.Refuse(transform.MissingField, "the "+t.side.String()+" has no such field").At(transform.Name(name))
		}
		value := transform.Or(fields[name], its, t.replaceNull)
		if value == nil {
			continue
		}
		text, ok := javavalue.Text(its, value)
		if !ok {
			return transform.Refuse(transform.BadValue, "expected a value that has a text, got another").At(transform.Name(name))
		}
		texts[i] = text
	}
	for i, name := range t.headers {
		r.Headers.Set(name, texts[i])
	}
	if t.moves {
		return t.remove(d)
	}
	return nil
}

// remove removes the fields.
func (t *headerFrom) remove(d *transform.Data) *record.Refusal {
	fields, its, refused := t.side.Planned(d, &t.plans, t.plan)
	if refused != nil {
		return refused
	}
	for _, name := range t.fields {
		delete(fields, name)
	}
	d.Set(fields, its)
	return nil
}

func (t *headerFrom) plan(s *schema.Schema) (*transform.Plan, *record.Refusal) {
	result := transform.Basics(s)
	for _, f := range s.Fields {
		if slices.Contains(t.fields, f.Name) {
			continue
		}
		if r := transform.AddField(result, f.Name, f.Schema); r != nil {
			return nil, r
		}
	}
	return &transform.Plan{Schema: result, Defaults: transform.DefaultsOf(result, t.replaceNull)}, nil
}
