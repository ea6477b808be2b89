package transform

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Plan is what a transform that adds or removes fields does to structs of one schema.
type Plan struct {
	Schema   *schema.Schema // of the result
	Defaults Defaults       // of the fields that stay
}

// Planned returns the fields of a struct with their defaults, and the schema of the result.
// Data without a schema has no defaults, and its result no schema. The caller may do with
// the fields what [Side.Fields] allows.
func (s Side) Planned(d *Data, plans *Cache[*Plan], derive func(*schema.Schema) (*Plan, *record.Refusal)) (map[string]any, *schema.Schema, *record.Refusal) {
	fields, refused := s.Fields(d)
	if refused != nil || d.Schema == nil {
		return fields, nil, refused
	}
	plan, refused := plans.Get(d.Schema, derive)
	if refused != nil {
		return nil, nil, refused
	}
	plan.Defaults.Fill(fields)
	return fields, plan.Schema, nil
}
