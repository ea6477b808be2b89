package rows

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

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
