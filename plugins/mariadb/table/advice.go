package table

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// Advise adds to a fault that only an operator can end what to do about it. When the
// server does not tell what the advice needs, the fault keeps its text.
func (t *Table) Advise(ctx context.Context, db *sql.DB, f *fault.Fault) *fault.Fault {
	if f.Kind != fault.Misconfigured {
		return f
	}
	switch f.Number {
	case fault.NoDefaultForField:
		server, _ := errors.AsType[*mysql.MySQLError](f.Err)
		if name := fault.Named(server); slices.Contains(t.unfilled, name) {
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
	if len(t.unfilled) == 0 || t.Target.KeyOnly || t.Target.Mode == Update {
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
		if t.MayLack(name) {
			continue // MariaDB refuses the records
		}
		if seen {
			found.add("%s: add it there, or %s", t.unfilledText(name), t.fill(name))
			continue
		}
		t.Warnings = append(t.Warnings, fmt.Sprintf("%s: only a BEFORE INSERT trigger can fill it, and this account may not see triggers. If there is no such trigger, new rows wait until an operator runs %s", t.unfilledText(name), t.fill(name)))
	}
	return nil
}

// clashText warns of another unique index.
func (t *Table) clashText(other uniqueIndex) string {
	consequence := fmt.Sprintf("overwrites the stored row although their %s differs: drop the index unless rows may overwrite each other", FieldKey)
	if t.Target.Replica {
		consequence = fmt.Sprintf("is refused when their %s differs: give each topic of the changes one partition, or drop the index", FieldKey)
	}
	return fmt.Sprintf("table %s has another unique index, %s (%s): a row that equals a stored row in that index %s",
		t.Target.quoted(), quote(other.name), strings.Join(other.columns, ", "), consequence)
}

// MayLack says whether a record is at fault when MariaDB has no value for a column: the
// record lacks the member.
func (t *Table) MayLack(column string) bool {
	return containsFold(t.Target.Lacking, column) || t.Target.ByMember && containsFold(t.unfilled, column)
}

func (t *Table) unfilledText(column string) string {
	return fmt.Sprintf("column %s is NOT NULL without a default and is not among %s", quote(column), FieldColumns)
}

func (t *Table) fill(column string) string {
	return fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET DEFAULT (a value)", t.Target.quoted(), quote(column))
}

// Refusal returns the refusal of the one row that met the fault. When the table's columns
// tell the cause, the cause replaces the general sentence.
func (t *Table) Refusal(f *fault.Fault) *record.Refusal {
	r := &record.Refusal{Stage: record.Upsert, Code: f.Code, Path: cmp.Or(f.Path, t.Target.Table), Detail: f.Error()}
	if f.Lone {
		r.Detail += ": other rows were stored while this row failed"
	}
	server, ok := errors.AsType[*mysql.MySQLError](f.Err)
	if !ok || f.Kind != fault.Refused || f.Code == refusal.Trigger {
		return r
	}
	sentence, c := "", new(column.Column)
	if i := t.column(f.Path); i >= 0 {
		c = &t.Columns[i]
	}
	switch f.Number {
	case fault.WrongValueForField:
		if c.Charset != "" && c.Charset != "utf8mb4" {
			sentence = fmt.Sprintf("the column's character set %[1]s lacks a letter of the text: convert the column to utf8mb4, or let the producer write letters of %[1]s", c.Charset)
		}
	case fault.TruncatedWrongValue, fault.InvalidTimestamp, fault.DatetimeOverflow:
		if c.DataType == "timestamp" {
			r.Code, sentence = refusal.OutOfRange, c.TimestampRange()
		}
	case fault.NoReferencedRow2:
		if key := foreignKeyMessage.FindStringSubmatch(server.Message); key != nil {
			sentence = fmt.Sprintf("table %[2]s has no parent row for the foreign key (%[1]s), which references its (%[3]s): store the parent row first, then replay this record", key[1], key[2], key[3])
		}
	}
	if sentence != "" {
		r.Detail = fmt.Sprintf("MariaDB error %d (%s): %s", f.Number, f.State, sentence)
	}
	return r
}

// The message of error 1452 quotes the definition of the key and nothing of the row.
var foreignKeyMessage = regexp.MustCompile(`^Cannot add or update a child row: a foreign key constraint fails \(` + identifier + `\.` + identifier +
	`, CONSTRAINT ` + identifier + ` FOREIGN KEY \((` + identifiers + `)\) REFERENCES ((?:` + identifier + `\.)?` + identifier + `) \((` + identifiers + `)\)`)
