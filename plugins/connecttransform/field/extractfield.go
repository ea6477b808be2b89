package field

import (
	"strings"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

const (
	optionSyntax = "field.syntax.version"
	syntaxV1     = "V1"
	syntaxV2     = "V2"
)

// ExtractField makes one field the whole key or value.
var ExtractField = transform.Type{
	Class: "org.apache.kafka.connect.transforms.ExtractField",
	Sides: true,
	Options: []transform.Option{
		{Name: optionField, Required: true},
		{Name: optionSyntax, Default: syntaxV1, OneOf: []string{syntaxV1, syntaxV2}, AnyCase: true},
		transform.ReplaceNull,
	},
	New: newExtractField,
}

type extractField struct {
	side        transform.Side
	name        string // the path as the user wrote it
	steps       []string
	replaceNull bool
}

func newExtractField(s *transform.Settings, side transform.Side) (transform.Transform, error) {
	t := &extractField{side: side, name: s.Text(optionField), replaceNull: s.Flag(transform.ReplaceNull.Name)}
	t.steps = []string{t.name}
	if strings.EqualFold(s.Text(optionSyntax), syntaxV2) {
		var err error
		if t.steps, err = parsePath(t.name); err != nil {
			return nil, transform.Invalid(optionField, err)
		}
	}
	return transform.Func(t.apply), nil
}

func (t *extractField) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	if refused != nil {
		return refused
	}
	its := d.Schema
	for _, step := range t.steps {
		if d.Schema == nil {
			break
		}
		if its = its.Field(step); its == nil {
			return transform.Refuse(transform.MissingField, "the "+t.side.String()+" has no such field").At(transform.Name(t.name))
		}
	}
	if d.Value == nil {
		d.Set(nil, its)
		return nil
	}
	at := *d
	for _, step := range t.steps {
		if at.Value == nil {
			break
		}
		fields, refused := t.side.Look(&at)
		if refused != nil {
			return refused
		}
		at.Schema = at.Schema.Field(step)
		at.Value = transform.Or(fields[step], at.Schema, t.replaceNull)
	}
	d.Set(at.Value, its)
	return nil
}
