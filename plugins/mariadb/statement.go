package mariadb

import (
	"strings"
)

// maxPlaceholders is how many a prepared statement takes: the protocol counts
// them in 16 bits.
const maxPlaceholders = 65535

// counting is how a statement counts the rows that were there before it. The
// server itself only says affected = inserted + 2*updated. Either way the first
// row's values set the count to 0 and each duplicate adds 1, so that a statement
// always reports on itself, whatever failed before it.
type counting int

const (
	// byInsertID counts in the insert id, which comes back with the answer.
	byInsertID counting = iota
	// byVariable counts in a session variable, which takes a question of its
	// own: for a table that generates AUTO_INCREMENT values.
	byVariable
)

func (c counting) reset() string {
	if c == byVariable {
		return "(@order_sink_matched := 0)"
	}
	return "LAST_INSERT_ID(0)"
}

func (c counting) add() string {
	if c == byVariable {
		return "(@order_sink_matched := @order_sink_matched + 1)"
	}
	return "LAST_INSERT_ID(LAST_INSERT_ID() + 1)"
}

// readMatched asks for the count of the connection's last statement.
const readMatched = "SELECT @order_sink_matched"

// upsertText is a multi-row INSERT ... ON DUPLICATE KEY UPDATE with a
// placeholder for each value.
//
// The assignments run from left to right and see those before them. So the
// version is assigned last: the others compare with the stored one. VALUES(c) is
// MariaDB's word for the value that would have been inserted.
func upsertText(t *target, c counting, rows int) string {
	key := quote(t.key[0])
	first := make([]string, len(t.columns))
	var assignments []string
	assign := func(name string) {
		column, value := quote(name), "VALUES("+quote(name)+")"
		if t.version != "" {
			version := quote(t.version)
			value = "IF(VALUES(" + version + ") >= " + version + " OR " + version + " IS NULL, " + value + ", " + column + ")"
		}
		assignments = append(assignments, column+" = "+value)
	}
	// The key keeps its value: this assignment is there to count, and to have
	// one if there is nothing else to assign.
	assignments = append(assignments, key+" = IF("+c.add()+", "+key+", "+key+")")
	for i, name := range t.columns {
		first[i] = "?"
		switch {
		case strings.EqualFold(name, t.key[0]):
			first[i] = "IF(" + c.reset() + " = 0, ?, NULL)"
		case containsFold(t.key, name), containsFold(t.insertOnly, name), strings.EqualFold(name, t.version):
		default:
			assign(name)
		}
	}
	if t.version != "" {
		assign(t.version)
	}
	next := ", (?" + strings.Repeat(", ?", len(t.columns)-1) + ")"
	var text strings.Builder
	text.WriteString("INSERT INTO " + t.quoted() + " (" + quoteAll(t.columns) + ") VALUES (" + strings.Join(first, ", ") + ")")
	for range rows - 1 {
		text.WriteString(next)
	}
	text.WriteString(" ON DUPLICATE KEY UPDATE " + strings.Join(assignments, ", "))
	return text.String()
}
