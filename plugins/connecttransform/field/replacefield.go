// Package field has the transforms that change the fields of a key or of a value.
package field

import (
	"slices"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const (
	optionExclude   = "exclude"
	optionInclude   = "include"
	optionRenames   = "renames"
	optionBlacklist = "blacklist"
	optionWhitelist = "whitelist"
)

// ReplaceField removes and renames fields.
var ReplaceField = transform.Type{
	Class: "org.apache.kafka.connect.transforms.ReplaceField",
	Sides: true,
	Options: []transform.Option{
		{Name: optionExclude, Kind: transform.List},
		{Name: optionInclude, Kind: transform.List},
		{Name: optionRenames, Kind: transform.List},
		// The names before Kafka 4.0.
		{Name: optionBlacklist, Kind: transform.List, For: optionExclude},
		{Name: optionWhitelist, Kind: transform.List, For: optionInclude},
		transform.ReplaceNull,
	},
	New: newReplaceField,
}

type replaceField struct {
	side             transform.Side
	exclude, include []string
	renames          map[string]string // the new name of a field, by its name
	sources          map[string]string // the name of a field, by its new name
	replaceNull      bool
	plans            transform.Cache[*replacement]
}

// replacement is what ReplaceField does to records of one schema.
type replacement struct {
	schema   *schema.Schema
	removed  []string
	moved    []move
	defaults transform.Defaults // under their new names
	// rebuild says that the record needs a new map, since a name is both old and new.
	rebuild bool
}

// move is a field of the result that has another name in the record.
type move struct{ from, to string }

func newReplaceField(s *transform.Settings, side transform.Side) (transform.Transform, error) {
	pairs, err := s.Pairs(optionRenames)
	if err != nil {
		return nil, err
	}
	t := &replaceField{
		side: side, exclude: s.Names(optionExclude), include: s.Names(optionInclude),
		renames: map[string]string{}, sources: map[string]string{}, replaceNull: s.Flag(transform.ReplaceNull.Name),
	}
	for _, pair := range pairs {
		t.renames[pair[0]] = pair[1]
	}
	for from, to := range t.renames {
		t.sources[to] = from
	}
	return transform.Func(t.apply), nil
}

func (t *replaceField) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	if refused != nil || d.Value == nil {
		return refused
	}
	fields, refused := t.side.Fields(d)
	if refused != nil {
		return refused
	}
	if d.Schema == nil {
		d.Set(t.members(fields), nil)
		return nil
	}
	plan, refused := t.plans.Get(d.Schema, t.plan)
	if refused != nil {
		return refused
	}
	d.Set(plan.apply(fields), plan.schema)
	return nil
}

func (t *replaceField) keeps(name string) bool {
	return !slices.Contains(t.exclude, name) && (len(t.include) == 0 || slices.Contains(t.include, name))
}

// members is the result for a map without a schema. A member that keeps its name is
// stronger than one that gets this name.
func (t *replaceField) members(fields map[string]any) map[string]any {
	kept := make(map[string]any, len(fields))
	for name, value := range fields {
		if !t.keeps(name) {
			continue
		}
		to, isRenamed := t.renames[name]
		if !isRenamed {
			kept[name] = value
			continue
		}
		_, isNew := t.renames[to]
		if _, exists := fields[to]; !exists || isNew || !t.keeps(to) {
			kept[to] = value
		}
	}
	return kept
}

func (t *replaceField) plan(s *schema.Schema) (*replacement, *record.Refusal) {
	plan := &replacement{schema: transform.Basics(s)}
	for _, f := range s.Fields {
		if !t.keeps(f.Name) {
			plan.removed = append(plan.removed, f.Name)
			continue
		}
		name := f.Name
		if to, isRenamed := t.renames[name]; isRenamed {
			name = to
		}
		if r := transform.AddField(plan.schema, name, f.Schema); r != nil {
			return nil, r
		}
	}
	return plan, t.finish(plan, s)
}

// finish finds where each field of the result comes from. Kafka looks for the old name of a
// new name: a field that keeps its name, and has the new name of another field, gets the
// value of that other field.
func (t *replaceField) finish(plan *replacement, s *schema.Schema) *record.Refusal {
	for _, f := range plan.schema.Fields {
		from := f.Name
		if source, isRenamed := t.sources[f.Name]; isRenamed {
			from = source
		}
		its := s.Field(from)
		if its == nil {
			return transform.Refuse(transform.MissingField, "the record has no field "+transform.Name(from)+", which is renamed to this name").At(transform.Name(f.Name))
		}
		if its != f.Schema && !sameForm(its, f.Schema) {
			return transform.Refuse(transform.BadSchema, "the field "+transform.Name(from)+", which is renamed to this name, has another type").At(transform.Name(f.Name))
		}
		if from != f.Name {
			plan.moved = append(plan.moved, move{from, f.Name})
			_, isOld := s.Index[f.Name]
			_, isNew := plan.schema.Index[from]
			plan.rebuild = plan.rebuild || isOld || isNew
		}
		if t.replaceNull && its.Default != nil {
			plan.defaults = append(plan.defaults, schema.Field{Name: f.Name, Schema: its})
		}
	}
	return nil
}

// sameForm reports whether values of one schema can be values of another.
func sameForm(a, b *schema.Schema) bool {
	return a.Type == b.Type && a.Meaning == b.Meaning && a.Type < schema.Array
}

func (p *replacement) apply(fields map[string]any) map[string]any {
	switch {
	case p.rebuild:
		fields = p.rebuilt(fields)
	default:
		for _, name := range p.removed {
			delete(fields, name)
		}
		for _, m := range p.moved {
			fields[m.to] = fields[m.from]
			delete(fields, m.from)
		}
	}
	p.defaults.Fill(fields)
	return fields
}

func (p *replacement) rebuilt(fields map[string]any) map[string]any {
	all := make(map[string]any, len(p.schema.Fields))
	for _, f := range p.schema.Fields {
		all[f.Name] = fields[f.Name]
	}
	for _, m := range p.moved {
		all[m.to] = transform.Clone(fields[m.from])
	}
	return all
}
