package mariadb

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// message is what the output takes of one message.
type message struct {
	content  any   // the record, an object; nil for a tombstone
	metadata []any // one for each of target.metadata, nil where it is absent
	key      any   // Kafka's: text or bytes
	failed   bool  // it has an error already and will not be written
}

// row is one record as the table's columns will hold it, or a tombstone.
type row struct {
	message int   // its place in the batch
	values  []any // one a column: nil, int64, uint64, float64, string or []byte
	size    int   // bytes in a statement, at most
	deletes bool  // a tombstone: it has values for table.deleteColumns only
	number  any   // of the table's own AUTO_INCREMENT column, nil if it is not known
	// group holds several rows of this key, in their order, if this one stands
	// for them, itself included.
	group []row
	// later holds the rows of this key that are written after this one.
	later []row
	alone bool // none of later may stand for others
}

// row makes a row of a message, with its values in the given room.
func (t *table) row(place int, m *message, values []any) (row, *record.Refusal) {
	if m.content == nil {
		return t.tombstone(place, m, values)
	}
	content, ok := m.content.(map[string]any)
	if !ok {
		return row{}, refusal.New(refusal.Shape, "value", "expected an object, got %s", column.TypeName(m.content))
	}
	r := row{message: place, values: values}
	largest := 0
	members := len(t.columns) - len(m.metadata)
	for i := range t.columns {
		c := &t.columns[i]
		var v any
		if i >= members {
			var refusal *record.Refusal
			if v, refusal = c.FromMetadata(m.metadata[i-members]); refusal != nil {
				return row{}, refusal
			}
		} else {
			var present bool
			if v, present = content[c.Name]; !present {
				return row{}, refusal.New(refusal.Missing, c.Name, "the record has no such member")
			}
		}
		v, refusal := c.Accept(v)
		if refusal != nil {
			return row{}, refusal
		}
		values[i] = v
		size := column.Size(v)
		if r.size += size; size > column.Size(values[largest]) {
			largest = i
		}
	}
	if r.size > t.packet() {
		return row{}, refusal.New(refusal.TooLarge, t.columns[largest].Name, "the row has %d bytes, max_allowed_packet is %d", r.size, t.maxPacket)
	}
	return r, nil
}

// tombstone makes the row that a message without content deletes.
func (t *table) tombstone(place int, m *message, values []any) (row, *record.Refusal) {
	var names []string // of the key, without those of metadata
	for _, i := range t.key {
		if i < len(t.columns)-len(m.metadata) {
			names = append(names, t.columns[i].Name)
		}
	}
	members, refused := keyMembers(m.key, names)
	if refused != nil {
		return row{}, refused
	}
	r := row{message: place, values: values, deletes: true}
	for _, i := range t.deleteColumns() {
		c := &t.columns[i]
		v := members[c.Name]
		if n := i - (len(t.columns) - len(m.metadata)); n >= 0 {
			v = m.metadata[n]
		}
		v, refused := c.FromMetadata(v)
		if refused == nil && v == nil {
			refused = refusal.New(refusal.Missing, c.Name, "the tombstone has no value for it")
		}
		if refused != nil {
			return row{}, refused
		}
		v, refused = c.Accept(v)
		if refused != nil {
			return row{}, refused
		}
		values[i] = v
		r.size += column.Size(v)
	}
	return r, nil
}

// packet is how many bytes of rows a statement may carry. The rest of
// max_allowed_packet is for the protocol.
func (t *table) packet() int { return t.maxPacket - 64 }
