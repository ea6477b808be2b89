package changes

import (
	"fmt"
	"slices"
	"strings"
)

// written returns the columns that the generator writes.
func (t *state) written() (columns []Column) {
	for _, column := range t.current {
		if column.value != nil || column.Name == t.Changed {
			columns = append(columns, column)
		}
	}
	return columns
}

// where returns the condition that is true for the row of a key.
func (t *state) where(key []string) string {
	var parts []string
	for i, column := range t.Key {
		parts = append(parts, Identifier(column.Name)+" = "+key[i])
	}
	return strings.Join(parts, " AND ")
}

// literal returns a new value of a column, or DEFAULT.
func (g *Generator) literal(table *state, column Column) string {
	if column.Name == table.Changed {
		g.changes++
		return fmt.Sprint(g.changes)
	}
	if strings.Contains(column.Type, "DEFAULT") && g.random.IntN(4) == 0 {
		return "DEFAULT"
	}
	return column.value(g.random)
}

// assignments returns new values for some columns.
func (g *Generator) assignments(table *state) string {
	all := table.written()
	g.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = all[:1+g.random.IntN(len(all))]
	if table.Changed != "" && !slices.ContainsFunc(all, func(c Column) bool { return c.Name == table.Changed }) {
		all = append(all, Column{Name: table.Changed})
	}
	var sets []string
	for _, column := range all {
		sets = append(sets, Identifier(column.Name)+" = "+g.literal(table, column))
	}
	return strings.Join(sets, ", ")
}

// freshKey returns a key that the table never had.
func (g *Generator) freshKey(table *state, parent *row) []string {
	key := table.key(table.next)
	table.next++
	if parent != nil {
		key = append([]string{parent.key[0]}, key...)
	}
	return key
}

// reused returns the key of a deleted row, which is then a row again, or nil.
func (g *Generator) reused(table *state) []string {
	if len(table.free) == 0 || g.random.IntN(2) == 0 {
		return nil
	}
	at := g.random.IntN(len(table.free))
	key := table.free[at]
	table.free = slices.Delete(table.free, at, at+1)
	return key
}

// parentOf returns a row that a new row of a table can refer to, or nil.
func (g *Generator) parentOf(table *state) *row {
	if table.parent == "" {
		return nil
	}
	parents := g.find(table.parent).rows
	if len(parents) == 0 {
		return nil
	}
	return parents[g.random.IntN(len(parents))]
}

func (g *Generator) find(name string) *state {
	for _, table := range g.tables {
		if table.Name == name {
			return table
		}
	}
	return nil
}
