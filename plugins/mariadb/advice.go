package mariadb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-sql-driver/mysql"
)

// advise adds to a failure that only an operator ends what to do about it. A second
// failure, to read what the advice needs, leaves the first as it is.
func (s *store) advise(ctx context.Context, t *table, f *failure) *failure {
	if f.kind != misconfigured {
		return f
	}
	switch f.number {
	case noDefaultForField:
		var server *mysql.MySQLError
		if errors.As(f.err, &server) && slices.Contains(t.unfilled, namedIn(server)) {
			name := namedIn(server)
			f.advice = fmt.Sprintf("%s: add it there, or %s", t.unfilledText(name), t.fill(name))
		} else {
			f.advice = "give the column, which may be of a table that a trigger writes to, a default with ALTER TABLE ... ALTER COLUMN ... SET DEFAULT"
		}
	case invalidDefault:
		f.advice = "a column has a date for its default that the sql_mode of a trigger does not allow: give the column another default, or create the trigger again under another sql_mode"
	case autoincReadFailed, autoincOutOfRange:
		f.advice = s.widen(ctx, t)
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
