package changes

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Marker is the table of [Generator.Finish].
const Marker = "markers"

// Generator makes random changes. It knows the keys of all rows, because nothing else
// changes the tables. The same seed makes the same SQL.
type Generator struct {
	// RowsOnly holds back TRUNCATE and ADD COLUMN. A snapshot of the connector fails when
	// a table changes.
	RowsOnly bool
	// Keeps holds back what removes a row: DELETE, and another key.
	Keeps bool

	random  *rand.Rand
	tables  []*state
	changes int // the number of the last change of a row
}

// state is a table with its rows.
type state struct {
	Table
	current []Column // without the key
	rows    []*row
	free    [][]string // keys of deleted rows
	next    int        // the number of the next key
}

type row struct {
	key      []string
	parent   *row
	children int
}

// NewGenerator returns the generator of a seed. Its tables have no rows yet.
func NewGenerator(seed uint64) *Generator {
	g := &Generator{random: rand.New(rand.NewPCG(seed, 14))}
	for _, table := range Tables() {
		g.tables = append(g.tables, &state{Table: table, current: table.Columns})
	}
	return g
}

// Create returns a CREATE TABLE statement for each table, and for [Marker].
func Create() []string {
	all := []string{"CREATE TABLE " + Marker + " (id INT NOT NULL PRIMARY KEY)"}
	for _, table := range Tables() {
		all = append(all, table.Create())
	}
	return all
}

// Next returns the SQL of one transaction, of one to six statements. It seldom returns a
// transaction that is rolled back, or a TRUNCATE.
func (g *Generator) Next() string {
	if g.random.IntN(40) == 0 && !g.RowsOnly {
		return g.truncate()
	}
	if g.random.IntN(40) == 0 {
		return g.rolledBack()
	}
	statements := []string{"START TRANSACTION"}
	for range 1 + g.random.IntN(6) {
		statements = append(statements, g.statement(g.tables[g.random.IntN(len(g.tables))]))
	}
	return strings.Join(append(statements, "COMMIT"), ";\n")
}

// AddColumns returns an ALTER TABLE statement that adds the later columns of a table, and
// an INSERT with these columns. It returns "" when no table has later columns any more,
// and for RowsOnly.
func (g *Generator) AddColumns() string {
	if g.RowsOnly {
		return ""
	}
	var waiting []*state
	for _, table := range g.tables {
		if len(table.Later) > 0 {
			waiting = append(waiting, table)
		}
	}
	if len(waiting) == 0 {
		return ""
	}
	table := waiting[g.random.IntN(len(waiting))]
	var parts []string
	for _, column := range table.Later {
		parts = append(parts, "ADD COLUMN "+column.definition())
	}
	table.current = slices.Concat(table.current, table.Later)
	table.Later = nil
	return "ALTER TABLE " + Identifier(table.Name) + " " + strings.Join(parts, ", ") + ";\n" + g.insert(table)
}

// Finish returns the last changes: the remaining columns, a row in each table, and row id
// of [Marker].
func (g *Generator) Finish(id int) string {
	var statements []string
	for add := g.AddColumns(); add != ""; add = g.AddColumns() {
		statements = append(statements, add)
	}
	for _, table := range g.tables {
		statements = append(statements, g.insert(table))
	}
	return strings.Join(append(statements, fmt.Sprintf("INSERT INTO %s VALUES (%d)", Marker, id)), ";\n")
}

// statement returns one random change of a table.
func (g *Generator) statement(table *state) string {
	if table.key == nil {
		return g.numberless(table)
	}
	if len(table.rows) == 0 {
		return g.insert(table)
	}
	at := g.random.IntN(len(table.rows))
	row := table.rows[at]
	switch n := g.random.IntN(100); {
	case n < 45:
		return g.insert(table)
	case n < 75:
		return "UPDATE " + Identifier(table.Name) + " SET " + g.assignments(table) + " WHERE " + table.where(row.key)
	case n < 80:
		return fmt.Sprintf("UPDATE %s SET %s ORDER BY %s LIMIT %d", Identifier(table.Name), g.assignments(table), Identifier(table.Key[0].Name), 2+g.random.IntN(5))
	case row.children > 0 || g.Keeps: // its key is in use
		return g.insert(table)
	case n < 90:
		table.rows = slices.Delete(table.rows, at, at+1)
		if row.parent == nil {
			table.free = append(table.free, row.key)
		} else {
			row.parent.children--
		}
		return "DELETE FROM " + Identifier(table.Name) + " WHERE " + table.where(row.key)
	default:
		return g.move(table, row)
	}
}

// numberless returns a change of a table whose keys MariaDB makes.
func (g *Generator) numberless(table *state) string {
	key := Identifier(table.Key[0].Name)
	some := fmt.Sprintf(" WHERE %s %% 5 = %d ORDER BY %s LIMIT %d", key, g.random.IntN(5), key, 1+g.random.IntN(3))
	switch n := g.random.IntN(10); {
	case n < 5:
		return g.insert(table)
	case n < 9 || g.Keeps:
		return "UPDATE " + Identifier(table.Name) + " SET " + g.assignments(table) + some
	default:
		return "DELETE FROM " + Identifier(table.Name) + some
	}
}

// move gives a row another key, and sometimes other values.
func (g *Generator) move(table *state, row *row) string {
	old := table.where(row.key)
	fresh := g.freshKey(table, row.parent)
	if row.parent == nil {
		table.free = append(table.free, row.key)
	}
	row.key = fresh
	var sets []string
	for i, column := range table.Key {
		sets = append(sets, Identifier(column.Name)+" = "+fresh[i])
	}
	if table.Changed != "" || g.random.IntN(2) == 0 {
		sets = append(sets, g.assignments(table))
	}
	return "UPDATE " + Identifier(table.Name) + " SET " + strings.Join(sets, ", ") + " WHERE " + old
}

// insert returns an INSERT of one to four rows.
func (g *Generator) insert(table *state) string {
	var rows []string
	for range 1 + g.random.IntN(4)/3*g.random.IntN(4) {
		var literals []string
		if table.key != nil {
			added := &row{parent: g.parentOf(table)}
			if table.parent != "" && added.parent == nil {
				return g.insert(g.find(table.parent))
			}
			if added.key = g.reused(table); added.key == nil {
				added.key = g.freshKey(table, added.parent)
			}
			if added.parent != nil {
				added.parent.children++
			}
			table.rows = append(table.rows, added)
			literals = slices.Clone(added.key)
		}
		for _, column := range table.written() {
			literals = append(literals, g.literal(table, column))
		}
		rows = append(rows, "("+strings.Join(literals, ", ")+")")
	}
	var names []string
	if table.key != nil {
		for _, column := range table.Key {
			names = append(names, Identifier(column.Name))
		}
	}
	for _, column := range table.written() {
		names = append(names, Identifier(column.Name))
	}
	return "INSERT INTO " + Identifier(table.Name) + " (" + strings.Join(names, ", ") + ") VALUES " + strings.Join(rows, ", ")
}

// truncate returns a TRUNCATE of a table that allows it.
func (g *Generator) truncate() string {
	for _, table := range g.tables {
		if table.Truncated {
			table.rows, table.free = nil, nil
			return "TRUNCATE TABLE " + Identifier(table.Name)
		}
	}
	return ""
}

// rolledBack returns a transaction that leaves no change.
func (g *Generator) rolledBack() string {
	table := g.tables[0]
	return strings.Join([]string{"START TRANSACTION", "DELETE FROM " + Identifier(table.Name), "UPDATE " + Identifier("tags") + " SET n = 0", "ROLLBACK"}, ";\n")
}
