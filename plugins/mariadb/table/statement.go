package table

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// MaxPlaceholders is how many placeholders a prepared statement may have: the protocol
// counts them in 16 bits.
const MaxPlaceholders = 65535

// Counting is how an upsert counts the rows that were there before it, by outcome. The
// server itself only says affected = inserted + 2*updated. The values of the first row set
// the count to [noneMatched], and each stored row adds its outcome. So a statement always
// reports on itself, whatever failed before it.
type Counting struct {
	reset, add string // expressions
	Read       string // the question for the count of the session's last statement
}

var (
	// ByInsertID counts in the insert id. It comes back with the answer, except when a
	// trigger ran last: then the session asks for it.
	ByInsertID = &Counting{
		reset: fmt.Sprintf("LAST_INSERT_ID(%d)", noneMatched),
		add:   "LAST_INSERT_ID(LAST_INSERT_ID() + %s)",
		Read:  "SELECT LAST_INSERT_ID()",
	}
	// ByVariable counts in a session variable, for which the session asks. It is for a
	// table whose insert id is that of its own AUTO_INCREMENT column. A variable that is not
	// set yet is text to the parser: without CAST its sum would be a float.
	ByVariable = &Counting{
		reset: fmt.Sprintf("(@order_sink_matched := %d)", noneMatched),
		add:   "(@order_sink_matched := CAST(@order_sink_matched AS SIGNED) + %s)",
		Read:  "SELECT @order_sink_matched",
	}
)

// noneMatched is far from any id that a server generates, so that an insert id
// that is not a count does not pass for one.
const noneMatched = 1 << 62

// The outcomes of a row that was there before: three counts in one number, of 16 bits
// each, since a statement has fewer rows than placeholders. Without a version all rows
// have the outcome same, and the server's own figure tells how many of them were updated.
const (
	countBits    = 16
	countSame    = 1
	countChanged = 1<<countBits + 1
	countStale   = 1<<(2*countBits) + 1
)

// Counts is what an upsert has counted.
type Counts struct{ Matched, Changed, Stale int }

// CountsOf reads a number that an upsert of so many rows may have counted.
func CountsOf(id int64, rows int) (Counts, bool) {
	const mask = 1<<countBits - 1
	id -= noneMatched
	c := Counts{int(id & mask), int(id >> countBits & mask), int(id >> (2 * countBits) & mask)}
	return c, id >= 0 && id>>(3*countBits) == 0 && c.Matched <= rows && c.Changed+c.Stale <= c.Matched
}

// UpsertText returns a multi-row INSERT ... ON DUPLICATE KEY UPDATE with a placeholder for
// each value. A second run of it changes nothing (Invariant 4). Numbered rows have the
// number of the AUTO_INCREMENT column before their values.
func (t *Table) UpsertText(rows int, numbered bool) string {
	first := make([]string, len(t.Columns))
	for i := range t.Columns {
		if first[i] = "?"; strings.EqualFold(t.Columns[i].Name, t.Target.Key[0]) {
			first[i] = "IF(" + t.Counting.reset + ", ?, NULL)"
		}
	}
	names := quoteAll(t.Target.Columns)
	if numbered {
		first, names = append([]string{"?"}, first...), quote(t.serial.Name)+", "+names
	}
	next := ", (?" + strings.Repeat(", ?", len(first)-1) + ")"
	var text strings.Builder
	text.WriteString("INSERT INTO " + t.Target.quoted() + " (" + names + ") VALUES (" + strings.Join(first, ", ") + ")")
	for range rows - 1 {
		text.WriteString(next)
	}
	text.WriteString(" ON DUPLICATE KEY UPDATE " + t.OnDuplicate)
	return text.String()
}

