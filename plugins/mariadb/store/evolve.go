package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/ddl"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// The names of the settings of an [Evolution].
const (
	FieldCreate = "create_tables"
	FieldAdd    = "add_columns"
	FieldDryRun = "dry_run"
)

// Evolution is what the output may do to tables.
type Evolution struct {
	Create  bool // create a table that does not exist
	Add     bool // add the columns that a table lacks
	DryRun  bool // only say which statement it would run
	Mapping ddl.Mapping
	Log     func(text string) // gets each statement once
}

func (e *Evolution) isOn() bool { return e.Create || e.Add }

// maxSteps is how many statements a table may need: one that creates it, and one that adds
// the columns which another sink's table lacks. One more is for a table that changes
// meanwhile.
const maxSteps = 3

// step is the statement that would end a mismatch.
type step struct {
	statement string
	allowed   bool
	setting   string // that allows it
	what      string // the table lacks, as the beginning of a sentence
	otherwise string // what ends the mismatch without the statement
}

// extend creates the table, or adds the columns that it lacks, as far as the settings allow
// it. The error is a mismatch with the statement when a person has to run it, or a fault.
// A sink that does the same at the same time does not disturb it: the statements change
// nothing a second time, and only the table says whether one has failed.
func (l *layout) extend(ctx context.Context, found table.Mismatch) (*table.Table, error) {
	if _, advised := l.plan(found); advised != nil {
		return nil, advised
	}
	l.of.changing.Lock()
	defer l.of.changing.Unlock()
	var failed error
	last := ""
	for range maxSteps {
		t, err := l.fit(ctx, time.Now())
		now, isMismatch := errors.AsType[table.Mismatch](err)
		if !isMismatch {
			if last != "" {
				l.of.told = "" // the statement may be needed again, for another table of this name
			}
			return t, err
		}
		next, advised := l.plan(now)
		switch {
		case advised != nil:
			return nil, advised
		case next.statement == last:
			return nil, next.failed(failed, now)
		case l.evolution.DryRun:
			return nil, l.wouldRun(next)
		}
		l.tell("running " + next.statement)
		_, failed = l.of.db.ExecContext(ctx, next.statement)
		last = next.statement
	}
	return nil, errors.New("the table changes all the time")
}

// wouldRun logs the statement of a step that a person has to run, and returns the mismatch.
func (l *layout) wouldRun(next *step) error {
	l.tell("dry_run: would run " + next.statement)
	return next.mismatch("%s is on: an operator runs the statement, which is in the log too: %s", FieldDryRun, next.statement)
}

// tell logs a statement, unless it was the last one about this table.
func (l *layout) tell(text string) {
	if l.of.told != text {
		l.of.told = text
		l.evolution.Log(l.target.PlainName() + ": " + text)
	}
}

// plan returns the statement that ends a mismatch. advised is the mismatch, with all that is
// known about its end, when the output must not or cannot end it.
func (l *layout) plan(found table.Mismatch) (next *step, advised error) {
	creates := found.NoTable()
	var lacks []string
	for _, r := range found {
		if r.Lacks != "" {
			lacks = append(lacks, r.Lacks)
		}
	}
	if !creates && len(lacks) == 0 || l.schemas.Value == nil && !l.evolution.isOn() {
		return nil, found
	}
	columns, err := ddl.Columns(l.evolution.Mapping, l.target, l.schemas)
	switch {
	case creates && err == nil:
		next = &step{
			statement: ddl.CreateText(l.evolution.Mapping, l.target, columns), allowed: l.evolution.Create, setting: FieldCreate,
			what: fmt.Sprintf("table %s does not exist, or the account has no privilege on it", l.target.Name()),
		}
	case creates:
		if !l.evolution.Create {
			return nil, found
		}
		return nil, table.Mismatch{{NoTable: true, Text: fmt.Sprintf("table %s does not exist, or the account has no privilege on it, and %s cannot create it: %v", l.target.Name(), FieldCreate, err)}}
	case err != nil && !l.evolution.Add:
		return nil, found
	case err != nil:
		return nil, append(slices.Clone(found), table.Reason{Text: fmt.Sprintf("%s cannot add the columns: %v", FieldAdd, err)})
	default:
		if next, err = l.planAdd(columns, lacks); err != nil {
			return nil, append(slices.DeleteFunc(slices.Clone(found), func(r table.Reason) bool { return r.Lacks != "" }), table.Reason{Text: err.Error()})
		}
	}
	others := slices.DeleteFunc(slices.Clone(found), func(r table.Reason) bool { return r.NoTable || r.Lacks != "" })
	switch {
	case !next.allowed:
		return nil, append(next.mismatch("set %s, or run %s%s", next.setting, next.statement, next.otherwise), others...)
	case len(others) > 0:
		return nil, append(next.mismatch("the output adds it when the table fits otherwise"), others...)
	}
	return next, nil
}

