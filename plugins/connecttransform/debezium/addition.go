package debezium

import (
	"errors"
	"strings"

	"github.com/order-sink/order-sink/plugins/connecttransform/javavalue"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// reference is an item of add.fields or add.headers: a field of the change event, and the
// name that it gets.
type reference struct {
	structure string // the struct that has the field, "" for the change event itself
	field     string
	name      string
}

// structures has the struct of a field that an item names without its struct. It is source
// for every other field.
var structures = map[string]string{
	fieldOp: "", "ts_ms": "", "ts_us": "", "ts_ns": "",
	"id": "transaction", "data_collection_order": "transaction", "total_order": "transaction",
	"updateDescription": "updateDescription", // of MongoDB
}

func references(s *transform.Settings, option, prefixOption string) ([]reference, error) {
	if s.Text(option) == "" {
		return nil, nil
	}
	var all []reference
	for _, item := range splitAsJava(s.Text(option), ",") {
		r, err := newReference(strings.TrimSpace(item), s.Text(prefixOption))
		if err != nil {
			return nil, transform.Invalid(option, err)
		}
		all = append(all, r)
	}
	return all, nil
}

func newReference(item, prefix string) (reference, error) {
	names := splitAsJava(item, ":")
	if len(names) == 0 || len(names) > 2 {
		return reference{}, errors.New("expected items such as op, source.ts_ms or op:operation")
	}
	path := splitAsJava(names[0], ".")
	if len(path) == 0 {
		return reference{}, errors.New("an item has no name")
	}
	r := reference{field: path[0], name: path[0]}
	if len(path) == 1 {
		its, special := structures[r.field]
		if r.structure = "source"; special {
			r.structure = its
		}
	} else {
		r = reference{path[0], path[1], path[0] + "_" + path[1]}
	}
	if len(names) == 2 {
		r.name = names[1]
	}
	r.name = prefix + r.name
	return r, nil
}

// splitAsJava splits text as Java's String.split does: without the empty parts at its end.
func splitAsJava(text, separator string) []string {
	parts := strings.Split(text, separator)
	if len(parts) == 1 {
		return parts
	}
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

// addition is a reference to a field of the change events of one schema.
type addition struct {
	reference
	schema *schema.Schema
	// isIn says that the struct has the field. Otherwise the change event itself has it.
	isIn bool
}

// resolve finds a field. present is false if neither the struct nor the change event has
// it. A struct that is missing is a refusal.
func (r *reference) resolve(envelope *schema.Schema) (a addition, present bool, _ *record.Refusal) {
	a = addition{reference: *r, isIn: true}
	its := envelope
	if r.structure != "" {
		path := transform.Name(r.structure)
		switch its = envelope.Field(r.structure); {
		case its == nil:
			return a, false, transform.Refuse(transform.MissingField, "the change event has no such struct").At(path)
		case !transform.IsStruct(its):
			return a, false, transform.Refuse(transform.NotStruct, "expected a struct, got "+transform.TypeName(its)).At(path)
		}
	}
	found := its.Field(r.field)
	if found == nil {
		a.isIn = false
		found = envelope.Field(r.field)
	}
	if found == nil {
		return a, false, nil
	}
	a.schema = transform.Basics(found)
	a.schema.Optional, a.schema.Items, a.schema.Keys = true, found.Items, found.Keys
	return a, true, nil
}

// value returns the field of a change event, nil if the struct is null.
func (a *addition) value(fields map[string]any) any {
	if a.structure == "" {
		return transform.Clone(fields[a.field])
	}
	structure, _ := fields[a.structure].(map[string]any)
	switch {
	case structure == nil:
		return nil
	case a.isIn:
		return transform.Clone(structure[a.field])
	}
	return transform.Clone(fields[a.field])
}

// extend adds the fields of add.fields to a row. It also makes the schema of the row as
// Debezium does: not optional.
func (t *unwrap) extend(e *event, row map[string]any, its *schema.Schema, fields map[string]any, envelope *schema.Schema) (*schema.Schema, *record.Refusal) {
	x, refused := e.added.Get(its, func(its *schema.Schema) (*extended, *record.Refusal) { return t.newExtended(its, envelope) })
	if refused != nil {
		return nil, refused
	}
	for i := range x.fields {
		a := &x.fields[i]
		v := a.value(fields)
		if v != nil && a.schema.Type == schema.Struct {
			return nil, transform.Refuse(transform.BadSchema, optionAddFields+" names a struct: name one of its fields").At(transform.Name(a.name))
		}
		row[a.name] = v
	}
	return x.schema, nil
}

func (t *unwrap) newExtended(its, envelope *schema.Schema) (*extended, *record.Refusal) {
	if op := envelope.Field(fieldOp); op == nil || op.Type != schema.String {
		return nil, transform.Refuse(transform.MissingField, "the change event has no such field of type string").At(fieldOp)
	}
	x := &extended{schema: transform.Basics(its)}
	for _, f := range its.Fields {
		_ = transform.AddField(x.schema, f.Name, f.Schema) // no name occurs twice in a schema
	}
	for i := range t.addFields {
		a, present, refused := t.addFields[i].resolve(envelope)
		if refused != nil {
			return nil, refused
		}
		if !present {
			continue
		}
		if refused := transform.AddField(x.schema, a.name, a.schema); refused != nil {
			return nil, refused
		}
		x.fields = append(x.fields, a)
	}
	return x, nil
}

// headers adds the headers of add.headers.
func (t *unwrap) headers(r *transform.Record, fields map[string]any, envelope *schema.Schema) *record.Refusal {
	for i := range t.addHeaders {
		a, present, refused := t.addHeaders[i].resolve(envelope)
		if refused != nil {
			return refused
		}
		if !present {
			continue
		}
		var header any
		if v := a.value(fields); v != nil {
			text, ok := javavalue.Text(a.schema, v)
			if !ok {
				return transform.Refuse(transform.BadValue, "expected a value that has a text, got another").At(transform.Name(a.field))
			}
			header = text
		}
		r.Headers.Set(a.name, header)
	}
	return nil
}

// tombstoneHeaders adds the header of the operation, which is a delete.
func (t *unwrap) tombstoneHeaders(r *transform.Record) {
	for i := range t.addHeaders {
		if h := &t.addHeaders[i]; h.field == fieldOp {
			r.Headers.Set(h.name, operationDelete)
		}
	}
}
