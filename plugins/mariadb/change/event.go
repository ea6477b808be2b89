// Package change reads change events: records that say what happened to a row of another
// database. It knows the envelope of Debezium, and the JSON of the KafkaCDC router of
// MaxScale.
package change

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// FieldChangeEvents is the setting that names the format of the records.
const FieldChangeEvents = "change_events"

// Op is what an event does.
type Op uint8

// The operations.
const (
	None     Op = iota // nothing: acknowledge the record
	Create             // a row was inserted
	Read               // a snapshot read the row
	Update             // a row was changed
	Delete             // a row was deleted
	Truncate           // all rows of the table were deleted
)

// Record is what the output has of a message.
type Record struct {
	Content any            // as decoded: an object; nil for a tombstone
	Schema  *schema.Schema // of the content, nil if it has none
	Topic   string
	Key     any // the record key before it was decoded: bytes or text
}

// Event is a change event. The rows share their values with the content of the record, so
// nobody may change them.
type Event struct {
	Op Op
	// Before is the row before the event. A Delete has it, and an Update usually. Some
	// databases send no row, or only its key: then it is nil, or its other fields are.
	Before map[string]any
	// After is the row after the event: Create, Read and Update always have it. It lacks
	// the fields in Unavailable.
	After map[string]any
	// Schema is the schema of both rows, nil if the record has none.
	Schema *schema.Schema
	// Unavailable has the names of the fields of After that the source did not send,
	// sorted. The stored row keeps their values.
	Unavailable []string
	// Alone says that an Update has come without the record with its old row, see [Pairs].
	Alone bool

	source source
	half   half
	id     eventID
}

// source is the part of an event that says where the source has it.
type source interface {
	position(name string) (any, *record.Refusal)
}

// image returns a row of an event, nil if the event does not have it.
func image(content map[string]any, name string) (map[string]any, *record.Refusal) {
	switch row := content[name].(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return row, nil
	default:
		return nil, refusal.New(refusal.Event, name, "expected a row, got %s", column.TypeName(row))
	}
}

// noEvent returns the refusal of a record that is no event of the format.
func noEvent(expected, got string) *record.Refusal {
	return refusal.New(refusal.Event, "value", "expected %s, got %s: name the format of the records in %s, or set it to none if the records are rows", expected, got, FieldChangeEvents)
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
