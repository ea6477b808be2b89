package store

import "github.com/order-sink/order-sink/plugins/mariadb/rows"

// part is the messages of one table.
type part struct {
	table    string
	messages []rows.Message
	indexes  []int // in the batch; nil for all messages of the batch
}

// index returns the index in the batch of a message of the part.
func (p *part) index(message int) int {
	if p.indexes == nil {
		return message
	}
	return p.indexes[message]
}

// split returns the messages of each table, in their order.
func split(messages []rows.Message) []*part {
	if areOfOneTable(messages) {
		return []*part{{table: messages[0].Table, messages: messages}}
	}
	var parts []*part
	byTable := make(map[string]*part)
	for i, m := range messages {
		if !hasTable(&m) {
			continue
		}
		p := byTable[m.Table]
		if p == nil {
			p = &part{table: m.Table}
			byTable[m.Table], parts = p, append(parts, p)
		}
		p.messages, p.indexes = append(p.messages, m), append(p.indexes, i)
	}
	return parts
}

// areOfOneTable says whether all messages concern the same table, as nearly always: then
// none has to be copied.
func areOfOneTable(messages []rows.Message) bool {
	for i := range messages {
		if !hasTable(&messages[i]) || messages[i].Table != messages[0].Table {
			return false
		}
	}
	return len(messages) > 0
}

// hasTable says whether a table decides the outcome of a message. A table may have refused
// the message before: then the batch is put again.
func hasTable(m *rows.Message) bool {
	return !m.Failed && m.Effect != rows.Nothing && (m.Refusal == nil || m.Table != "")
}
