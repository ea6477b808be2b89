package table

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// ExistsText returns the question how many rows have the key of these values, or agree
// with them in another unique index: an upsert finds a row to update by these, too.
func (t *Table) ExistsText(values []any) (query string, args []any) {
	condition, args := t.equal(t.Key, values)
	for _, columns := range t.uniques {
		other, more := t.equal(columns, values)
		condition, args = condition+" OR "+other, append(args, more...)
	}
	return "SELECT COUNT(*) FROM " + t.Target.quoted() + " WHERE " + condition, args
}

// MoveText returns the statement that gives the row with the key of from the key of to.
func (t *Table) MoveText(from, to []any) (query string, args []any) {
	var sets []string
	for _, i := range t.Key {
		sets = append(sets, quote(t.Columns[i].Name)+" = ?")
		args = append(args, to[i])
	}
	condition, key := t.equal(t.Key, from)
	return "UPDATE " + t.Target.quoted() + " SET " + strings.Join(sets, ", ") + " WHERE " + condition, append(args, key...)
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

// equal is a condition on columns.
func (t *Table) equal(columns []int, values []any) (condition string, args []any) {
	var conditions []string
	for _, i := range columns {
		c := &t.Columns[i]
		conditions = append(conditions, quote(c.Name)+" = "+c.Placeholder())
		args = append(args, values[i])
	}
	return strings.Join(conditions, " AND "), args
}

// LookUpText returns the question for the keys and numbers of so many rows. It names the
// index, since a scan of the table would wait for the locks of other writers.
func (t *Table) LookUpText(rows int) string {
	var fields, conditions, one []string
	for _, k := range t.Key {
		c := &t.Columns[k]
		field := quote(c.Name)
		if c.Family == column.BitStrings {
			field += " + 0"
		}
		fields = append(fields, field)
		one = append(one, c.Placeholder())
		conditions = append(conditions, quote(c.Name)+" = "+c.Placeholder())
	}
	text := fmt.Sprintf("SELECT %s, %s FROM %s FORCE INDEX (%s) WHERE ", strings.Join(fields, ", "), quote(t.serial.Name), t.Target.quoted(), quote(t.keyIndex))
	if len(t.Key) == 1 {
		return text + quote(t.Columns[t.Key[0]].Name) + " IN (" + one[0] + strings.Repeat(", "+one[0], rows-1) + ") FOR UPDATE"
	}
	all := "(" + strings.Join(conditions, " AND ") + ")"
	return text + all + strings.Repeat(" OR "+all, rows-1) + " FOR UPDATE"
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
	var text strings.Builder
	for _, k := range t.Key {
		var value string
		switch v := values[k].(type) {
		case string:
			value = v
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
