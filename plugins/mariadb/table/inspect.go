// Package table has the table that records are written to: the configured target, what
// the server says about the table, why the table does not fit, and the text of every
// statement.
package table

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// Table is what the server said about the target when [Inspect] last read it.
type Table struct {
	Target      *Target
	Description *Description // that the table was fitted to
	database    string
	Columns     []column.Column // in the configured order
	Sources     []Source        // of the columns
	Key         []int           // indexes into Columns
	Locks       []int           // the same, of lock_order
	Version     int             // index into Columns, -1 for none
	Counting    *Counting
	touched     []described // the ON UPDATE columns that are not configured
	// Columns that are not configured, NOT NULL and without a default: a trigger has
	// to fill them.
	unfilled []string

	OnDuplicate string // the assignments of an upsert
	WriteOne    string // the statement that writes one row
	DeleteOne   string // the statement that deletes one row
	MaxPacket   int
	uniques     [][]int // the other unique indexes: indexes into Columns
	// Clashes says that rows of different keys may agree in another unique index. One row may
	// take the value that another row of its batch gives up.
	Clashes bool
	// InOrder says that the rows of a batch are written one after the other, as they are: the
	// table clashes, or see [Table.KeepingOrder]. So it has only states that the source had.
	InOrder bool
	// Loose says that the table may take different keys for one row.
	Loose    bool
	hashed   bool       // the key's index is one by hash
	serial   *described // the AUTO_INCREMENT column, if it is not configured
	Spares   bool       // an upsert of a stored row must take no value of serial
	keyIndex string     // the unique index of the key
	Warnings []string   // for the log: what an operator should know about the table
	Seen     time.Time
}

// uniqueIndex is one unique index.
type uniqueIndex struct {
	name     string
	columns  []string
	prefixed bool // over the beginning of a column only
	hashed   bool // no SELECT uses it
	nullable bool
}

// Description is what the server says about a table, whatever part of it is written.
type Description struct {
	Seen      time.Time
	MaxPacket int // max_allowed_packet of new connections, in bytes

	database, engine, kind string
	transactional          bool
	next                   sql.NullInt64 // of an AUTO_INCREMENT column
	columns                []described
	indexes                []uniqueIndex
}

// Describe asks the server about a table. An empty database is that of the connection.
// The error is a [Mismatch] when there is no such table.
func Describe(ctx context.Context, db *sql.DB, database, name string) (*Description, error) {
	d := &Description{Seen: time.Now()}
	var engine, kind, transactions sql.NullString
	// A server with lower_case_table_names compares names as it stores them.
	err := db.QueryRowContext(ctx, `SELECT t.TABLE_SCHEMA, t.TABLE_TYPE, t.ENGINE, e.TRANSACTIONS, t.AUTO_INCREMENT, @@GLOBAL.max_allowed_packet
		FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
		WHERE t.TABLE_SCHEMA = COALESCE(NULLIF(?, ''), DATABASE()) AND t.TABLE_NAME = ?`,
		database, name).Scan(&d.database, &kind, &engine, &transactions, &d.next, &d.MaxPacket)
	if errors.Is(err, sql.ErrNoRows) {
		quoted := (&Target{Database: database, Table: name}).quoted()
		return nil, Mismatch{{NoTable: true, Text: fmt.Sprintf("table %s does not exist, or the account has no privilege on it: create it, or GRANT SELECT, INSERT, UPDATE ON %s TO the account", quoted, quoted)}}
	}
	if err != nil {
		return nil, fmt.Errorf("inspecting table %s: %w", name, err)
	}
	d.kind, d.engine, d.transactional = kind.String, engine.String, transactions.String == "YES"
	if d.columns, err = readColumns(ctx, db, d.database, name); err != nil {
		return nil, fmt.Errorf("inspecting the columns of %s: %w", name, err)
	}
	if d.indexes, err = readIndexes(ctx, db, d.database, name); err != nil {
		return nil, fmt.Errorf("inspecting the indexes of %s: %w", name, err)
	}
	return d, nil
}

// HasColumn says whether the table has a column of this name.
func (d *Description) HasColumn(name string) bool {
	return indexColumn(d.columns, name) >= 0
}

// indexColumn returns the index of the column of this name, -1 if there is none.
func indexColumn(all []described, name string) int {
	return slices.IndexFunc(all, func(d described) bool { return strings.EqualFold(d.Name, name) })
}

