package field

import (
	"errors"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const (
	optionTopicField     = "topic.field"
	optionPartitionField = "partition.field"
	optionOffsetField    = "offset.field"
	optionTimestampField = "timestamp.field"
	optionStaticField    = "static.field"
	optionStaticValue    = "static.value"
)

// InsertField adds fields with the topic, the position and the timestamp of the record, and
// a field with a text of the configuration.
var InsertField = transform.Type{
	Class: "org.apache.kafka.connect.transforms.InsertField",
	Sides: true,
	Options: []transform.Option{
		{Name: optionTopicField}, {Name: optionPartitionField}, {Name: optionOffsetField}, {Name: optionTimestampField},
		{Name: optionStaticField}, {Name: optionStaticValue}, transform.ReplaceNull,
	},
	New: newInsertField,
}

type insertField struct {
	side        transform.Side
	inserted    []insertion
	replaceNull bool
	plans       transform.Cache[*transform.Plan]
}

// insertion is a field that is added.
type insertion struct {
	name   string
	schema *schema.Schema
	// value returns the value, nil for none. A record without a schema has the timestamp as
	// a number.
	value func(r *transform.Record, hasSchema bool) any
}

func newInsertField(s *transform.Settings, side transform.Side) (transform.Transform, error) {
	t := &insertField{side: side, replaceNull: s.Flag(transform.ReplaceNull.Name)}
	static := s.Text(optionStaticValue)
	// The order is the order of the fields.
	for _, o := range []struct {
		option string
		schema func(optional bool) *schema.Schema
		value  func(r *transform.Record, hasSchema bool) any
	}{
		{optionTopicField, simple(schema.String), func(r *transform.Record, _ bool) any { return r.Topic }},
		{optionPartitionField, simple(schema.Int32), func(r *transform.Record, _ bool) any { return known(r, r.Position.Partition) }},
		{optionOffsetField, simple(schema.Int64), func(r *transform.Record, _ bool) any { return known(r, r.Position.Offset) }},
		{optionTimestampField, func(optional bool) *schema.Schema { return transform.Logical(transform.NameTimestamp, optional) }, timestamp},
		{optionStaticField, simple(schema.String), func(*transform.Record, bool) any { return static }},
	} {
		if !s.Has(o.option) {
			continue
		}
		name, isRequired := strings.CutSuffix(s.Text(o.option), "!")
		if !isRequired {
			name = strings.TrimSuffix(name, "?")
		}
		t.inserted = append(t.inserted, insertion{name, o.schema(!isRequired), o.value})
	}
	switch {
	case len(t.inserted) == 0:
		return nil, errors.New("no option names a field: set topic.field, partition.field, offset.field, timestamp.field or static.field")
	case s.Has(optionStaticField) && !s.Has(optionStaticValue):
		return nil, errors.New("option static.value is required when static.field is set")
	}
	return transform.Func(t.apply), nil
}

func simple(t schema.Type) func(optional bool) *schema.Schema {
	return func(optional bool) *schema.Schema { return transform.Simple(t, optional) }
}

func known(r *transform.Record, n int64) any {
	if !r.Position.Known {
		return nil
	}
	return n
}

func timestamp(r *transform.Record, hasSchema bool) any {
	switch {
	case !r.HasTimestamp:
		return nil
	case hasSchema:
		return time.UnixMilli(r.Timestamp).UTC()
	}
	return r.Timestamp
}

func (t *insertField) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	if refused != nil || d.Value == nil {
		return refused
	}
	fields, its, refused := t.side.Planned(d, &t.plans, t.plan)
	if refused != nil {
		return refused
	}
	for i := range t.inserted {
		f := &t.inserted[i]
		if value := f.value(r, its != nil); value != nil || its != nil {
			fields[f.name] = value
		}
	}
	d.Set(fields, its)
	return nil
}

func (t *insertField) plan(s *schema.Schema) (*transform.Plan, *record.Refusal) {
	plan := &transform.Plan{Schema: transform.Basics(s), Defaults: transform.DefaultsOf(s, t.replaceNull)}
	for _, f := range s.Fields {
		if r := transform.AddField(plan.Schema, f.Name, f.Schema); r != nil {
			return nil, r
		}
	}
	for _, f := range t.inserted {
		if r := transform.AddField(plan.Schema, f.name, f.schema); r != nil {
			return nil, r
		}
	}
	return plan, nil
}
