package mariadb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// target is what the configuration says about the table.
type target struct {
	database   string // "" for the connection's own
	table      string
	columns    []string // of the record, then those of metadata
	metadata   []string // the last of columns: they take metadata of their names
	key        []string
	insertOnly []string
	lockOrder  []string // what rows are sorted by before their key
	version    string   // "" for none
	deletes    bool     // a tombstone deletes the row that its key names
}

// members are the columns that the record has.
func (t *target) members() []string { return t.columns[:len(t.columns)-len(t.metadata)] }

// guardsDeletes says whether a tombstone has a version: a record's column it
// lacks, like all of the record.
func (t *target) guardsDeletes() bool { return t.version != "" && containsFold(t.metadata, t.version) }

// parseTable reads "table" or "database.table".
func parseTable(name string) (database, table string, err error) {
	if database, table, found := strings.Cut(name, "."); found {
		if database == "" || table == "" || strings.Contains(table, ".") {
			return "", "", fmt.Errorf("%s %q is neither a table nor database.table", fieldTable, name)
		}
		return database, table, nil
	}
	return "", name, nil
}

// check finds what is wrong without asking a server.
func (t *target) check() error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	for _, list := range []struct {
		field string
		names []string
	}{{fieldColumns, t.members()}, {fieldMetadataColumns, t.metadata}, {fieldKey, t.key}, {fieldInsertOnly, t.insertOnly}, {fieldLockOrder, t.lockOrder}} {
		for i, name := range list.names {
			if containsFold(list.names[:i], name) {
				add("%s names %q twice", list.field, name)
			}
			if list.field == fieldMetadataColumns && containsFold(t.members(), name) {
				add("%s names %q, which %s has too", list.field, name, fieldColumns)
			}
			if len(t.columns) > 0 && !containsFold(t.columns, name) {
				add("%s names %q, which is not among %s", list.field, name, fieldColumns)
			}
			if list.field == fieldInsertOnly && containsFold(t.key, name) {
				add("%s names %q, which belongs to the %s and is never updated anyway", list.field, name, fieldKey)
			}
		}
	}
	if t.table == "" {
		add("%s is empty", fieldTable)
	}
	if len(t.columns) == 0 {
		add("%s is empty", fieldColumns)
	}
	if len(t.key) == 0 {
		add("%s is empty", fieldKey)
	}
	if len(t.columns) > maxPlaceholders {
		add("%s has %d names, a statement takes %d", fieldColumns, len(t.columns), maxPlaceholders)
	}
	if t.version != "" {
		switch {
		case !containsFold(t.columns, t.version):
			add("%s %q is not among %s", fieldVersion, t.version, fieldColumns)
		case containsFold(t.key, t.version):
			add("%s %q belongs to the %s: rows of one key would all have the same version", fieldVersion, t.version, fieldKey)
		case containsFold(t.insertOnly, t.version):
			add("%s %q is %s: a newer row would not raise it", fieldVersion, t.version, fieldInsertOnly)
		}
	}
	for _, name := range slices.Concat([]string{t.database, t.table}, t.columns) {
		if strings.ContainsRune(name, 0) || len(name) > 4*64 {
			add("%q cannot be a name in MariaDB", name)
		}
	}
	if slices.Contains(t.columns, "") {
		add("%s holds an empty name", fieldColumns)
	}
	return errors.Join(wrong...)
}

// MariaDB's column names do not differ in case.
func containsFold(names []string, name string) bool { return indexFold(names, name) >= 0 }

func indexFold(names []string, name string) int {
	return slices.IndexFunc(names, func(other string) bool { return strings.EqualFold(other, name) })
}

// quoted is the table's name for a statement.
func (t *target) quoted() string {
	if t.database == "" {
		return quote(t.table)
	}
	return quote(t.database) + "." + quote(t.table)
}

// quote makes any name an identifier.
func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}
