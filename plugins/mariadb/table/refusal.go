package table

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// Refusal returns the refusal of the one row that met the failure. What the table's
// columns tell about the cause takes the place of the general sentence.
func (t *Table) Refusal(f *fault.Fault) *record.Refusal {
	r := &record.Refusal{Stage: record.Upsert, Code: f.Code, Path: f.Path, Detail: f.Error()}
	if r.Path == "" {
		r.Path = t.Target.Table
	}
	if f.Lone {
		r.Detail += ": other rows were stored while this row failed"
	}
	var server *mysql.MySQLError
	if !errors.As(f.Err, &server) || f.Kind != fault.Refused || f.Code == refusal.Trigger {
		return r
	}
	sentence := ""
	var c *column.Column
	if i := t.column(f.Path); i >= 0 {
		c = &t.Columns[i]
	}
	switch f.Number {
	case fault.WrongValueForField:
		if c != nil && c.Charset != "" && c.Charset != "utf8mb4" {
			sentence = fmt.Sprintf("the column's character set %[1]s lacks a letter of the text: convert the column to utf8mb4, or let the producer write letters of %[1]s", c.Charset)
		}
	case fault.TruncatedWrongValue, fault.InvalidTimestamp, fault.DatetimeOverflow:
		if c != nil && c.DataType == "timestamp" {
			r.Code, sentence = refusal.OutOfRange, c.TimestampRange()
		}
	case fault.NoReferencedRow2:
		if key := foreignKeyIn(server.Message); key != nil {
			sentence = fmt.Sprintf("table %s has no parent row for the foreign key (%s), which references its (%s): store the parent row first, then replay this record", key.parent, key.columns, key.references)
		}
	}
	if sentence != "" {
		r.Detail = fmt.Sprintf("MariaDB error %d (%s): %s", f.Number, f.State, sentence)
	}
	return r
}

// foreignKey is what the server's message names of a foreign key.
type foreignKey struct{ parent, columns, references string }

// The message of error 1452 quotes the definition of the key and nothing of the row.
var foreignKeyMessage = regexp.MustCompile("^Cannot add or update a child row: a foreign key constraint fails \\(`(?:[^`]|``)+`\\.`(?:[^`]|``)+`, CONSTRAINT `(?:[^`]|``)+` " +
	"FOREIGN KEY \\((`(?:[^`]|``)+`(?:, `(?:[^`]|``)+`)*)\\) REFERENCES ((?:`(?:[^`]|``)+`\\.)?`(?:[^`]|``)+`) \\((`(?:[^`]|``)+`(?:, `(?:[^`]|``)+`)*)\\)")

func foreignKeyIn(message string) *foreignKey {
	match := foreignKeyMessage.FindStringSubmatch(message)
	if match == nil {
		return nil
	}
	return &foreignKey{parent: match[2], columns: match[1], references: match[3]}
}
