package mariadb

import (
	"context"
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

// maxLookups is how many keys one question may have. From 1,000 on MariaDB makes a
// temporary table of them (in_predicate_conversion_threshold).
const maxLookups = 512

// fitSerial decides whether numbers are spared. A BIGINT lasts for 290,000 years at a
// million rows a second, so that its gaps do not matter and the question is saved.
func (t *table) fitSerial(all []described, next sql.NullInt64) {
	c, name, used := t.serial, "", ""
	switch {
	case c == nil && (!next.Valid || slices.ContainsFunc(all, func(d described) bool { return d.autoIncrement })):
		return
	case c == nil: // the account has no privilege on the column
		t.counting = byVariable
	case c.Family != column.Integers || c.DataType == "bigint":
		return
	case t.hashed:
		// MariaDB finds no row by such an index: each question would scan the table, and
		// wait for the locks of other writers.
		t.warnings = append(t.warnings, fmt.Sprintf("each row that is written takes a value of the AUTO_INCREMENT column %s of table %s, also a row that is there already, since MariaDB keeps the unique index %s by hash: make the column BIGINT UNSIGNED, or shorten the key",
			quote(c.Name), t.target.quoted(), quote(t.keyIndex)))
		return
	case slices.Contains(c.privileges, "select") && slices.Contains(c.privileges, "insert"):
		t.spares = true
		return
	default:
		name = quote(c.Name) + " "
		used = fmt.Sprintf(" (%d %% of its values are used)", min(100, uint64(max(0, next.Int64))/(c.Max/100)))
	}
	t.warnings = append(t.warnings, fmt.Sprintf("each row that is written takes a value of the AUTO_INCREMENT column %sof table %s%s, also a row that is there already, and without a value no new row can be stored. The account lacks the privileges to avoid that: GRANT SELECT, INSERT ON %s TO the account, or make the column BIGINT UNSIGNED",
		name, t.target.quoted(), used, t.target.quoted()))
}

// numbered returns rows, of which those that the table has carry their number, before
// those that it does not have. It locks the rows that it finds, so that a number stays
// with its key until the transaction ends. Whatever it misses is written without a
// number, which is as exact.
func (s *session) numbered(ctx context.Context, t *table, rows []row) ([]row, *failure) {
	all := slices.Clone(rows)
	places := make(map[string]int, len(all)) // of keys
	for i := range all {
		if !all[i].deletes {
			places[t.keyText(all[i].values)] = i
		}
	}
	records := slices.DeleteFunc(slices.Clone(all), isDelete)
	for chunk := range slices.Chunk(records, min(maxLookups, max(1, maxPlaceholders/len(t.key)))) {
		if f := s.lookUp(ctx, t, chunk, func(key string, number any) {
			if i, found := places[key]; found {
				all[i].number = number
				all[i].size += column.Size(number)
			}
		}); f != nil {
			return nil, f
		}
	}
	stored := slices.DeleteFunc(slices.Clone(all), func(r row) bool { return !isNumbered(r) })
	return append(stored, slices.DeleteFunc(all, isNumbered)...), nil
}

// sparing returns a row that takes no value of the AUTO_INCREMENT column although its
// transaction is rolled back, which gives no value back. A row that the table has
// carries its number. A new row carries 0, which is a number like any other here (see
// [sqlModes]) and leaves the next value as it is. If a row has the number 0, MariaDB
// numbers the new row.
func (s *session) sparing(ctx context.Context, t *table, r row) (row, *failure) {
	r.number = nil
	if !t.spares || r.deletes {
		return r, nil
	}
	rows, f := s.numbered(ctx, t, []row{r})
	if f != nil {
		return r, f
	}
	if r = rows[0]; r.number != nil {
		return r, nil
	}
	var taken bool
	query := "SELECT COUNT(*) > 0 FROM " + t.target.quoted() + " WHERE " + quote(t.serial.Name) + " = 0"
	if err := s.conn.QueryRowContext(ctx, query).Scan(&taken); err != nil {
		return r, judge(err)
	}
	if !taken {
		r.number = int64(0)
	}
	return r, nil
}

// lookUp tells the key and the number of each of the rows that the table has.
func (s *session) lookUp(ctx context.Context, t *table, rows []row, found func(key string, number any)) *failure {
	args := make([]any, 0, len(rows)*len(t.key))
	for i := range rows {
		for _, k := range t.key {
			args = append(args, rows[i].values[k])
		}
	}
	answer, err := s.conn.QueryContext(ctx, t.lookUpText(len(rows)), args...)
	if err != nil {
		return unlessRowsAreBlamed(judge(err))
	}
	defer answer.Close()
	fields := make([][]byte, len(t.key)+1)
	into := make([]any, len(fields))
	for i := range fields {
		into[i] = &fields[i]
	}
	for answer.Next() {
		if err := answer.Scan(into...); err != nil {
			return judge(err)
		}
		values := make([]any, len(t.columns))
		readable := true
		for i, k := range t.key {
			var refusal *record.Refusal
			values[k], refusal = t.columns[k].Accept(string(fields[i]))
			readable = readable && refusal == nil
		}
		number, refusal := t.serial.Accept(string(fields[len(t.key)]))
		if readable && refusal == nil {
			found(t.keyText(values), number)
		}
	}
	if err := answer.Err(); err != nil {
		return unlessRowsAreBlamed(judge(err))
	}
	return nil
}

// unlessRowsAreBlamed leaves the verdict on a row to the statement that writes it.
func unlessRowsAreBlamed(f *failure) *failure {
	if f.blamesRows() {
		return nil
	}
	return f
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
