package rows

import (
	"slices"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/key"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// keyOf returns the members of the record key: of a tombstone, for all columns of the key
// that take no metadata.
func keyOf(t *table.Table, m *Message) (map[string]any, *record.Refusal) {
	if m.Content != nil && t.Target.KeyFrom != table.FromKey {
		return nil, nil
	}
	names := make([]string, 0, 8) // without an allocation
	for _, i := range t.Key {
		if t.Sources[i].Origin != table.FromMetadata {
			names = append(names, t.Sources[i].Name)
		}
	}
	return key.Members(m.Key, names)
}

// buildDelete makes the row that a message deletes. Its key is in the content, which is the
// deleted row, or in the record key.
func buildDelete(t *table.Table, index int, m *Message, values []any) (Row, *record.Refusal) {
	members, refused := keyOf(t, m)
	if refused != nil {
		return Row{}, refused
	}
	origin := table.FromKey
	if members == nil && m.Content != nil { // else all of the key is metadata
		var isRecord bool
		origin = table.FromValue
		if members, isRecord = m.Content.(map[string]any); !isRecord {
			return Row{}, NotAnObject(m.Content)
		}
	}
	return deleteOf(t, index, m, members, origin, values)
}

// deleteOf makes the row with the key among these members, which are those of the record or of
// its key.
func deleteOf(t *table.Table, index int, m *Message, members map[string]any, origin table.Origin, values []any) (Row, *record.Refusal) {
	r := Row{Message: index, Values: values, Deletes: true}
	for _, i := range t.DeleteColumns() {
		c := &t.Columns[i]
		var v any
		var refused *record.Refusal
		if t.Sources[i].Origin == table.FromMetadata {
			v = m.Metadata[t.Sources[i].At]
		} else {
			v, _, refused = table.Member(members, t.Sources[i].Name)
		}
		if refused == nil {
			v, refused = c.FromMetadata(v)
		}
		if refused == nil && v == nil {
			refused = refusal.New(refusal.Missing, c.Name, "the message deletes a row and has no value for it")
		}
		if refused != nil {
			return Row{}, refused
		}
		if c.Zone != nil {
			v = c.Zone.Move(c, v, schemaOf(m, t.Sources[i].Name, origin))
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

// appendMoved appends the old row of a message if the new row has another key. An old row
// whose key no row of the table can have is not stored.
func appendMoved(rows []Row, t *table.Table, m *Message, r *Row) []Row {
	if content, isRecord := m.Content.(map[string]any); isRecord && !slices.ContainsFunc(t.Key, func(i int) bool {
		return t.Sources[i].Origin == table.FromMetadata || !areSame(m.Before[t.Sources[i].Name], content[t.Sources[i].Name])
	}) {
		return rows // as nearly always
	}
	old, refused := deleteOf(t, r.Message, m, m.Before, table.FromValue, make([]any, len(t.Columns)))
	if refused != nil || compareBy(t, t.Key, &old, r) == 0 {
		return rows
	}
	old.Moved = true
	return append(rows, old)
}

// areSame compares values of the types that keys nearly always have.
func areSame(a, b any) bool {
	switch a := a.(type) {
	case int64:
		b, isInteger := b.(int64)
		return isInteger && a == b
	case string:
		b, isText := b.(string)
		return isText && a == b
	}
	return false
}