// assignments returns the assignments to a stored row. They run from left to right, and
// each sees the result of those before it. So the first one compares the row and counts
// it; the key keeps its value. VALUES(c) is the value that would have been inserted.
func (t *Table) assignments() string {
	key, outcome := quote(t.Target.Key[0]), t.unlessOther(fmt.Sprint(countSame))
	switch {
	case t.Target.Mode == Insert:
		outcome = t.duplicate()
	case t.Version >= 0:
		outcome = "(@order_sink_fate := " + t.outcome() + ")"
	}
	all := []string{key + " = IF(" + fmt.Sprintf(t.Counting.add, outcome) + ", " + key + ", " + key + ")"}
	switch {
	case t.Target.Mode == Insert:
		return all[0]
	case t.Version < 0:
		for _, c := range t.updated() {
			all = append(all, quote(c.Name)+" = VALUES("+quote(c.Name)+")")
		}
		return strings.Join(all, ", ")
	}
	// A version that rises while nothing else changes leaves the row untouched
	// to its readers: the server's own ON UPDATE would not.
	for _, c := range t.touched {
		all = append(all, fmt.Sprintf("%[1]s = IF(@order_sink_fate = %[2]d, CURRENT_TIMESTAMP(%[3]d), %[1]s)", quote(c.Name), countChanged, c.Fraction))
	}
	for _, c := range t.updated() {
		all = append(all, fmt.Sprintf("%[1]s = IF(@order_sink_fate = %[2]d, VALUES(%[1]s), %[1]s)", quote(c.Name), countChanged))
	}
	all = append(all, fmt.Sprintf("%[1]s = IF(@order_sink_fate = %[2]d, %[1]s, VALUES(%[1]s))", quote(t.Target.Version), countStale))
	return strings.Join(all, ", ")
}

// outcome compares the stored row with the new row.
func (t *Table) outcome() string {
	version := quote(t.Target.Version)
	differs := []string{"FALSE"}
	for _, c := range t.updated() {
		differs = append(differs, differing(c))
	}
	newer := fmt.Sprintf("IF(%s, %d, %d)", strings.Join(differs, " OR "), countChanged, countSame)
	fate := "IF(VALUES(%[1]s) >= %[1]s OR %[1]s IS NULL, %[2]s, %[3]d)"
	if t.Target.Ordered { // a row that is older than a row of another key is outdated, too
		return fmt.Sprintf(fate, version, t.unlessOther(newer), countStale)
	}
	return t.unlessOther(fmt.Sprintf(fate, version, newer, countStale))
}

// differing is the condition that the new row has another value than the stored row.
func differing(c *column.Column) string {
	return "NOT (" + c.Exactly(quote(c.Name)) + " <=> " + c.Exactly("VALUES("+quote(c.Name)+")") + ")"
}

// updated returns the columns that an update changes, without the version.
func (t *Table) updated() []*column.Column {
	var all []*column.Column
	for i := range t.Columns {
		c := &t.Columns[i]
		if i != t.Version && !c.Key {
			all = append(all, c)
		}
	}
	return all
}

// DeleteText deletes rows by their keys, unless they are newer than the
// tombstone. A row takes a placeholder for each column of [Table.DeleteColumns].
func (t *Table) DeleteText(rows int) string {
	condition := t.equal(t.Key)
	if t.Target.GuardsDeletes() {
		condition += " AND " + t.isOlder()
	}
	return "DELETE FROM " + t.Target.quoted() + " WHERE (" + condition + ")" + strings.Repeat(" OR ("+condition+")", rows-1)
}

// DeleteColumns returns the columns whose values a delete needs, in its order.
func (t *Table) DeleteColumns() []int {
	if t.Target.GuardsDeletes() {
		return append(t.Key[:len(t.Key):len(t.Key)], t.Version)
	}
	return t.Key
}

// Packet is how many bytes of rows a statement may carry. The rest of
// max_allowed_packet is for the protocol.
func (t *Table) Packet() int { return t.MaxPacket - 64 }

// equal is the condition that columns have the values of placeholders.
func (t *Table) equal(columns []int) string {
	conditions := make([]string, len(columns))
	for n, i := range columns {
		conditions[n] = quote(t.Columns[i].Name) + " = " + t.Columns[i].Placeholder()
	}
	return strings.Join(conditions, " AND ")
}

// pick returns the values of columns.
func pick(columns []int, values []any) []any {
	picked := make([]any, len(columns))
	for n, i := range columns {
		picked[n] = values[i]
	}
	return picked
}

