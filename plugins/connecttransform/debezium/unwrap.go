// Package debezium has the transforms of Debezium.
package debezium

import (
	"reflect"
	"strings"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const (
	optionDeletes        = "delete.tombstone.handling.mode"
	optionOldDeletes     = "delete.handling.mode"
	optionTombstones     = "drop.tombstones"
	optionAddFields      = "add.fields"
	optionFieldsPrefix   = "add.fields.prefix"
	optionAddHeaders     = "add.headers"
	optionHeadersPrefix  = "add.headers.prefix"
	optionRoute          = "route.by.field"
	optionDropHeader     = "drop.fields.header.name"
	optionDropFromKey    = "drop.fields.from.key"
	optionDropCompatible = "drop.fields.keep.schema.compatible"

	// The fields of a change event, and the field that says whether a row is deleted.
	fieldBefore  = "before"
	fieldAfter   = "after"
	fieldOp      = "op"
	fieldDeleted = "__deleted"

	operationDelete = "d"

	// envelopeSuffix ends the name of the schema of each change event.
	envelopeSuffix = ".Envelope"
)

var options = []transform.Option{
	{Name: optionDeletes, Default: "tombstone"},
	{Name: optionOldDeletes, Default: "drop"},
	{Name: optionTombstones, Kind: transform.Flag, Default: "true"},
	{Name: optionAddFields},
	{Name: optionFieldsPrefix, Default: "__"},
	{Name: optionAddHeaders},
	{Name: optionHeadersPrefix, Default: "__"},
	{Name: optionRoute},
	{Name: optionDropHeader},
	{Name: optionDropFromKey, Kind: transform.Flag, Default: "false"},
	{Name: optionDropCompatible, Kind: transform.Flag, Default: "true"},
	transform.ReplaceNull,
}

// ExtractNewRecordState makes of a change event the row that it has. It takes the options
// of Debezium 3.2 and later. When it has drop.tombstones or delete.handling.mode, and not
// delete.tombstone.handling.mode, it works as it did from Debezium 2.5 to 3.1.
var ExtractNewRecordState = transform.Type{
	Class:   "io.debezium.transforms.ExtractNewRecordState",
	Options: options,
	New: func(s *transform.Settings, _ transform.Side) (transform.Transform, error) {
		return newUnwrap(s, s.Has(optionOldDeletes) || s.Has(optionTombstones))
	},
}

// UnwrapFromEnvelope is ExtractNewRecordState under the name of its first releases, which
// had the old options only: their defaults count.
var UnwrapFromEnvelope = transform.Type{
	Class:   "io.debezium.transforms.UnwrapFromEnvelope",
	Options: options,
	New: func(s *transform.Settings, _ transform.Side) (transform.Transform, error) {
		return newUnwrap(s, true)
	},
}

type unwrap struct {
	mode        mode
	replaceNull bool
	addFields   []reference
	addHeaders  []reference
	route       string
	dropping    *dropping // nil for none
	events      transform.Cache[*event]
	marked      transform.Cache[*marked]
}

// event is what a schema says about its change events.
type event struct {
	before, after *schema.Schema // nil if the event has no such field
	added         transform.Cache[*extended]
}

// extended is the schema of a row with the fields of the event.
type extended struct {
	schema *schema.Schema
	fields []addition
}

// marked is the schema of a row with the field __deleted.
type marked struct {
	schema   *schema.Schema
	defaults transform.Defaults
}

func newUnwrap(s *transform.Settings, old bool) (transform.Transform, error) {
	t := &unwrap{replaceNull: s.Flag(transform.ReplaceNull.Name), route: s.Text(optionRoute), dropping: newDropping(s)}
	var err error
	if t.mode, err = newMode(s, old); err != nil {
		return nil, err
	}
	if t.addFields, err = references(s, optionAddFields, optionFieldsPrefix); err != nil {
		return nil, err
	}
	if t.addHeaders, err = references(s, optionAddHeaders, optionHeadersPrefix); err != nil {
		return nil, err
	}
	for i := range t.addHeaders {
		if err := transform.CheckHeader(t.addHeaders[i].name); err != nil {
			return nil, transform.Invalid(optionAddHeaders, err)
		}
	}
	return t, nil
}

// Apply implements transform.Transform.
func (t *unwrap) Apply(r *transform.Record) (dropped bool, _ *record.Refusal) {
	d, refused := transform.Value.Of(r)
	switch {
	case refused != nil:
		return false, refused
	case d.Value == nil:
		t.tombstoneHeaders(r)
		return t.mode.dropTombstones, nil
	case d.Schema == nil || !strings.HasSuffix(d.Schema.Name, envelopeSuffix):
		return false, nil
	}
	fields, refused := transform.Value.Fields(d)
	if refused != nil {
		return false, refused
	}
	e, _ := t.events.Get(d.Schema, newEvent)
	if refused := t.headers(r, fields, d.Schema); refused != nil {
		return false, refused
	}
	after, refused := e.state(fields, fieldAfter, e.after)
	if refused != nil {
		return false, refused
	}
	if after != nil {
		return false, t.change(r, e, fields, after)
	}
	before, refused := t.before(e, fields)
	if refused != nil {
		return false, refused
	}
	if before == nil || t.mode.deletes == deleteDrop { // TRUNCATE has no row
		return true, nil
	}
	return false, t.remove(r, e, fields, before)
}

// newEvent never refuses: a field that is missing counts only when it is needed.
func newEvent(s *schema.Schema) (*event, *record.Refusal) {
	e := &event{before: s.Field(fieldBefore), after: s.Field(fieldAfter)}
	if reflect.DeepEqual(e.before, e.after) {
		e.before = e.after // so that deletes and other changes have one schema
	}
	return e, nil
}

// state returns the row before or after the change.
func (e *event) state(fields map[string]any, name string, its *schema.Schema) (any, *record.Refusal) {
	if its == nil {
		return nil, transform.Refuse(transform.MissingField, "the change event has no such field").At(name)
	}
	return transform.Or(fields[name], its, true), nil
}

// before returns the row before a delete, and nil for TRUNCATE, which has none. A decoder may
// omit the row (exclude_fields) for an outcome that does not have it: the operation then
// tells the two apart.
func (t *unwrap) before(e *event, fields map[string]any) (any, *record.Refusal) {
	if e.before != nil || t.mode.deletes == deleteRewrite || t.route != "" {
		return e.state(fields, fieldBefore, e.before)
	}
	if fields[fieldOp] == operationDelete {
		return operationDelete, nil
	}
	return nil, nil
}

// change makes the row of an insert, an update or a read.
func (t *unwrap) change(r *transform.Record, e *event, fields map[string]any, after any) *record.Refusal {
	row, isRow := after.(map[string]any)
	if !isRow || !transform.IsStruct(e.after) {
		return transform.Refuse(transform.NotStruct, "expected a struct, got "+transform.TypeName(e.after)).At(fieldAfter)
	}
	var refused *record.Refusal
	its := e.after
	if t.mode.deletes == deleteRewrite {
		if its, refused = t.mark(row, its, "false"); refused != nil {
			return refused
		}
	}
	if refused = t.routed(r, row, its, fieldAfter); refused != nil {
		return refused
	}
	envelope := r.Value.Schema
	if its, refused = t.extend(e, row, its, fields, envelope); refused != nil {
		return refused
	}
	r.Value.Set(row, its)
	return t.dropping.apply(r)
}

// remove makes what the mode says of a delete.
func (t *unwrap) remove(r *transform.Record, e *event, fields map[string]any, before any) *record.Refusal {
	row, isRow := before.(map[string]any)
	isRow = isRow && transform.IsStruct(e.before)
	switch {
	case t.route == "":
	case !isRow:
		return transform.Refuse(transform.NotStruct, "expected a struct, got "+transform.TypeName(e.before)).At(fieldBefore)
	default:
		if refused := t.routed(r, row, e.before, fieldBefore); refused != nil {
			return refused
		}
	}
	envelope, value, its := r.Value.Schema, any(nil), e.after
	switch t.mode.deletes {
	case deleteTombstone:
		its = nil
	case deleteRewrite:
		value, its = before, e.before
		if isRow {
			marked, refused := t.mark(row, its, "true")
			if refused != nil {
				return refused
			}
			its = marked
		}
	}
	r.Value.Set(value, its)
	if refused := t.dropping.apply(r); refused != nil || r.Value.Value == nil {
		return refused
	}
	row, isRow = r.Value.Value.(map[string]any)
	if !isRow {
		return transform.Refuse(transform.NotStruct, "expected a struct, got "+transform.TypeName(its)).At(fieldBefore)
	}
	its, refused := t.extend(e, row, r.Value.Schema, fields, envelope)
	if refused != nil {
		return refused
	}
	r.Value.Set(row, its)
	return nil
}

// mark adds the field __deleted to a row.
func (t *unwrap) mark(row map[string]any, its *schema.Schema, deleted any) (*schema.Schema, *record.Refusal) {
	m, refused := t.marked.Get(its, t.newMarked)
	if refused != nil {
		return nil, refused
	}
	m.defaults.Fill(row)
	row[fieldDeleted] = deleted
	return m.schema, nil
}

func (t *unwrap) newMarked(its *schema.Schema) (*marked, *record.Refusal) {
	m := &marked{transform.Basics(its), transform.DefaultsOf(its, t.replaceNull)}
	for _, f := range its.Fields {
		_ = transform.AddField(m.schema, f.Name, f.Schema) // no name occurs twice in a schema
	}
	return m, transform.AddField(m.schema, fieldDeleted, transform.Simple(schema.String, true))
}

// routed replaces the topic by the value of a field, unless that is null or blank.
func (t *unwrap) routed(r *transform.Record, row map[string]any, its *schema.Schema, path string) *record.Refusal {
	if t.route == "" {
		return nil
	}
	path += "." + transform.Name(t.route)
	switch field := its.Field(t.route); {
	case field == nil:
		return transform.Refuse(transform.MissingField, "the row has no such field, which "+optionRoute+" names").At(path)
	case field.Type != schema.String:
		return transform.Refuse(transform.BadValue, "expected a string as the topic, got "+transform.TypeName(field)).At(path)
	}
	if topic, isText := row[t.route].(string); isText && strings.TrimSpace(topic) != "" {
		r.Topic = topic
	}
	return nil
}
