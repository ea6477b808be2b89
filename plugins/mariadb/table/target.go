package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The names of the settings that a [Target] comes from.
const (
	FieldTable           = "table"
	FieldColumns         = "columns"
	FieldMetadataColumns = "metadata_columns"
	FieldKey             = "key"
	FieldKeyFrom         = "key_from"
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
	KeyFrom   Origin   // where the key columns that take no metadata get their values
	LockOrder []string // what rows are sorted by before their key
	Version   string   // "" for none
	Mode      Mode
	OnMissing OnMissing
	Deletes   bool     // a tombstone deletes the row that its key names
	Replica   bool     // its records are the changes of another table
	KeyOnly   bool     // it has no records, only tombstones
	Lacking   []string // the columns that its records lack, see [Target.Without]
	ByMember  bool     // its records have no schema: they lack the columns that are not theirs
}

// members returns the columns that the record has.
func (t *Target) members() []string { return t.Columns[:len(t.Columns)-len(t.Metadata)] }

// GuardsDeletes says whether a tombstone has a version: it has metadata, but none of a
// record's columns.
func (t *Target) GuardsDeletes() bool { return t.Version != "" && containsFold(t.Metadata, t.Version) }

// ParseName reads "table" or "database.table". A name with dots stands in backticks:
// "`shop.orders`", "shop.`eu.orders`". A backtick inside of backticks is written twice.
func ParseName(name string) (database, table string, err error) {
	first, rest, err := cutIdentifier(name)
	if err == nil && rest != "" {
		database = first
		if first, rest, err = cutIdentifier(rest[1:]); err == nil && (rest != "" || database == "") {
			err = errName
		}
	}
	if err != nil || first == "" && database != "" {
		return "", "", fmt.Errorf("%s %q is neither a table nor database.table (a name with dots stands in backticks)", FieldTable, name)
	}
	return database, first, nil
}

var errName = errors.New("not a name")

// cutIdentifier returns the identifier before the first dot, and the rest from the dot on.
func cutIdentifier(name string) (identifier, rest string, err error) {
	quoted, isQuoted := strings.CutPrefix(name, "`")
	if !isQuoted {
		if i := strings.IndexByte(name, '.'); i >= 0 {
			return name[:i], name[i:], nil
		}
		return name, "", nil
	}
	for i := 0; i < len(quoted); i++ {
		if quoted[i] != '`' {
			continue
		}
		if strings.HasPrefix(quoted[i+1:], "`") {
			i++
			continue
		}
		identifier, rest = strings.ReplaceAll(quoted[:i], "``", "`"), quoted[i+1:]
		if identifier == "" || rest != "" && rest[0] != '.' {
			return "", "", errName
		}
		return identifier, rest, nil
	}
	return "", "", errName
}

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

// CheckName returns an error when no table can have the name of the target.
func (t *Target) CheckName() error {
	if t.Database != "" {
		if err := checkName(t.Database); err != nil {
			return err
		}
	}
	return checkName(t.Table)
}

// checkName returns an error when nothing in MariaDB can have the name.
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case utf8.RuneCountInString(name) > maxName:
		return fmt.Errorf("the name has %d characters, MariaDB allows %d", utf8.RuneCountInString(name), maxName)
	case strings.HasSuffix(name, " "):
		return errors.New("the name ends with a space")
	case strings.ContainsFunc(name, func(r rune) bool { return r == 0 || r > 0xFFFF || r == utf8.RuneError }):
		return errors.New("the name has a character that MariaDB does not allow")
	}
	return nil
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

// quoted returns the table's name for a statement.
func (t *Target) quoted() string {
	if t.Database == "" {
		return quote(t.Table)
	}
	return quote(t.Database) + "." + quote(t.Table)
}

// Name returns the name of the table as a statement takes it.
func (t *Target) Name() string { return t.quoted() }

// Quote makes any name an identifier.
func Quote(name string) string { return quote(name) }

// quote makes any name an identifier.
func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}
