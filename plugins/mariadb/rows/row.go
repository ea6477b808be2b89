// Package rows makes the rows of a table from records and tombstones, and leaves one row
// of each key of a batch.
package rows

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Effect is what a message does to the table.
type Effect uint8

// The effects.
const (
	Writes    Effect = iota // writes the row of the record
	Deletes                 // deletes a row
	Truncates               // deletes all rows
	Nothing
)

// Message has what the output takes of a message of the framework.
type Message struct {
	Effect   Effect
	Content  any             // the record, an object; nil for a tombstone
	Before   map[string]any  // the row that the record replaces, nil if it is not known
	Partial  bool            // the source did not send all fields: the row keeps the others
	Unpaired bool            // the row that the record replaces should be known, but is not
	Schema   *schema.Schema  // of the record, nil if it has none
	Metadata []any           // one for each of Target.Metadata, nil where it is absent
	Key      any             // of Kafka: text, bytes or a *record.KeyValue
	Failed   bool            // it has an error already and will not be written
	Table    string          // the name of its table, "" for the configured one
	Refusal  *record.Refusal // why it cannot have a row
}

// HasRow says whether a message may have a row.
func (m *Message) HasRow() bool {
	return !m.Failed && m.Refusal == nil && (m.Effect == Writes || m.Effect == Deletes)
}

// Row is one record as the table's columns will hold it, or a tombstone.
type Row struct {
	Message int   // its index in the batch
	Values  []any // one a column: nil, int64, uint64, float64, string or []byte
	Size    int   // bytes in a statement, at most
	Deletes bool  // it has values for Table.DeleteColumns only
	Moved   bool  // it deletes the old row of a message that has a new row: only that one counts
	Number  any   // of the table's own AUTO_INCREMENT column, nil if it is not known
	// Group has the rows of this key that this row stands for, in their order, with this
	// row. It is nil when there is no other row.
	Group []Row
	// Later has the rows of this key that are written after this one.
	Later []Row
	alone bool // none of Later may stand for others
}

// IsDelete says whether a row is deleted.
func IsDelete(r Row) bool { return r.Deletes }

// Compacted returns how many messages have no row of their own because this row stands for
// their rows.
func (r *Row) Compacted() int {
	n := 0
	for i := range r.Group {
		if !r.Group[i].Moved {
			n++
		}
	}
	if n == 0 || r.Moved {
		return n
	}
	return n - 1
}

// IsNumbered says whether a row carries its number.
func IsNumbered(r Row) bool { return r.Number != nil }

// Build makes the rows of a batch, which are valid until the buffer is freed. It returns
// the refusals by the index of their message.
func Build(t *table.Table, messages []Message, b *Buffer) ([]Row, map[int]*record.Refusal) {
	width := len(t.Columns)
	b.reserve(len(messages), width)
	values, rows := b.values, b.rows[:0]
	var refusals map[int]*record.Refusal
	for i := range messages {
		if !messages[i].HasRow() {
			continue
		}
		r, refusal := BuildRow(t, i, &messages[i], values[i*width:(i+1)*width:(i+1)*width])
		if refusal == nil {
			if messages[i].Before != nil {
				rows = appendMoved(rows, t, &messages[i], &r)
			}
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
	if m.Effect == Deletes {
		return buildDelete(t, index, m, values)
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
			if v, present = content[source.Name]; !present { // rarely
				v, present, refused = table.Member(content, source.Name)
			}
			if !present && (t.Target.OnMissing != table.Null || c.Key || i == t.Version || m.Partial) {
				refused = refusal.New(refusal.Missing, c.Name, "the record has no such member")
			}
		}
		if refused == nil {
			if c.Zone != nil {
				v = c.Zone.Move(c, v, schemaOf(m, source.Name, source.Origin))
			}
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

// Tally counts rows by their outcome.
type Tally struct {
	Inserted, Updated, Unchanged, Stale, Deleted int
	Missing                                      int // not stored: the mode Update found no row
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

// Add adds the counts of other rows.
func (t *Tally) Add(other Tally) {
	t.Inserted += other.Inserted
	t.Updated += other.Updated
	t.Unchanged += other.Unchanged
	t.Stale += other.Stale
	t.Deleted += other.Deleted
	t.Missing += other.Missing
}

// Add adds the outcome of other rows.
func (o *Outcome) Add(other Outcome) {
	o.Tally.Add(other.Tally)
	o.Refused = append(o.Refused, other.Refused...)
}
