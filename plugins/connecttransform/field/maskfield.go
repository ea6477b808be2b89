package field

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/connecttransform/javavalue"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const optionReplacement = "replacement"

// MaskField replaces the values of fields by a constant.
var MaskField = transform.Type{
	Class: "org.apache.kafka.connect.transforms.MaskField",
	Sides: true,
	Options: []transform.Option{
		{Name: optionFields, Kind: transform.List, Required: true, NotEmpty: true},
		{Name: optionReplacement, NotEmpty: true},
		transform.ReplaceNull,
	},
	New: newMaskField,
}

type maskField struct {
	side        transform.Side
	names       []string
	replacement *string // nil for none
	replaceNull bool
	plans       transform.Cache[*masking]
}

// masking is what MaskField does to records of one schema.
type masking struct {
	defaults transform.Defaults
	fields   []schema.Field
}

func newMaskField(s *transform.Settings, side transform.Side) (transform.Transform, error) {
	t := &maskField{side: side, names: s.Names(optionFields), replaceNull: s.Flag(transform.ReplaceNull.Name)}
	if s.Has(optionReplacement) {
		text := s.Text(optionReplacement)
		t.replacement = &text
	}
	return transform.Func(t.apply), nil
}

func (t *maskField) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	if refused != nil {
		return refused
	}
	fields, refused := t.side.Fields(d)
	if refused != nil {
		return refused
	}
	if d.Schema == nil {
		for _, name := range t.names {
			masked, refused := t.mask(nil, fields[name])
			if refused != nil {
				return refused.At(transform.Name(name))
			}
			fields[name] = masked
		}
		d.Set(fields, nil)
		return nil
	}
	plan, _ := t.plans.Get(d.Schema, t.plan)
	plan.defaults.Fill(fields)
	for _, f := range plan.fields {
		masked, refused := t.mask(f.Schema, fields[f.Name])
		if refused != nil {
			return refused.At(transform.Name(f.Name))
		}
		fields[f.Name] = masked
	}
	d.Set(fields, d.Schema)
	return nil
}

func (t *maskField) plan(s *schema.Schema) (*masking, *record.Refusal) {
	plan := &masking{defaults: transform.DefaultsOf(s, t.replaceNull)}
	for _, f := range s.Fields {
		if slices.Contains(t.names, f.Name) {
			plan.fields = append(plan.fields, f)
		}
	}
	return plan, nil
}

// mask returns the constant for a value: zero, false, empty text, an empty array or map, or
// the replacement as a number or as text. A null stays null.
func (t *maskField) mask(s *schema.Schema, v any) (any, *record.Refusal) {
	if v == nil {
		return nil, nil
	}
	if s == nil {
		s = schemaOf(v)
	}
	var masked any
	ok := true
	switch {
	case s.Logical == schema.Decimal:
		masked, ok = t.decimal()
	case s.IsConnect:
		masked, ok = int64(0), t.replacement == nil
	case s.Type <= schema.Int64:
		masked, ok = t.integer(s.Type)
	case s.Type == schema.Float32, s.Type == schema.Float64:
		masked, ok = t.float(s.Type)
	case s.Type == schema.String:
		masked = ""
		if t.replacement != nil {
			masked = *t.replacement
		}
	case t.replacement != nil:
		ok = false
	case s.Type == schema.Boolean:
		masked = false
	case s.Type == schema.Array:
		masked = []any{}
	case s.Type == schema.Map:
		masked = emptyLike(v)
	default: // bytes and structs have no null value in Kafka
		ok = false
	}
	if ok {
		masked, ok = logical.Decode(s, masked)
	}
	if !ok {
		return nil, t.cannotMask(s)
	}
	return masked, nil
}

func (t *maskField) cannotMask(s *schema.Schema) *record.Refusal {
	with := " by a constant"
	if t.replacement != nil {
		with = " by the replacement of the configuration"
	}
	return transform.Refuse(transform.BadValue, "expected a type that can be masked"+with+", got "+transform.TypeName(s))
}

// schemaOf returns a schema with the type of a value without one.
func schemaOf(v any) *schema.Schema {
	s := &schema.Schema{Type: schema.Struct}
	switch v.(type) {
	case time.Time: // TimestampConverter has made it
		return transform.Logical(transform.NameTimestamp, false)
	case int64:
		s.Type = schema.Int64
	case float64, json.Number:
		s.Type = schema.Float64
	case string:
		s.Type = schema.String
	case bool:
		s.Type = schema.Boolean
	case []byte:
		s.Type = schema.Bytes
	case []any:
		s.Type = schema.Array
	case map[string]any:
		s.Type = schema.Map
	}
	return s
}

// emptyLike returns an empty map in the form of v: a map with other keys than text is an
// array of pairs.
func emptyLike(v any) any {
	if _, isPairs := v.([]any); isPairs {
		return []any{}
	}
	return map[string]any{}
}

// number returns the replacement as a number, or zero.
func (t *maskField) number() (d decimal.Decimal, text string, ok bool) {
	if t.replacement == nil {
		return d, "0", true
	}
	d, ok = javavalue.ParseDecimal(*t.replacement)
	if !ok {
		return d, "", false
	}
	text, ok = logical.DecimalText(d)
	return d, text, ok
}

func (t *maskField) decimal() (any, bool) {
	_, text, ok := t.number()
	return text, ok
}

func (t *maskField) integer(to schema.Type) (any, bool) {
	d, _, ok := t.number()
	return javavalue.Narrow(d.LowBits(), to), ok
}

func (t *maskField) float(to schema.Type) (any, bool) {
	_, text, ok := t.number()
	v, _ := castDecimalText(text, to)
	return v, ok
}
