package table

import (
	"maps"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// Selection says which fields of a record become columns, and under which names.
type Selection struct {
	Include []string          // only these; all if it is empty
	Exclude []string          // not these
	Rename  map[string]string // the column of a field, if it has another name
}

// Column returns the column of a field.
func (s *Selection) Column(field string) string {
	if renamed, found := s.Rename[field]; found {
		return renamed
	}
	return field
}

// field returns the field of a column.
func (s *Selection) field(column string) string {
	for _, field := range slices.Sorted(maps.Keys(s.Rename)) {
		if s.Rename[field] == column {
			return field
		}
	}
	return column
}

func (s *Selection) selects(field string) bool {
	return (len(s.Include) == 0 || slices.Contains(s.Include, field)) && !slices.Contains(s.Exclude, field)
}

// Derive returns the target of records with these fields, in the order of their schema: it
// has a column for each selected field. key has the members of the record key, and is nil
// for a key that is one value. The columns of the key are the first ones, so that a row has
// its key in the same place whatever other fields its record has. They need not be
// selected. A refusal says why such records have no row.
func (t *Target) Derive(value, key []string) (*Target, *record.Refusal) {
	d := *t
	d.Columns, d.Fields, d.Key = nil, nil, nil
	add := func(column, field string) {
		d.Columns, d.Fields = append(d.Columns, column), append(d.Fields, field)
	}
	names, refused := t.keyColumns(key)
	if refused != nil {
		return nil, refused
	}
	for _, column := range names {
		if containsFold(d.Key, column) {
			return nil, refusal.New(refusal.Shape, column, "two columns of the key differ in case only")
		}
		d.Key = append(d.Key, column)
		if slices.Contains(t.Metadata, column) {
			continue
		}
		field := column
		if t.KeyFrom == FromValue {
			i := find(value, t.Select.Column, column)
			if i < 0 {
				return nil, refusal.New(refusal.Missing, column, "the record has no such field, but it belongs to the %s", FieldKey)
			}
			field = value[i]
		} else if i := find(key, t.Select.Column, column); i >= 0 {
			field = key[i]
		}
		add(column, field)
	}
	for _, field := range value {
		column := t.Select.Column(field)
		switch i := indexFold(d.Columns, column); {
		case !t.Select.selects(field) || i >= 0 && i < len(d.Key) && (t.KeyFrom == FromKey || d.Fields[i] == field):
		case i >= 0:
			return nil, differInCase(column)
		case containsFold(t.Metadata, column):
			return nil, refusal.New(refusal.Shape, column, "%s has a column of this name, too: rename the field, or exclude it", FieldMetadataColumns)
		default:
			add(column, field)
		}
	}
	d.Columns = append(d.Columns, t.Metadata...)
	switch {
	case t.Version != "" && !containsFold(d.Columns, t.Version):
		return nil, refusal.New(refusal.Missing, t.Version, "the record has no such field, but it is the %s", FieldVersion)
	case len(d.Columns) > maxColumns:
		return nil, refusal.New(refusal.Shape, "value", "the record makes %d columns, a table of MariaDB has at most %d: exclude fields", len(d.Columns), maxColumns)
	}
	for _, column := range d.Columns {
		if err := checkName(column); err != nil {
			return nil, refusal.New(refusal.Shape, column, "no column can have this name: %v: rename the field, or exclude it", err)
		}
	}
	return &d, nil
}

// find returns the index of the name that gives a column: an equal one, else one that
// differs in case only, as MariaDB compares the names of columns. It is -1 if there is none.
func find(names []string, columnOf func(name string) string, column string) int {
	if i := slices.IndexFunc(names, func(name string) bool { return columnOf(name) == column }); i >= 0 {
		return i
	}
	return slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(columnOf(name), column) })
}

// DeriveKeyOnly returns the target of tombstones, which have a key and no fields.
func (t *Target) DeriveKeyOnly(key []string) (*Target, *record.Refusal) {
	only := *t
	only.KeyOnly, only.Select = true, Selection{Rename: t.Select.Rename}
	if !only.GuardsDeletes() {
		only.Version = ""
	}
	var fields []string
	if t.KeyFrom == FromValue { // the members of the record key have the names of the fields
		for _, column := range t.Key {
			if !slices.Contains(t.Metadata, column) {
				fields = append(fields, t.Select.field(column))
			}
		}
	}
	return only.Derive(fields, key)
}

// keyColumns returns the columns of the key: the configured ones, else the members of the
// record key.
func (t *Target) keyColumns(key []string) ([]string, *record.Refusal) {
	switch {
	case t.KeyFrom != FromKey:
		return t.Key, nil
	case key == nil && len(t.Key) == 0:
		return nil, refusal.New(refusal.Shape, record.Key, "the key is one value: name its column in %s", FieldKey)
	case len(t.Key) == 0:
		columns := make([]string, len(key))
		for i, member := range key {
			if slices.Contains(t.Select.Exclude, member) {
				return nil, refusal.New(refusal.Shape, member, "%s names a member of the record key, and all members of the key identify the row: name the columns of the key in %s, or do not exclude the field", FieldExclude, FieldKey)
			}
			columns[i] = t.Select.Column(member)
		}
		return columns, nil
	}
	for _, column := range t.Key {
		isMember := find(key, t.Select.Column, column) >= 0
		if key != nil && !isMember && !slices.Contains(t.Metadata, column) {
			return nil, refusal.New(refusal.Missing, column, "the record's key has no such member")
		}
	}
	return t.Key, nil
}

// Without returns the target of records that lack members for these columns.
func (t *Target) Without(columns []string) *Target {
	d := *t
	d.Columns, d.Fields, d.Lacking = nil, nil, columns
	for i, column := range t.Columns {
		if slices.Contains(columns, column) {
			continue
		}
		d.Columns = append(d.Columns, column)
		if t.Fields != nil && i < len(t.Fields) {
			d.Fields = append(d.Fields, t.Fields[i])
		}
	}
	d.LockOrder = slices.DeleteFunc(slices.Clone(t.LockOrder), func(column string) bool { return containsFold(columns, column) })
	return &d
}

// Lacks returns the columns whose members a record lacks, nil if one of them belongs to the
// key or is the version: then the record has no row.
func (t *Table) Lacks(content map[string]any) []string {
	var columns []string
	for i := range t.Sources {
		if t.Sources[i].Origin != FromValue {
			continue
		}
		if _, has, _ := Member(content, t.Sources[i].Name); has {
			continue
		}
		if t.Columns[i].Key || i == t.Version {
			return nil
		}
		columns = append(columns, t.Target.Columns[i])
	}
	return columns
}
