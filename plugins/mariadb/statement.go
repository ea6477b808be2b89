package mariadb

import (
	"fmt"
	"strings"

	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// maxPlaceholders is how many a prepared statement takes: the protocol counts
// them in 16 bits.
const maxPlaceholders = 65535

// counting is how an upsert counts the rows that were there before it, by what
// became of them. The server itself only says affected = inserted + 2*updated.
// Either way the first row's values set the count to [noneMatched] and each
// duplicate adds its fate, so that a statement always reports on itself,
// whatever failed before it.
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

// The fates of a row that was there before: three counts in one number, of 16
// bits each, since a statement has fewer rows than placeholders. Without a
// version all rows have the fate same, and the server's own figure tells how
// many of them were updated.
const (
	fateBits    = 16
	fateSame    = 1
	fateChanged = 1<<fateBits + 1
	fateStale   = 1<<(2*fateBits) + 1
)

// counts is what an upsert has counted.
type counts struct{ matched, changed, stale int }

// countsOf reads a number that an upsert of so many rows may have counted.
func countsOf(id int64, rows int) (counts, bool) {
	const mask = 1<<fateBits - 1
	id -= noneMatched
	c := counts{int(id & mask), int(id >> fateBits & mask), int(id >> (2 * fateBits) & mask)}
	return c, id >= 0 && id>>(3*fateBits) == 0 && c.matched <= rows && c.changed+c.stale <= c.matched
}

func (c counting) reset() string {
	if c == byVariable {
		return fmt.Sprintf("(@order_sink_matched := %d)", noneMatched)
	}
	return fmt.Sprintf("LAST_INSERT_ID(%d)", noneMatched)
}

func (c counting) add(fate string) string {
	if c == byVariable {
		// A variable that is not set yet is text to the parser: its sum would be a float.
		return "(@order_sink_matched := CAST(@order_sink_matched AS SIGNED) + " + fate + ")"
	}
	return "LAST_INSERT_ID(LAST_INSERT_ID() + " + fate + ")"
}

// read asks for the count of the session's last statement.
func (c counting) read() string {
	if c == byVariable {
		return "SELECT @order_sink_matched"
	}
	return "SELECT LAST_INSERT_ID()"
}

// upsertText is a multi-row INSERT ... ON DUPLICATE KEY UPDATE with a
// placeholder for each value: run again, it changes nothing (Invariant 4). Rows that
// are numbered have the number of the AUTO_INCREMENT column before their values.
func (t *table) upsertText(rows int, numbered bool) string {
	first := make([]string, len(t.columns))
	for i := range t.columns {
		if first[i] = "?"; strings.EqualFold(t.columns[i].Name, t.target.key[0]) {
			first[i] = "IF(" + t.counting.reset() + ", ?, NULL)"
		}
	}
	names := quoteAll(t.target.columns)
	if numbered {
		first, names = append([]string{"?"}, first...), quote(t.serial.Name)+", "+names
	}
	next := ", (?" + strings.Repeat(", ?", len(first)-1) + ")"
	var text strings.Builder
	text.WriteString("INSERT INTO " + t.target.quoted() + " (" + names + ") VALUES (" + strings.Join(first, ", ") + ")")
	for range rows - 1 {
		text.WriteString(next)
	}
	text.WriteString(" ON DUPLICATE KEY UPDATE " + t.onDuplicate)
	return text.String()
}

// assignments are those of a row that is there already. They run from left to
// right and see those before them, so the first one judges the row, and counts
// it; the key keeps its value. VALUES(c) is MariaDB's word for the value that
// would have been inserted.
func (t *table) assignments() string {
	key, fate := quote(t.target.key[0]), fmt.Sprint(fateSame)
	if t.version >= 0 {
		fate = "(@order_sink_fate := " + t.fate() + ")"
	}
	all := []string{key + " = IF(" + t.counting.add(fate) + ", " + key + ", " + key + ")"}
	if t.version < 0 {
		for _, c := range t.updated() {
			all = append(all, quote(c.Name)+" = VALUES("+quote(c.Name)+")")
		}
		return strings.Join(all, ", ")
	}
	// A version that rises while nothing else changes leaves the row untouched
	// to its readers: the server's own ON UPDATE would not.
	for _, c := range t.touched {
		all = append(all, fmt.Sprintf("%[1]s = IF(@order_sink_fate = %[2]d, %[3]s, %[1]s)", quote(c.name), fateChanged, c.now))
	}
	for _, c := range t.updated() {
		all = append(all, fmt.Sprintf("%[1]s = IF(@order_sink_fate = %[2]d, VALUES(%[1]s), %[1]s)", quote(c.Name), fateChanged))
	}
	all = append(all, fmt.Sprintf("%[1]s = IF(@order_sink_fate = %[2]d, %[1]s, VALUES(%[1]s))", quote(t.target.version), fateStale))
	return strings.Join(all, ", ")
}

// fate judges a row that is there already against its newcomer.
func (t *table) fate() string {
	version := quote(t.target.version)
	differs := []string{"FALSE"}
	for _, c := range t.updated() {
		differs = append(differs, "NOT ("+c.Exactly(quote(c.Name))+" <=> "+c.Exactly("VALUES("+quote(c.Name)+")")+")")
	}
	return fmt.Sprintf("IF(VALUES(%[1]s) >= %[1]s OR %[1]s IS NULL, IF(%[2]s, %[3]d, %[4]d), %[5]d)",
		version, strings.Join(differs, " OR "), fateChanged, fateSame, fateStale)
}

// updated are the columns that an update changes, but for the version.
func (t *table) updated() []*column.Column {
	var all []*column.Column
	for i := range t.columns {
		c := &t.columns[i]
		if i != t.version && !c.Key && !containsFold(t.target.insertOnly, c.Name) {
			all = append(all, c)
		}
	}
	return all
}

// deleteText deletes rows by their keys, unless they are newer than the
// tombstone. A row takes a placeholder for each column of [table.deleteColumns].
func (t *table) deleteText(rows int) string {
	var conditions []string
	for _, i := range t.key {
		conditions = append(conditions, quote(t.columns[i].Name)+" = "+t.columns[i].Placeholder())
	}
	if t.target.guardsDeletes() {
		version := quote(t.target.version)
		conditions = append(conditions, "("+version+" <= "+t.columns[t.version].Placeholder()+" OR "+version+" IS NULL)")
	}
	one := "(" + strings.Join(conditions, " AND ") + ")"
	return "DELETE FROM " + t.target.quoted() + " WHERE " + one + strings.Repeat(" OR "+one, rows-1)
}

// deleteColumns are the columns whose values a delete needs, in its order.
func (t *table) deleteColumns() []int {
	if t.target.guardsDeletes() {
		return append(t.key[:len(t.key):len(t.key)], t.version)
	}
	return t.key
}
