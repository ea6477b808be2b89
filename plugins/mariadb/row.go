package mariadb

import (
	"cmp"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// message is what the output takes of one message.
type message struct {
	content  any   // the record, an object; nil for a tombstone
	metadata []any // one for each of target.metadata, nil where it is absent
	key      any   // Kafka's: text, bytes or a *record.TombstoneKey
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
		return row{}, refuse(CodeShape, "value", "expected an object, got %s", typeName(m.content))
	}
	r := row{message: place, values: values}
	largest := 0
	members := len(t.columns) - len(m.metadata)
	for i := range t.columns {
		c := &t.columns[i]
		var v any
		if i >= members {
			var refusal *record.Refusal
			if v, refusal = c.fromMetadata(m.metadata[i-members]); refusal != nil {
				return row{}, refusal
			}
		} else {
			var present bool
			if v, present = content[c.name]; !present {
				return row{}, refuse(CodeMissing, c.name, "the record has no such member")
			}
		}
		v, refusal := c.accept(v)
		if refusal != nil {
			return row{}, refusal
		}
		values[i] = v
		size := valueSize(v)
		if r.size += size; size > valueSize(values[largest]) {
			largest = i
		}
	}
	if r.size > t.packet() {
		return row{}, refuse(CodeTooLarge, t.columns[largest].name, "the row has %d bytes, max_allowed_packet is %d", r.size, t.maxPacket)
	}
	return r, nil
}

// tombstone makes the row that a message without content deletes.
func (t *table) tombstone(place int, m *message, values []any) (row, *record.Refusal) {
	var names []string // of the key, without those of metadata
	for _, i := range t.key {
		if i < len(t.columns)-len(m.metadata) {
			names = append(names, t.columns[i].name)
		}
	}
	members, refusal := keyMembers(m.key, names)
	if refusal != nil {
		return row{}, refusal
	}
	r := row{message: place, values: values, deletes: true}
	for _, i := range t.deleteColumns() {
		c := &t.columns[i]
		v := members[c.name]
		if n := i - (len(t.columns) - len(m.metadata)); n >= 0 {
			v = m.metadata[n]
		}
		v, refusal := c.fromMetadata(v)
		if refusal == nil && v == nil {
			refusal = refuse(CodeMissing, c.name, "the tombstone has no value for it")
		}
		if refusal != nil {
			return row{}, refusal
		}
		v, refusal = c.accept(v)
		if refusal != nil {
			return row{}, refusal
		}
		values[i] = v
		r.size += valueSize(v)
	}
	return r, nil
}

// fromMetadata gives bytes, as Kafka's key comes, the type that the column takes. The
// redpanda input sets a record's headers, which are text, over its own metadata: a
// version must not come from there.
func (c *column) fromMetadata(v any) (any, *record.Refusal) {
	switch raw := v.(type) {
	case nil:
		if c.name == "kafka_timestamp_ms" {
			return nil, refuse(CodeMissing, c.name, "the record has no timestamp that order-sink can read (none, or not in milliseconds or microseconds)")
		}
		return nil, refuse(CodeMissing, c.name, "the message has no such metadata")
	case string:
		if record.IsNumber(c.name) {
			return nil, refuse(CodeType, c.name, "a header of this name hides the record's own")
		}
	case []byte:
		if raw == nil { // no key
			return nil, nil
		}
		if c.family != binaries {
			return string(raw), nil
		}
	}
	return v, nil
}

// valueSize is what a value takes in a statement: itself, the length before it,
// its type and its bit in the map of NULLs.
func valueSize(v any) int {
	switch v := v.(type) {
	case string:
		return len(v) + 12
	case []byte:
		return len(v) + 12
	}
	return 11
}

// packet is how many bytes of rows a statement may carry. The rest of
// max_allowed_packet is for the protocol.
func (t *table) packet() int { return t.maxPacket - 64 }

// compareValues compares two values that one column has accepted.
func compareValues(a, b any, f family) int {
	switch a := a.(type) {
	case int64:
		switch b := b.(type) {
		case int64:
			return cmp.Compare(a, b)
		case uint64: // only what no int64 holds is a uint64
			return -1
		}
	case uint64:
		switch b := b.(type) {
		case uint64:
			return cmp.Compare(a, b)
		case int64:
			return 1
		}
	case string:
		switch b := b.(type) {
		case string:
			if f == decimals {
				return compareDecimals(a, b)
			}
			return strings.Compare(a, b)
		case []byte:
			return strings.Compare(a, string(b))
		}
	case []byte:
		switch b := b.(type) {
		case string:
			return strings.Compare(string(a), b)
		case []byte:
			return strings.Compare(string(a), string(b))
		}
	}
	return 0
}