// Fit returns the table with the columns of the target. It asks the server only about
// something that does not fit. The error is a [Mismatch] when the table cannot hold the
// rows of the target safely.
func (d *Description) Fit(ctx context.Context, db *sql.DB, target *Target) (*Table, error) {
	target, notWritten := target.writable(d.columns)
	t := &Table{
		Target: target, Warnings: notWritten, Description: d, Version: -1, Counting: ByInsertID, Seen: d.Seen, MaxPacket: d.MaxPacket, database: d.database,
	}
	var found Mismatch
	switch {
	case d.kind == "SYSTEM VERSIONED":
		// It takes every row of an update for a changed one.
		found.add("%s is system versioned: a record that is delivered again would add to its history and move its ON UPDATE columns: ALTER TABLE %s DROP SYSTEM VERSIONING", target.quoted(), target.quoted())
	case d.kind != "BASE TABLE":
		// It has no keys of its own, so that nothing else about it helps.
		found.add("%s is a %s: rows can be kept unique by key in a table only: set %s to the base table, and %s to its primary key or a unique index", target.quoted(), strings.ToLower(d.kind), FieldTable, FieldKey)
		return nil, found
	case !d.transactional:
		found.add("engine %s has no transactions: ALTER TABLE %s ENGINE=InnoDB", d.engine, target.quoted())
	}
	t.fit(d.columns, &found)
	t.warnZone()
	remedies := newRemedies(db, t)
	if err := t.fitAmbiguous(ctx, remedies, &found); err != nil {
		return nil, err
	}
	if err := t.fitUnfilled(ctx, remedies, &found); err != nil {
		return nil, err
	}
	if err := t.fitKey(ctx, remedies, d.indexes, &found); err != nil {
		return nil, err
	}
	t.fitSerial(d.columns, d.next)
	if len(found) > 0 {
		return nil, found
	}
	t.OnDuplicate = t.assignments()
	t.WriteOne, t.DeleteOne = t.UpsertText(1, false), t.DeleteText(1)
	if target.Mode == Update {
		t.WriteOne, t.Spares = t.updateText(), false
	}
	return t, nil
}

// described is a column of the table, configured or not.
type described struct {
	column.Column
	hasDefault    bool
	autoIncrement bool
	onUpdate      bool // the server sets it when a row changes
	privileges    []string
}

func readColumns(ctx context.Context, db *sql.DB, database, name string) ([]described, error) {
	rows, err := db.QueryContext(ctx, `SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE = 'YES', COLUMN_DEFAULT IS NOT NULL,
			EXTRA, IS_GENERATED <> 'NEVER', COALESCE(CHARACTER_SET_NAME, ''), COALESCE(COLLATION_NAME, ''),
			COALESCE(CHARACTER_MAXIMUM_LENGTH, 0), COALESCE(CHARACTER_OCTET_LENGTH, 0),
			COALESCE(NUMERIC_PRECISION, 0), COALESCE(NUMERIC_SCALE, -1), COALESCE(DATETIME_PRECISION, 0), PRIVILEGES
		FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
		database, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []described
	for rows.Next() {
		var (
			d                  described
			extra, privileges  string
			characters, octets uint64
		)
		if err := rows.Scan(&d.Name, &d.DataType, &d.ColumnType, &d.Nullable, &d.hasDefault, &extra, &d.Generated,
			&d.Charset, &d.Collation, &characters, &octets, &d.Precision, &d.Scale, &d.Fraction, &privileges); err != nil {
			return nil, err
		}
		extra, d.privileges = strings.ToLower(extra), strings.Split(privileges, ",")
		d.autoIncrement = strings.Contains(extra, "auto_increment")
		d.hasDefault = d.hasDefault || d.DataType == "enum" // its first member, without a DEFAULT clause too
		d.onUpdate = strings.Contains(extra, "on update")
		d.Generated = d.Generated || strings.Contains(extra, "generated")
		d.Classify(int(min(characters, 1<<32)), int(min(octets, 1<<32)))
		if d.IndexBytes = int(min(octets, 1<<32)); strings.HasSuffix(d.DataType, "text") || strings.HasSuffix(d.DataType, "blob") {
			d.IndexBytes = maxIndexBytes + 1 // it needs the length of a prefix
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

func readIndexes(ctx context.Context, db *sql.DB, database, name string) ([]uniqueIndex, error) {
	rows, err := db.QueryContext(ctx, `SELECT INDEX_NAME, COLUMN_NAME, SUB_PART IS NOT NULL, NULLABLE = 'YES', INDEX_TYPE = 'HASH'
		FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0
		ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`, database, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []uniqueIndex
	for rows.Next() {
		var index, column string
		var prefixed, nullable, hashed bool
		if err := rows.Scan(&index, &column, &prefixed, &nullable, &hashed); err != nil {
			return nil, err
		}
		if len(all) == 0 || all[len(all)-1].name != index {
			all = append(all, uniqueIndex{name: index})
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, column)
		last.prefixed, last.hashed = last.prefixed || prefixed, last.hashed || hashed
		last.nullable = last.nullable || nullable
	}
	return all, rows.Err()
}
