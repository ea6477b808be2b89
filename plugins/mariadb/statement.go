package mariadb

import (
	"fmt"
	"strings"
)

// maxPlaceholders is how many a prepared statement takes: the protocol counts
// them in 16 bits.
const maxPlaceholders = 65535

// counting is how a statement counts the rows that were there before it. The
// server itself only says affected = inserted + 2*updated. Either way the first
// row's values set the count to [noneMatched] and each duplicate adds 1, so that
// a statement always reports on itself, whatever failed before it.
type counting int

const (
	// byInsertID counts in the insert id, which comes back with the answer,
	// unless a trigger was the last to run: then it is asked for.
	byInsertID counting = iota
	// byVariable counts in a session variable, which is asked for: for a table
	// whose insert id is that of its own AUTO_INCREMENT column.
	byVariable
)

// noneMatched is far from any id that a server generates, so that an insert id
// that is not a count does not pass for one.
const noneMatched = 1 << 62

func (c counting) reset() string {
	if c == byVariable {
		return fmt.Sprintf("(@order_sink_matched := %d)", noneMatched)
	}
	return fmt.Sprintf("LAST_INSERT_ID(%d)", noneMatched)
}

func (c counting) add() string {
	if c == byVariable {
		// A variable that is not set yet is text to the parser: its sum would be a float.
		return "(@order_sink_matched := CAST(@order_sink_matched AS SIGNED) + 1)"
	}
	return "LAST_INSERT_ID(LAST_INSERT_ID() + 1)"
}

// read asks for the count of the session's last statement.
func (c counting) read() string {
	if c == byVariable {
		return "SELECT @order_sink_matched"
	}
	return "SELECT LAST_INSERT_ID()"
}

// upsertText is a multi-row INSERT ... ON DUPLICATE KEY UPDATE with a
// placeholder for each value: run again, it changes nothing (Invariant 4).
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
			first[i] = "IF(" + c.reset() + ", ?, NULL)"
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
