package table

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// An INSERT ... ON DUPLICATE KEY UPDATE takes a number of an AUTO_INCREMENT column for
// each of its rows, one that is there already included. So a topic that is read again
// would use up the column without a new row. Where the column is not configured, the
// output first asks for the numbers of the rows that are there, and writes those rows
// with their numbers; only new rows take a number then.

// fitSerial decides whether numbers are spared. A BIGINT lasts for 290,000 years at a
// million rows a second, so that its gaps do not matter and the question is saved.
func (t *Table) fitSerial(all []described, next sql.NullInt64) {
	c, name, used := t.serial, "", ""
	switch {
	case c == nil && (!next.Valid || slices.ContainsFunc(all, func(d described) bool { return d.autoIncrement })):
		return
	case c == nil: // the account has no privilege on the column
		t.Counting = ByVariable
	case c.Family != column.Integers || c.DataType == "bigint":
		return
	case t.hashed:
		// MariaDB finds no row by such an index: each question would scan the table, and
		// wait for the locks of other writers.
		t.Warnings = append(t.Warnings, fmt.Sprintf("each row that is written takes a value of the AUTO_INCREMENT column %s of table %s, also a row that is there already, since MariaDB keeps the unique index %s by hash: make the column BIGINT UNSIGNED, or shorten the key",
			quote(c.Name), t.Target.quoted(), quote(t.keyIndex)))
		return
	case slices.Contains(c.privileges, "select") && slices.Contains(c.privileges, "insert"):
		t.Spares = true
		return
	default:
		name = quote(c.Name) + " "
		used = fmt.Sprintf(" (%d %% of its values are used)", min(100, uint64(max(0, next.Int64))/(c.Max/100)))
	}
	t.Warnings = append(t.Warnings, fmt.Sprintf("each row that is written takes a value of the AUTO_INCREMENT column %sof table %s%s, also a row that is there already, and without a value no new row can be stored. The account lacks the privileges to avoid that: GRANT SELECT, INSERT ON %s TO the account, or make the column BIGINT UNSIGNED",
		name, t.Target.quoted(), used, t.Target.quoted()))
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
