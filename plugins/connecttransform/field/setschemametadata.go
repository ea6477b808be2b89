package field

import (
	"errors"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const (
	optionSchemaName    = "schema.name"
	optionSchemaVersion = "schema.version"
)

// SetSchemaMetadata sets the name and the version of the schema of the key or the value.
var SetSchemaMetadata = transform.Type{
	Class: "org.apache.kafka.connect.transforms.SetSchemaMetadata",
	Sides: true,
	Options: []transform.Option{
		{Name: optionSchemaName},
		{Name: optionSchemaVersion, Kind: transform.Integer},
		transform.ReplaceNull,
	},
	New: newSetSchemaMetadata,
}

type setSchemaMetadata struct {
	side        transform.Side
	name        string
	hasName     bool
	version     int
	hasVersion  bool
	replaceNull bool
	plans       transform.Cache[*renaming]
}

// renaming is what SetSchemaMetadata does to records of one schema.
type renaming struct {
	schema   *schema.Schema
	defaults transform.Defaults
}

func newSetSchemaMetadata(s *transform.Settings, side transform.Side) (transform.Transform, error) {
	t := &setSchemaMetadata{
		side: side, name: s.Text(optionSchemaName), hasName: s.Has(optionSchemaName),
		version: s.Integer(optionSchemaVersion), hasVersion: s.Has(optionSchemaVersion),
		replaceNull: s.Flag(transform.ReplaceNull.Name),
	}
	if !t.hasName && !t.hasVersion {
		return nil, errors.New("option schema.name or schema.version is required")
	}
	return transform.Func(t.apply), nil
}

func (t *setSchemaMetadata) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	switch {
	case refused != nil:
		return refused
	case d.Schema == nil && d.Value == nil:
		return nil
	case d.Schema == nil:
		return transform.Refuse(transform.BadSchema, "expected a schema, got a "+t.side.String()+" without one").At(t.side.String())
	case d.Schema.Type != schema.Struct: // as in Kafka 4.3
		return transform.Refuse(transform.BadSchema, "expected a struct, got "+transform.TypeName(d.Schema)).At(t.side.String())
	}
	plan, refused := t.plans.Get(d.Schema, t.plan)
	if refused != nil {
		return refused
	}
	value := d.Value
	if len(plan.defaults) > 0 && value != nil {
		fields, refused := t.side.Fields(d)
		if refused != nil {
			return refused
		}
		plan.defaults.Fill(fields)
		value = fields
	}
	d.Set(value, plan.schema)
	return nil
}

func (t *setSchemaMetadata) plan(s *schema.Schema) (*renaming, *record.Refusal) {
	renamed := *s
	renamed.Common, renamed.Sent = nil, nil
	if t.hasName {
		renamed.Name = t.name
	}
	if t.hasVersion {
		renamed.Version = t.version
	}
	plan := &renaming{schema: &renamed}
	if transform.IsStruct(s) {
		plan.defaults = transform.DefaultsOf(s, t.replaceNull)
	}
	return plan, nil
}
