// Package rows makes the rows of a table from records and tombstones, and leaves one row
// of each key of a batch.
package rows

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/key"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Message has what the output takes of a message of the framework.
type Message struct {
	Content  any             // the record, an object; nil for a tombstone
	Schema   *schema.Schema  // of the record, nil if it has none
	Metadata []any           // one for each of Target.Metadata, nil where it is absent
	Key      any             // of Kafka: text, bytes or a *record.KeyValue
	Failed   bool            // it has an error already and will not be written
	Table    string          // the name of its table, "" for the configured one
	Refusal  *record.Refusal // why it has no table
}

// Row is one record as the table's columns will hold it, or a tombstone.
type Row struct {
	Message int   // its index in the batch
	Values  []any // one a column: nil, int64, uint64, float64, string or []byte
	Size    int   // bytes in a statement, at most
	Deletes bool  // a tombstone: it has values for Table.DeleteColumns only
	Number  any   // of the table's own AUTO_INCREMENT column, nil if it is not known
	// Group has the rows of this key that this row stands for, in their order, with this
	// row. It is nil when there is no other row.
	Group []Row
	// Later has the rows of this key that are written after this one.
	Later []Row
	alone bool // none of Later may stand for others
}

// IsDelete says whether a row is a tombstone.
func IsDelete(r Row) bool { return r.Deletes }

// IsNumbered says whether a row carries its number.
func IsNumbered(r Row) bool { return r.Number != nil }

// Ignores says whether a message is a tombstone that deletes nothing.
func Ignores(t *table.Table, m *Message) bool {
	return m.Content == nil && !m.Failed && !t.Target.Deletes
}

// Build makes the rows of a batch, which are valid until the buffer is freed. It returns
// the refusals by the index of their message.
func Build(t *table.Table, messages []Message, b *Buffer) ([]Row, map[int]*record.Refusal) {
	width := len(t.Columns)
	b.reserve(len(messages), width)
	values, rows := b.values, b.rows[:0]
	var refusals map[int]*record.Refusal
	for i := range messages {
		if messages[i].Failed || Ignores(t, &messages[i]) {
			continue
		}
		r, refusal := BuildRow(t, i, &messages[i], values[i*width:(i+1)*width:(i+1)*width])
		if refusal == nil {
			rows = append(rows, r)
			continue
		}
		if refusals == nil {
			refusals = make(map[int]*record.Refusal)
		}
		refusals[i] = refusal
	}
	return rows, refusals
}

// BuildRow makes a row of the message with this index in its batch. values has the length
// of the table's columns.
func BuildRow(t *table.Table, index int, m *Message, values []any) (Row, *record.Refusal) {
	if m.Content == nil {
		return buildTombstone(t, index, m, values)
	}
	content, ok := m.Content.(map[string]any)
	if !ok {
		return Row{}, NotAnObject(m.Content)
	}
	members, refused := keyOf(t, m)
	if refused != nil {
		return Row{}, refused
	}
	r := Row{Message: index, Values: values}
	largest := 0
	for i := range t.Columns {
		c, source := &t.Columns[i], &t.Sources[i]
		var v any
		switch source.Origin {
		case table.FromMetadata:
			v, refused = c.FromMetadata(m.Metadata[source.At])
		case table.FromKey:
			v, refused = c.FromMetadata(members[source.Name])
		default:
			var present bool
			if v, present = content[source.Name]; !present {
				refused = refusal.New(refusal.Missing, c.Name, "the record has no such member")
			}
		}
		if refused == nil {
			v, refused = accept(c, v, m.Schema, source.Name)
		}
		if refused != nil {
			return Row{}, refused
		}
		values[i] = v
		size := column.Size(v)
		if r.Size += size; size > column.Size(values[largest]) {
			largest = i
		}
	}
	if r.Size > t.Packet() {
		return Row{}, refusal.New(refusal.TooLarge, t.Columns[largest].Name, "the row has %d bytes, max_allowed_packet is %d", r.Size, t.MaxPacket)
	}
	return r, nil
}

// NotAnObject returns the refusal of content that is no record.
func NotAnObject(content any) *record.Refusal {
	return refusal.New(refusal.Shape, "value", "expected an object, got %s", column.TypeName(content))
}

// keyOf returns the values of the columns that take the record's key: of a tombstone, all
// columns of the key that take no metadata.
func keyOf(t *table.Table, m *Message) (map[string]any, *record.Refusal) {
	if m.Content != nil && t.Target.KeyFrom != table.FromKey {
		return nil, nil
	}
	var names []string
	for _, i := range t.Key {
		if t.Sources[i].Origin != table.FromMetadata {
			names = append(names, t.Sources[i].Name)
		}
	}
	return key.Members(m.Key, names)
}

// buildTombstone makes the row that a message without content deletes.
func buildTombstone(t *table.Table, index int, m *Message, values []any) (Row, *record.Refusal) {
	members, refused := keyOf(t, m)
	if refused != nil {
		return Row{}, refused
	}
	r := Row{Message: index, Values: values, Deletes: true}
	for _, i := range t.DeleteColumns() {
		c := &t.Columns[i]
		v := members[t.Sources[i].Name]
		if t.Sources[i].Origin == table.FromMetadata {
			v = m.Metadata[t.Sources[i].At]
		}
		v, refused := c.FromMetadata(v)
		if refused == nil && v == nil {
			refused = refusal.New(refusal.Missing, c.Name, "the tombstone has no value for it")
		}
		if refused != nil {
			return Row{}, refused
		}
		v, refused = c.Accept(v)
		if refused != nil {
			return Row{}, refused
		}
		values[i] = v
		r.Size += column.Size(v)
	}
	return r, nil
}

// Tally counts rows by their outcome.
type Tally struct {
	Inserted, Updated, Unchanged, Stale, Deleted int
}

// Outcome is the outcome of rows. A row that no number of the tally counts is refused.
type Outcome struct {
	Tally
	Refused []Refused
}

// Refused is a row with the fault that it met alone.
type Refused struct {
	Row   Row
	Fault *fault.Fault
}

// Stored returns how many rows the table now agrees with.
func (t Tally) Stored() int { return t.Inserted + t.Updated + t.Unchanged + t.Stale + t.Deleted }

// Add adds the outcome of other rows.
func (o *Outcome) Add(other Outcome) {
	o.Inserted += other.Inserted
	o.Updated += other.Updated
	o.Unchanged += other.Unchanged
	o.Stale += other.Stale
	o.Deleted += other.Deleted
	o.Refused = append(o.Refused, other.Refused...)
}
