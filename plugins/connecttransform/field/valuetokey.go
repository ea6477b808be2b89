package field

import (
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const optionFields = "fields"

// ValueToKey makes a new key of fields of the value.
var ValueToKey = transform.Type{
	Class: "org.apache.kafka.connect.transforms.ValueToKey",
	Options: []transform.Option{
		{Name: optionFields, Kind: transform.List, Required: true, NotEmpty: true},
		transform.ReplaceNull,
	},
	New: func(s *transform.Settings, _ transform.Side) (transform.Transform, error) {
		t := &valueToKey{names: s.Names(optionFields), replaceNull: s.Flag(transform.ReplaceNull.Name)}
		return transform.Func(t.apply), nil
	},
}

type valueToKey struct {
	names       []string
	replaceNull bool
	schemas     transform.Cache[*schema.Schema]
}

func (t *valueToKey) apply(r *transform.Record) *record.Refusal {
	d, refused := transform.Value.Of(r)
	if refused != nil {
		return refused
	}
	fields, refused := transform.Value.Look(d)
	if refused != nil {
		return refused
	}
	var its *schema.Schema
	if d.Schema != nil {
		if its, refused = t.schemas.Get(d.Schema, t.derive); refused != nil {
			return refused
		}
	}
	key := make(map[string]any, len(t.names))
	for _, name := range t.names {
		key[name] = transform.Clone(transform.Or(fields[name], its.Field(name), t.replaceNull))
	}
	r.Key.Replace(key, its)
	return nil
}

func (t *valueToKey) derive(s *schema.Schema) (*schema.Schema, *record.Refusal) {
	key := &schema.Schema{Type: schema.Struct}
	for _, name := range t.names {
		its := s.Field(name)
		if its == nil {
			return nil, transform.Refuse(transform.MissingField, "the value has no such field").At(transform.Name(name))
		}
		if r := transform.AddField(key, name, its); r != nil {
			return nil, r
		}
	}
	return key, nil
}
