package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// The names of the settings that a [Target] comes from.
const (
	FieldTable           = "table"
	FieldColumns         = "columns"
	FieldMetadataColumns = "metadata_columns"
	FieldKey             = "key"
	FieldKeyFrom         = "key_from"
	FieldKeyCollation    = "key_collation"
	FieldInclude         = "include_fields"
	FieldExclude         = "exclude_fields"
	FieldRename          = "rename_fields"
	FieldVersion         = "version"
	FieldMode            = "mode"
	FieldOnMissing       = "on_missing"
	FieldLockOrder       = "lock_order"
)

// Target is what the configuration says about the table.
type Target struct {
	Database  string // "" for the connection's own
	Table     string
	Columns   []string // of the record, then those of metadata
	Fields    []string // the fields of the record's columns; nil if they have the same names
	Select    Selection
	Metadata  []string // the last of columns: they take metadata of their names
	Key       []string
	Collated  bool     // keys that the collation takes as equal are one row; else its collation must be exact
	KeyFrom   Origin   // where the key columns that take no metadata get their values
	LockOrder []string // what rows are sorted by before their key
	Version   string   // "" for none
	Mode      Mode
	OnMissing OnMissing
	Deletes   bool         // a tombstone deletes the row that its key names
	Replica   bool         // its records are the changes of another table
	Ordered   bool         // its version is a position in the source, which orders the changes of all rows
	KeyOnly   bool         // it has no records, only tombstones
	Lacking   []string     // the columns that its records lack, see [Target.Without]
	Zone      *column.Zone // nil for UTC
	ByMember  bool         // its records have no schema: they lack the columns that are not theirs
}

// members returns the columns that the record has.
func (t *Target) members() []string { return t.Columns[:len(t.Columns)-len(t.Metadata)] }

// GuardsDeletes says whether a tombstone has a version: it has metadata, but none of a
// record's columns.
func (t *Target) GuardsDeletes() bool { return t.Version != "" && containsFold(t.Metadata, t.Version) }

// IsOpen says whether the columns come from the fields of each record, see [Target.Derive].
func (t *Target) IsOpen() bool { return len(t.members()) == 0 }

// Check finds the mistakes that need no server. isFixed says that the target has a name.
func (t *Target) Check(isFixed bool) error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	for _, list := range []struct {
		field string
		names []string
	}{{FieldColumns, t.members()}, {FieldMetadataColumns, t.Metadata}, {FieldKey, t.Key}, {FieldLockOrder, t.LockOrder}} {
		for i, name := range list.names {
			if containsFold(list.names[:i], name) {
				add("%s names %q twice", list.field, name)
			}
			if list.field == FieldMetadataColumns && containsFold(t.members(), name) {
				add("%s names %q, which %s has too", list.field, name, FieldColumns)
			}
			if !t.IsOpen() && !containsFold(t.Columns, name) {
				add("%s names %q, which is not among %s", list.field, name, FieldColumns)
			}
		}
	}
	if isFixed && t.Table == "" {
		add("%s is empty", FieldTable)
	}
	if len(t.Key) == 0 && (!t.IsOpen() || t.KeyFrom != FromKey) {
		add("%s is empty", FieldKey)
	}
	if len(t.Columns) > MaxPlaceholders {
		add("%s has %d names, a statement takes %d", FieldColumns, len(t.Columns), MaxPlaceholders)
	}
	switch {
	case t.Version == "":
	case !t.IsOpen() && !containsFold(t.Columns, t.Version):
		add("%s %q is not among %s", FieldVersion, t.Version, FieldColumns)
	case t.Mode == Insert:
		add("%s has no effect: the %s insert changes no stored row", FieldVersion, FieldMode)
	case containsFold(t.Key, t.Version):
		add("%s %q belongs to the %s: rows of one key would all have the same version", FieldVersion, t.Version, FieldKey)
	}
	for _, name := range slices.Concat([]string{t.Database, t.Table}, t.Columns) {
		if strings.ContainsRune(name, 0) || len(name) > 4*64 {
			add("%q cannot be a name in MariaDB", name)
		}
	}
	if slices.Contains(t.Columns, "") {
		add("%s holds an empty name", FieldColumns)
	}
	return errors.Join(wrong...)
}

// The limits of MariaDB.
const (
	maxName    = 64   // characters of a name
	maxColumns = 4096 // of a table
)

// containsFold ignores case, as MariaDB does in the names of columns.
func containsFold(names []string, name string) bool { return indexFold(names, name) >= 0 }

func containsAll(names, all []string) bool {
	return !slices.ContainsFunc(all, func(name string) bool { return !containsFold(names, name) })
}

func indexFold(names []string, name string) int {
	return slices.IndexFunc(names, func(other string) bool { return strings.EqualFold(other, name) })
}
