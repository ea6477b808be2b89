// Package changes describes tables with each type of MariaDB, and makes random changes to
// their rows. It is pure: the caller runs the SQL.
package changes

import "strings"

// Column is a column of a table.
type Column struct {
	Name string
	Type string // as CREATE TABLE has it, with NOT NULL and DEFAULT

	value value // nil for a column of the key, and for a column that MariaDB fills
}

// Table is a table with the changes that it gets.
type Table struct {
	Name    string
	Key     []Column
	Columns []Column
	Later   []Column // added during the run

	// Unique is set for a table with a unique key instead of a primary key.
	Unique bool
	// Truncated is set for a table that is emptied by TRUNCATE. The order of its events
	// with others needs a topic of one partition.
	Truncated bool
	// Changed is the name of a column that counts the changes of a row, or "". A later
	// change has a higher number.
	Changed string

	parent string // the table that the first column of the key, or of Columns, refers to
	// key returns the n-th key, one literal for each column. It is nil for AUTO_INCREMENT.
	key func(n int) []string
}

// Identifier returns a name in backticks.
func Identifier(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// Create returns the CREATE TABLE statement, without the columns of Later.
func (t Table) Create() string {
	var parts, key []string
	for _, column := range t.Key {
		parts = append(parts, column.definition())
		key = append(key, Identifier(column.Name))
	}
	for _, column := range t.Columns {
		parts = append(parts, column.definition())
	}
	kind := "PRIMARY KEY"
	if t.Unique {
		kind = "UNIQUE KEY"
	}
	parts = append(parts, kind+" ("+strings.Join(key, ", ")+")")
	if t.parent != "" {
		parts = append(parts, "FOREIGN KEY ("+Identifier(t.Key[0].Name)+") REFERENCES "+Identifier(t.parent)+" ("+Identifier(t.parentColumn())+")")
	}
	return "CREATE TABLE " + Identifier(t.Name) + " (\n  " + strings.Join(parts, ",\n  ") + "\n) DEFAULT CHARSET utf8mb4"
}

// parentColumn is the one column of the parent's key.
func (t Table) parentColumn() string {
	for _, other := range Tables() {
		if other.Name == t.parent {
			return other.Key[0].Name
		}
	}
	return ""
}

func (c Column) definition() string { return Identifier(c.Name) + " " + c.Type }

// columns returns a nullable column for each type.
func columns(types ...Column) []Column {
	for i, column := range types {
		if column.value != nil && !strings.Contains(column.Type, "NOT NULL") {
			types[i].value = orNull(column.value)
		}
	}
	return types
}
