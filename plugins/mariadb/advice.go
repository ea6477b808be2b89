package mariadb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
)

// advise adds to a failure that only an operator ends what to do about it. A second
// failure, to read what the advice needs, leaves the first as it is.
func (s *store) advise(ctx context.Context, t *table, f *fault.Fault) *fault.Fault {
	if f.Kind != fault.Misconfigured {
		return f
	}
	switch f.Number {
	case fault.NoDefaultForField:
		var server *mysql.MySQLError
		if errors.As(f.Err, &server) && slices.Contains(t.unfilled, fault.Named(server)) {
			name := fault.Named(server)
			f.Advice = fmt.Sprintf("%s: add it there, or %s", t.unfilledText(name), t.fill(name))
		} else {
			f.Advice = "give the column, which may be of a table that a trigger writes to, a default with ALTER TABLE ... ALTER COLUMN ... SET DEFAULT"
		}
	case fault.InvalidDefault:
		f.Advice = "a column has a date for its default that the sql_mode of a trigger does not allow: give the column another default, or create the trigger again under another sql_mode"
	case fault.AutoincReadFailed, fault.AutoincOutOfRange:
		f.Advice = s.widen(ctx, t)
	}
	return f
}

// widen says how an AUTO_INCREMENT column gets more values.
func (s *store) widen(ctx context.Context, t *table) string {
	if t.serial == nil {
		return "an AUTO_INCREMENT column of a table that a trigger writes to has no value left: make the column BIGINT UNSIGNED"
	}
	text := fmt.Sprintf("column %s has no AUTO_INCREMENT value left", quote(t.serial.Name))
	if t.serial.ColumnType == "bigint(20) unsigned" {
		return text + ": lower AUTO_INCREMENT of table " + t.target.quoted()
	}
	statements, _, err := newRemedies(s.db, t).modify(ctx, t.serial.Name, widened)
	if err != nil || statements == "" {
		return text + ": make it BIGINT UNSIGNED"
	}
	return text + ": " + statements
}
