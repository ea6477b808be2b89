package mariadb

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// existsText asks how many rows have the key of these values, or agree with them in
// another unique index: by these, too, an upsert finds a row to update.
func (t *table) existsText(values []any) (query string, args []any) {
	condition, args := t.equal(t.key, values)
	for _, columns := range t.uniques {
		other, more := t.equal(columns, values)
		condition, args = condition+" OR "+other, append(args, more...)
	}
	return "SELECT COUNT(*) FROM " + t.target.quoted() + " WHERE " + condition, args
}

// moveText gives the row with the key of from the key of to.
func (t *table) moveText(from, to []any) (query string, args []any) {
	var sets []string
	for _, i := range t.key {
		sets = append(sets, quote(t.columns[i].Name)+" = ?")
		args = append(args, to[i])
	}
	condition, key := t.equal(t.key, from)
	return "UPDATE " + t.target.quoted() + " SET " + strings.Join(sets, ", ") + " WHERE " + condition, append(args, key...)
}

// endText asks for the row with the first key, or with the last.
func (t *table) endText(last bool) string {
	order := map[bool]string{false: " ASC", true: " DESC"}[last]
	var by []string
	for _, i := range t.key {
		by = append(by, quote(t.columns[i].Name)+order)
	}
	return "SELECT " + quoteAll(t.target.columns) + " FROM " + t.target.quoted() + " ORDER BY " + strings.Join(by, ", ") + " LIMIT 1"
}

// zeroText asks whether a row has the number 0.
func (t *table) zeroText() string {
	return "SELECT COUNT(*) > 0 FROM " + t.target.quoted() + " WHERE " + quote(t.serial.Name) + " = 0"
}

// equal is a condition on columns.
func (t *table) equal(columns []int, values []any) (condition string, args []any) {
	var conditions []string
	for _, i := range columns {
		c := &t.columns[i]
		conditions = append(conditions, quote(c.Name)+" = "+c.Placeholder())
		args = append(args, values[i])
	}
	return strings.Join(conditions, " AND "), args
}

// lookUpText asks for the keys and numbers of rows. The index is named, since a scan
// of the table would wait for the locks of other writers.
func (t *table) lookUpText(rows int) string {
	var fields, conditions, one []string
	for _, k := range t.key {
		c := &t.columns[k]
		field := quote(c.Name)
		if c.Family == column.BitStrings {
			field += " + 0"
		}
		fields = append(fields, field)
		one = append(one, c.Placeholder())
		conditions = append(conditions, quote(c.Name)+" = "+c.Placeholder())
	}
	text := fmt.Sprintf("SELECT %s, %s FROM %s FORCE INDEX (%s) WHERE ", strings.Join(fields, ", "), quote(t.serial.Name), t.target.quoted(), quote(t.keyIndex))
	if len(t.key) == 1 {
		return text + quote(t.columns[t.key[0]].Name) + " IN (" + one[0] + strings.Repeat(", "+one[0], rows-1) + ") FOR UPDATE"
	}
	all := "(" + strings.Join(conditions, " AND ") + ")"
	return text + all + strings.Repeat(" OR "+all, rows-1) + " FOR UPDATE"
}

// keyText is one text for a key, other than that of any other key.
func (t *table) keyText(values []any) string {
	var text strings.Builder
	for _, k := range t.key {
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
