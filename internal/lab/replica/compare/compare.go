// Package compare finds the rows in which two MariaDB databases differ.
package compare

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Difference is a value, a row, a column or a table in which the target differs from the
// source.
type Difference struct {
	Table  string
	Key    string // of the row, "" for a column or a table
	Column string // "" for a row or a table
	Says   string // "1.50 in the source, 1.51 in the target"
}

// String returns "table orders, row (7), column total: 1.50 in the source, …".
func (d Difference) String() string {
	words := []string{"table " + d.Table}
	if d.Key != "" {
		words = append(words, "row "+d.Key)
	}
	if d.Column != "" {
		words = append(words, "column "+d.Column)
	}
	return strings.Join(words, ", ") + ": " + d.Says
}

// Databases compares each table of the source with the table of the same name in the
// target, row by row and byte by byte. It finds a row by the primary key of the source, or
// by its first unique key. The target may have further columns, and other types for the
// same values. Both connections have a database, and the session time zone +00:00.
func Databases(ctx context.Context, source, target *sql.DB) ([]Difference, error) {
	tables, err := inspect(ctx, source)
	if err != nil {
		return nil, fmt.Errorf("inspecting the source: %w", err)
	}
	theirs, err := inspect(ctx, target)
	if err != nil {
		return nil, fmt.Errorf("inspecting the target: %w", err)
	}
	var all []Difference
	for _, ours := range tables {
		at := slices.IndexFunc(theirs, func(t table) bool { return t.name == ours.name })
		if at < 0 {
			all = append(all, Difference{Table: ours.name, Says: "missing in the target"})
			continue
		}
		found, err := rows(ctx, source, target, ours, theirs[at])
		if err != nil {
			return nil, fmt.Errorf("comparing table %s: %w", ours.name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// rows compares the rows of a table.
func rows(ctx context.Context, source, target *sql.DB, ours, theirs table) ([]Difference, error) {
	if len(ours.key) == 0 {
		return nil, fmt.Errorf("it has no primary key and no unique key")
	}
	var all []Difference
	var common, left, right []column
	for _, c := range ours.columns {
		at := slices.IndexFunc(theirs.columns, func(other column) bool { return strings.EqualFold(other.name, c.name) })
		if at < 0 {
			all = append(all, Difference{Table: ours.name, Column: c.name, Says: "missing in the target"})
			if slices.Contains(ours.key, c.name) {
				return all, nil
			}
			continue
		}
		common = append(common, c)
		left, right = append(left, c), append(right, theirs.columns[at])
	}
	want, err := read(ctx, source, ours, common, left)
	if err != nil {
		return nil, fmt.Errorf("reading the source: %w", err)
	}
	got, err := read(ctx, target, ours, common, right)
	if err != nil {
		return nil, fmt.Errorf("reading the target: %w", err)
	}
	return append(all, differences(ours.name, common, want, got)...), nil
}

// content is the rows of a table by their key. A nil value is NULL.
type content map[string][][]*string

func differences(name string, columns []column, want, got content) (all []Difference) {
	add := func(key, column, says string) {
		all = append(all, Difference{Table: name, Key: key, Column: column, Says: says})
	}
	for _, key := range keys(want, got) {
		ours, theirs := want[key], got[key]
		switch {
		case len(ours) == 0:
			add(key, "", "only in the target")
		case len(theirs) == 0:
			add(key, "", "only in the source")
		case len(theirs) > 1:
			add(key, "", fmt.Sprintf("%d times in the target", len(theirs)))
		default:
			for i, c := range columns {
				if a, b := ours[0][i], theirs[0][i]; (a == nil) != (b == nil) || a != nil && *a != *b {
					add(key, c.name, c.meaning.short(a)+" in the source, "+c.meaning.short(b)+" in the target")
				}
			}
		}
	}
	return all
}

func keys(of ...content) (all []string) {
	for _, rows := range of {
		for key := range rows {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