// planAdd returns the statement that adds columns. The error says which of them the rows of
// the table would have no value for.
func (l *layout) planAdd(columns []ddl.Column, lacks []string) (*step, error) {
	isLacking := func(c ddl.Column) bool {
		return slices.ContainsFunc(lacks, func(name string) bool { return strings.EqualFold(name, c.Name) })
	}
	missing := slices.DeleteFunc(columns, func(c ddl.Column) bool { return !isLacking(c) })
	var names []string
	for _, c := range missing {
		if c.Key {
			return nil, fmt.Errorf("column %s of the %s does not exist, and the stored rows would have no value for it: add the column and the key yourself, or choose another table", table.Quote(c.Name), table.FieldKey)
		}
		if !c.IsAddable() {
			optional := c
			optional.Null = true
			return nil, fmt.Errorf("column %s does not exist, and its field is required and has no default, so that the stored rows would have no value for it: make the field optional or give it a default, or run %s",
				table.Quote(c.Name), ddl.AddText(l.target, []ddl.Column{optional}))
		}
		names = append(names, table.Quote(c.Name))
	}
	what := "column " + names[0] + " does not exist"
	if len(names) > 1 {
		what = "columns " + strings.Join(names, ", ") + " do not exist"
	}
	return &step{
		statement: ddl.AddText(l.target, missing), allowed: l.evolution.Add, setting: FieldAdd,
		what: what, otherwise: ", or exclude the field (" + table.FieldExclude + ")",
	}, nil
}

// mismatch returns the mismatch that the step would end, with how to go on.
func (s *step) mismatch(format string, args ...any) table.Mismatch {
	return table.Mismatch{{Text: s.what + ": " + fmt.Sprintf(format, args...)}}
}

// failed returns why the statement of the step has not ended the mismatch. err is its error.
func (s *step) failed(err error, still table.Mismatch) error {
	if err == nil {
		return still
	}
	server, ofServer := errors.AsType[*mysql.MySQLError](err)
	if f := fault.Judge(err); !ofServer || f.Kind == fault.Wait || f.Kind == fault.RetryNow {
		f.Advice = "while running " + s.statement
		return f
	}
	advice := adviceOn[server.Number]
	if advice == "" {
		advice = "correct the schema, or create what is missing yourself"
	}
	return s.mismatch("MariaDB error %d (%s): %s: %s. The statement is %s", server.Number, server.SQLState, server.Message, advice, s.statement)
}

const grant = "grant the account the privilege, or let an administrator run the statement"

// adviceOn has what ends an error of a statement, by the number of the error.
var adviceOn = map[uint16]string{
	fault.DBAccessDenied:       grant,
	fault.TableAccessDenied:    grant,
	fault.ColumnAccessDenied:   grant,
	fault.SpecificAccessDenied: grant,
	1005:                       "the storage engine does not take the table (a table of InnoDB has at most 1,017 columns): exclude fields",
	1049:                       "create the database", // unknown database
	1067:                       "the default in the schema does not fit the type: correct the default, or run the statement without it",
	1071:                       "the key is too long: choose a shorter key, or run the statement with shorter columns",
	1117:                       "a table of InnoDB has at most 1,017 columns: exclude fields",
	1118:                       "the columns are too long for one row: exclude fields, or run the statement with TEXT in place of VARCHAR (as type_mapping: native does)",
	1845:                       copying, // the algorithm is not supported
	1846:                       copying, // the same, with a reason
	1918:                       "the default in the schema has letters that the character set of the table lacks: convert the table to utf8mb4, or run the statement without the default",
	4161:                       "this version of MariaDB lacks the type: run the statement with VARCHAR(36) in its place",
}

const copying = "MariaDB would have to copy all rows: run the statement without ALGORITHM=INSTANT while the table is in little use"

// Errors of the server.
const (
	noSuchColumn = 1054
	noSuchTable  = 1146
)

// hasNoTable says whether the layout is that of tombstones for a table that the output has
// not created yet.
func (l *layout) hasNoTable(ctx context.Context, why error) bool {
	found, _ := errors.AsType[table.Mismatch](why)
	return l.target.KeyOnly && l.evolution.Create && found.NoTable() && l.of.isMissing(ctx)
}

// isMissing says whether the table does not exist. A table on which the account has no
// privilege only seems to be missing.
func (p *physical) isMissing(ctx context.Context) bool {
	name := table.Target{Database: p.database, Table: p.name}
	_, err := p.db.ExecContext(ctx, "SELECT 1 FROM "+name.Name()+" LIMIT 0")
	server, ofServer := errors.AsType[*mysql.MySQLError](err)
	return ofServer && server.Number == noSuchTable
}
