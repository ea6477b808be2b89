package transform

import (
	"fmt"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Record is a record of Kafka on its way through a chain. A transform changes it in place.
type Record struct {
	Topic string
	// Position says where the record was read. InsertField inserts it.
	Position Position
	// Timestamp is in milliseconds since 1970. HasTimestamp is false for a record without one.
	Timestamp    int64
	HasTimestamp bool
	Headers      Headers
	Key, Value   Data
}

// Position is the partition and the offset of a record. Known is false for a message that
// does not come from Kafka.
type Position struct {
	Partition, Offset int64
	Known             bool
}

// Headers are the headers of a record, by name. A value is text, or nil for null; a header
// that a transform sets may have any value of a record, which [Text] makes text. A name
// that is reserved for other metadata never reaches Set: [CheckHeader] refuses it at the
// start.
type Headers interface {
	Get(name string) (value any, found bool)
	Set(name string, value any)
	Drop(name string)
}

// CheckHeader returns an error for a name that a header cannot have: in a message, a header
// is metadata, and other metadata has this name.
func CheckHeader(name string) error {
	if record.IsReserved(name) {
		return fmt.Errorf("a header cannot be named %s, because metadata of the message has this name", name)
	}
	return nil
}

// HeaderMap is the headers of a record that has no message.
type HeaderMap map[string]any

// Get implements Headers.
func (h HeaderMap) Get(name string) (any, bool) {
	v, found := h[name]
	return v, found
}

// Set implements Headers.
func (h HeaderMap) Set(name string, value any) { h[name] = value }

// Drop implements Headers.
func (h HeaderMap) Drop(name string) { delete(h, name) }

// Data is the key or the value of a record, in the form that package connectjson describes.
// The schema is nil for a value without one, and for most nulls. A null with a schema is
// possible: a delete of ExtractNewRecordState is one.
type Data struct {
	Value  any
	Schema *schema.Schema
	// Shared says that other messages may have the same value, so that a transform must not
	// change it. Fields copies such a value first.
	Shared bool
	// Changed says that a transform has changed the value or the schema.
	Changed bool
	// Refusal, unless nil, says why a transform cannot use the data: nothing has decoded it.
	Refusal *record.Refusal
}

// Set replaces the value and the schema. The record owns the value from now on, so it must
// not be part of the other data of the record: see [Clone].
func (d *Data) Set(value any, s *schema.Schema) {
	d.Value, d.Schema, d.Changed, d.Refusal = value, s, true, nil
}

// Replace gives the record other data, which shares nothing with the data before.
func (d *Data) Replace(value any, s *schema.Schema) {
	*d = Data{Value: value, Schema: s, Changed: true}
}

// Side says whether a transform works on the key or on the value, as the class names
// `…$Key` and `…$Value` do.
type Side uint8

// The sides.
const (
	Value Side = iota
	Key
)

// String returns "value" or "key".
func (s Side) String() string {
	if s == Key {
		return "key"
	}
	return "value"
}

// Of returns the data of this side. It refuses data that nothing has decoded.
func (s Side) Of(r *Record) (*Data, *record.Refusal) {
	d := &r.Value
	if s == Key {
		d = &r.Key
	}
	if d.Refusal != nil {
		copied := *d.Refusal // the chain prepends to the path
		return nil, &copied
	}
	return d, nil
}

// Fields returns the fields of a struct, or the members of a map without a schema. The
// caller may change the map that it gets, but no part of it, and calls [Data.Set] with the
// map when it has. It refuses anything else, null as well. The path is the side's name.
func (s Side) Fields(d *Data) (map[string]any, *record.Refusal) {
	fields, refused := s.Look(d)
	if refused == nil && d.Shared {
		d.Value, d.Shared = Clone(d.Value), false
		fields = d.Value.(map[string]any)
	}
	return fields, refused
}

// Look is Fields for a caller that does not change the map.
func (s Side) Look(d *Data) (map[string]any, *record.Refusal) {
	fields, isMap := d.Value.(map[string]any)
	if isMap && (d.Schema == nil || IsStruct(d.Schema)) {
		return fields, nil
	}
	want := "a map, since it has no schema"
	if d.Schema != nil {
		want = "a struct"
	}
	return nil, Refuse(NotStruct, "expected "+want+", got "+d.kind()).At(s.String())
}

// kind names what the data is, for the text of a refusal.
func (d *Data) kind() string {
	if d.Value != nil && d.Schema != nil {
		return TypeName(d.Schema)
	}
	return KindOf(d.Value)
}

// Clone returns a copy of a value. Each container of a record has one owner, so a transform
// that uses a value twice uses a copy.
func Clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for name, member := range v {
			c[name] = Clone(member)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, element := range v {
			c[i] = Clone(element)
		}
		return c
	}
	return v // nothing changes bytes
}
