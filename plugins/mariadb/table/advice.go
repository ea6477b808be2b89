package table

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
)

// Advise adds to a fault that only an operator can end what to do about it. When the
// server does not tell what the advice needs, the fault stays as it is.
func (t *Table) Advise(ctx context.Context, db *sql.DB, f *fault.Fault) *fault.Fault {
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
		f.Advice = t.widen(ctx, db)
	}
	return f
}

// widen returns how an AUTO_INCREMENT column gets more values.
func (t *Table) widen(ctx context.Context, db *sql.DB) string {
	if t.serial == nil {
		return "an AUTO_INCREMENT column of a table that a trigger writes to has no value left: make the column BIGINT UNSIGNED"
	}
	text := fmt.Sprintf("column %s has no AUTO_INCREMENT value left", quote(t.serial.Name))
	if t.serial.ColumnType == "bigint(20) unsigned" {
		return text + ": lower AUTO_INCREMENT of table " + t.Target.quoted()
	}
	statements, _, err := newRemedies(db, t).modify(ctx, t.serial.Name, widened)
	if err != nil || statements == "" {
		return text + ": make it BIGINT UNSIGNED"
	}
	return text + ": " + statements
}

// fitUnfilled adds the columns that MariaDB has no value for, unless a trigger may fill
// them. An account sees the triggers of a table only with the privilege TRIGGER on it.
func (t *Table) fitUnfilled(ctx context.Context, r *remedies, found *Mismatch) error {
	if len(t.unfilled) == 0 {
		return nil
	}
	var triggers int
	if err := r.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM information_schema.TRIGGERS
		WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? AND EVENT_MANIPULATION = 'INSERT' AND ACTION_TIMING = 'BEFORE'`,
		t.database, t.Target.Table).Scan(&triggers); err != nil {
		return fmt.Errorf("reading the triggers of %s: %w", t.Target.Table, err)
	}
	if triggers > 0 {
		return nil // should none of them fill the column, error 1364 says so
	}
	seen, err := r.may(ctx, "TRIGGER")
	if err != nil {
		return err
	}
	for _, name := range t.unfilled {
		if seen {
			found.add("%s: add it there, or %s", t.unfilledText(name), t.fill(name))
			continue
		}
		t.Warnings = append(t.Warnings, fmt.Sprintf("%s: only a BEFORE INSERT trigger can fill it, and this account may not see triggers. If there is no such trigger, new rows wait until somebody runs %s", t.unfilledText(name), t.fill(name)))
	}
	return nil
}

func (t *Table) unfilledText(column string) string {
	return fmt.Sprintf("column %s is NOT NULL without a default and is not among %s", quote(column), FieldColumns)
}

func (t *Table) fill(column string) string {
	return fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET DEFAULT (a value)", t.Target.quoted(), quote(column))
}