// ExistsText returns the question how many rows have the key of these values, or agree
// with them in another unique index: an upsert finds a row to update by these, too.
func (t *Table) ExistsText(values []any) (query string, args []any) {
	condition, args := t.equal(t.Key), pick(t.Key, values)
	for _, columns := range t.uniques {
		condition, args = condition+" OR "+t.equal(columns), append(args, pick(columns, values)...)
	}
	return "SELECT COUNT(*) FROM " + t.Target.quoted() + " WHERE " + condition, args
}

// MoveText returns the statement that gives the row with the key of from the key of to.
func (t *Table) MoveText(from, to []any) (query string, args []any) {
	var sets []string
	for _, i := range t.Key {
		sets = append(sets, quote(t.Columns[i].Name)+" = ?")
	}
	query = "UPDATE " + t.Target.quoted() + " SET " + strings.Join(sets, ", ") + " WHERE " + t.equal(t.Key)
	return query, append(pick(t.Key, to), pick(t.Key, from)...)
}

// EndText returns the question for the row with the first key, or with the last.
func (t *Table) EndText(last bool) string {
	order := map[bool]string{false: " ASC", true: " DESC"}[last]
	var by []string
	for _, i := range t.Key {
		by = append(by, quote(t.Columns[i].Name)+order)
	}
	return "SELECT " + quoteAll(t.Target.Columns) + " FROM " + t.Target.quoted() + " ORDER BY " + strings.Join(by, ", ") + " LIMIT 1"
}

// ZeroText returns the question whether a row has the number 0.
func (t *Table) ZeroText() string {
	return "SELECT COUNT(*) > 0 FROM " + t.Target.quoted() + " WHERE " + quote(t.serial.Name) + " = 0"
}

// LookUpText returns the question for the keys and numbers of so many rows. It names the
// index, since a scan of the table would wait for the locks of other writers.
func (t *Table) LookUpText(rows int) string {
	var fields []string
	for _, k := range t.Key {
		field := quote(t.Columns[k].Name)
		if t.Columns[k].Family == column.BitStrings {
			field += " + 0"
		}
		fields = append(fields, field)
	}
	text := fmt.Sprintf("SELECT %s, %s FROM %s FORCE INDEX (%s) WHERE ", strings.Join(fields, ", "), quote(t.serial.Name), t.Target.quoted(), quote(t.keyIndex))
	if len(t.Key) == 1 {
		c := &t.Columns[t.Key[0]]
		return text + quote(c.Name) + " IN (" + c.Placeholder() + strings.Repeat(", "+c.Placeholder(), rows-1) + ") FOR UPDATE"
	}
	condition := t.equal(t.Key)
	return text + "(" + condition + ")" + strings.Repeat(" OR ("+condition+")", rows-1) + " FOR UPDATE"
}

// LookedUp reads an answer to [Table.LookUpText]. known is false for a row whose key no
// record can have.
func (t *Table) LookedUp(fields [][]byte) (key string, number any, known bool) {
	values := make([]any, len(t.Columns))
	for i, k := range t.Key {
		var refused *record.Refusal
		if values[k], refused = t.Columns[k].Accept(string(fields[i])); refused != nil {
			return "", nil, false
		}
	}
	number, refused := t.serial.Accept(string(fields[len(t.Key)]))
	return t.KeyText(values), number, refused == nil
}

// KeyText returns a text for a key. Different keys have different texts.
func (t *Table) KeyText(values []any) string {
	return t.keyText(values, func(_ *column.Column, text string) string { return text })
}

// keyText is the same for keys whose texts are changed.
func (t *Table) keyText(values []any, changed func(c *column.Column, text string) string) string {
	var text strings.Builder
	for _, k := range t.Key {
		var value string
		switch v := values[k].(type) {
		case string:
			value = changed(&t.Columns[k], v)
		case []byte:
			value = string(v)
		case int64:
			value = strconv.FormatInt(v, 10)
		case uint64:
			value = strconv.FormatUint(v, 10)
		}
		text.WriteString(strconv.Itoa(len(value)))
		text.WriteByte(':')
		text.WriteString(value)
	}
	return text.String()
}
