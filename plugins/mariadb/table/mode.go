package table

import (
	"fmt"
	"strings"
)

// Mode says what a record does to the row of its key.
type Mode uint8

// The modes.
const (
	Upsert Mode = iota // insert the row, or update it
	Insert             // insert the row; another stored row of the key is a duplicate
	Update             // update the row if it is stored
)

// OnMissing says what a column gets for a field that the record lacks.
type OnMissing uint8

// What a column gets.
const (
	Keep    OnMissing = iota // nothing: a stored row keeps its value, a new row has the default
	Null                     // NULL
	Refused                  // the record is refused
)

// IsStored is the error of a statement that must not change a stored row: in the mode Insert
// see [Table.duplicate], in a replica see [Table.KeepsOthers].
const IsStored = 1242

// raise is an expression with the error [IsStored]. No function of MariaDB raises an error of
// choice, but a subquery with two rows does.
const raise = "(SELECT 1 UNION ALL SELECT 2)"

// updateText returns the UPDATE of one row. An UPDATE of several rows would give MariaDB the
// values without the types of their columns, and so change some of them.
func (t *Table) updateText() string {
	var sets []string
	for _, i := range t.updateColumns() {
		sets = append(sets, quote(t.Columns[i].Name)+" = ?")
	}
	if sets == nil { // a row of key columns only
		key := quote(t.Target.Key[0])
		sets = append(sets, key+" = "+key)
	}
	condition := t.equal(t.Key)
	if t.Version >= 0 {
		condition += " AND " + t.isOlder()
	}
	return "UPDATE " + t.Target.quoted() + " SET " + strings.Join(sets, ", ") + " WHERE " + condition
}

// ForUpdate returns the table for rows that change stored rows only.
func (t *Table) ForUpdate() *Table {
	changes, target := *t, *t.Target
	target.Mode = Update
	changes.Target, changes.Spares = &target, false
	changes.WriteOne = changes.updateText()
	return &changes
}

// isOlder is the condition that the stored row is not newer than the version of a
// placeholder.
func (t *Table) isOlder() string {
	version := quote(t.Target.Version)
	return "(" + version + " <= " + t.Columns[t.Version].Placeholder() + " OR " + version + " IS NULL)"
}

// updateColumns returns the columns that an update sets.
func (t *Table) updateColumns() []int {
	var all []int
	for i := range t.Columns {
		if !t.Columns[i].Key {
			all = append(all, i)
		}
	}
	return all
}

// UpdateColumns returns the columns whose values an update needs, in its order.
func (t *Table) UpdateColumns() []int {
	all := append(t.updateColumns(), t.Key...)
	if t.Version >= 0 {
		all = append(all, t.Version)
	}
	return all
}

// FateText returns the question why an update has changed no row. The answer is no row if
// none is stored, else whether the stored row is newer.
func (t *Table) FateText(values []any) (query string, args []any) {
	isNewer := "FALSE"
	if t.Version >= 0 {
		isNewer, args = "("+t.isOlder()+") IS NOT TRUE", []any{values[t.Version]} // a version of NULL is older than any other
	}
	return "SELECT " + isNewer + " FROM " + t.Target.quoted() + " WHERE " + t.equal(t.Key), append(args, pick(t.Key, values)...)
}

// duplicate is the outcome of a stored row in the mode Insert: an error, unless the new
// row is the stored row, which was delivered again.
func (t *Table) duplicate() string {
	differs := make([]string, len(t.Columns))
	for i := range t.Columns {
		differs[i] = differing(&t.Columns[i])
	}
	return fmt.Sprintf("IF(%s, %s, %d)", strings.Join(differs, " OR "), raise, countSame)
}

// KeepsOthers says whether a row that meets a stored row of another key, by another unique
// index, is refused. The row of a replica must not overwrite that row: the source has both.
func (t *Table) KeepsOthers() bool { return t.Target.Replica && t.Clashes }

// NewerText returns the question how many newer rows have the value of a row in another
// unique index. query is "" when no answer says that the row is outdated: only the source of a
// replica has given up the value before another row took it, and only a position in the source
// orders the changes of two rows.
func (t *Table) NewerText(values []any) (query string, args []any) {
	if !t.KeepsOthers() || !t.Target.Ordered || t.Version < 0 || len(t.uniques) == 0 {
		return "", nil
	}
	conditions := make([]string, len(t.uniques))
	for n, columns := range t.uniques {
		conditions[n], args = t.equal(columns), append(args, pick(columns, values)...)
	}
	return fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE (%s) AND %s > %s", t.Target.quoted(), strings.Join(conditions, " OR "),
		quote(t.Target.Version), t.Columns[t.Version].Placeholder()), append(args, values[t.Version])
}

// unlessOther is the outcome of a stored row, if it has the key of the new row.
func (t *Table) unlessOther(outcome string) string {
	if !t.KeepsOthers() {
		return outcome
	}
	differs := make([]string, len(t.Key))
	for n, i := range t.Key {
		if differs[n] = differing(&t.Columns[i]); t.Columns[i].Loose {
			differs[n] = fmt.Sprintf("NOT (%[1]s <=> VALUES(%[1]s))", quote(t.Columns[i].Name))
		}
	}
	return fmt.Sprintf("IF(%s, %s, %s)", strings.Join(differs, " OR "), raise, outcome)
}

// emptyRows is how many rows one statement deletes of a table that is emptied: a transaction
// of a large table would be too long for the server's limits.
const emptyRows = 10_000

// TruncateText returns the statement that deletes some rows of the table. When the version
// is metadata, it deletes rows that are not newer than this metadata. TRUNCATE would need
// the privilege DROP, and would delete newer rows.
func (t *Target) TruncateText(metadata []any) (query string, args []any) {
	condition := ""
	if t.GuardsDeletes() {
		version := quote(t.Version)
		condition = " WHERE " + version + " <= ? OR " + version + " IS NULL"
		args = append(args, metadata[indexFold(t.Metadata, t.Version)])
	}
	return fmt.Sprintf("DELETE FROM %s%s LIMIT %d", t.quoted(), condition, emptyRows), args
}
