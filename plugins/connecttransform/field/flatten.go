package field

import (
	"maps"
	"slices"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const optionDelimiter = "delimiter"

// Flatten makes the fields of nested structs fields of the key or the value.
var Flatten = transform.Type{
	Class:   "org.apache.kafka.connect.transforms.Flatten",
	Sides:   true,
	Options: []transform.Option{{Name: optionDelimiter, Default: "."}},
	New: func(s *transform.Settings, side transform.Side) (transform.Transform, error) {
		t := &flatten{side: side, delimiter: s.Text(optionDelimiter)}
		return transform.Func(t.apply), nil
	},
}

type flatten struct {
	side      transform.Side
	delimiter string
	plans     transform.Cache[*flattening]
}

// flattening is the result for one schema, and the leaves in the order of its fields.
type flattening struct {
	schema *schema.Schema
	leaves []branch
}

// branch is a field of a struct: a struct with fields of its own, or a field that the result
// has under another name.
type branch struct {
	name   string
	to     string // of a leaf
	schema *schema.Schema
	below  []branch // nil for a leaf
}

func (t *flatten) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	if refused != nil || d.Value == nil {
		return refused
	}
	fields, refused := t.side.Look(d)
	if refused != nil {
		return refused
	}
	if d.Schema == nil {
		flat := make(map[string]any, len(fields))
		t.members(flat, "", fields)
		d.Set(flat, nil)
		return nil
	}
	plan, refused := t.plans.Get(d.Schema, t.plan)
	if refused != nil {
		return refused
	}
	flat := make(map[string]any, len(plan.schema.Fields))
	fill(flat, plan.leaves, fields)
	d.Set(flat, plan.schema)
	return nil
}

func (t *flatten) name(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + t.delimiter + name
}

// members flattens a map without a schema. An array stays an array. The order decides when
// two members get the same name.
func (t *flatten) members(flat map[string]any, prefix string, members map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		name = t.name(prefix, name)
		if below, isMap := value.(map[string]any); isMap {
			t.members(flat, name, below)
		} else {
			flat[name] = value
		}
	}
}

// fill sets the fields of the result. The fields of a struct that is null are null.
func fill(flat map[string]any, branches []branch, fields map[string]any) {
	for i := range branches {
		b := &branches[i]
		if b.below == nil {
			var value any
			if fields != nil {
				value = transform.Or(fields[b.name], b.schema, true)
			}
			flat[b.to] = value
			continue
		}
		below, _ := transform.Or(fields[b.name], b.schema, true).(map[string]any)
		fill(flat, b.below, below)
	}
}

func (t *flatten) plan(s *schema.Schema) (*flattening, *record.Refusal) {
	plan := &flattening{schema: transform.Basics(s)}
	above, _ := s.Default.(map[string]any)
	var r *record.Refusal
	plan.leaves, r = t.branches(plan.schema, "", s, s.Optional, above)
	return plan, r
}

// branches adds the leaves of a struct to the result. optional says that a struct around
// them is optional, and above is the default of the struct.
func (t *flatten) branches(result *schema.Schema, prefix string, s *schema.Schema, optional bool, above map[string]any) ([]branch, *record.Refusal) {
	all := make([]branch, len(s.Fields))
	for i, f := range s.Fields {
		b := branch{name: f.Name, to: t.name(prefix, f.Name), schema: f.Schema}
		optional, its := optional || f.Schema.Optional, f.Schema.Default
		if its == nil {
			its = above[f.Name]
		}
		var r *record.Refusal
		switch {
		case transform.IsStruct(f.Schema):
			below, _ := its.(map[string]any)
			if b.below, r = t.branches(result, b.to, f.Schema, optional, below); b.below == nil {
				b.below = []branch{}
			}
		case f.Schema.Type == schema.Map:
			r = transform.Refuse(transform.BadSchema, "expected a struct, an array or a simple type, got a map").At(transform.Name(b.to))
		default:
			leaf := *f.Schema
			leaf.Optional, leaf.Default, leaf.Common = optional, its, nil
			r = transform.AddField(result, b.to, &leaf)
		}
		if r != nil {
			return nil, r
		}
		all[i] = b
	}
	return all, nil
}
