package rows

import (
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Compact returns the rows to write, in their order. If the rows must be written in their order
// (see [table.Table.InOrder]), these are all rows as they are.
//
// Otherwise it sorts rows by key, nearly as the key's index sorts them, and leaves one row of
// each key: the row that the table would have if the rows were written one after the
// other. This is the last row of the newest version. Concurrent writers of sorted rows
// lock in one order, and use the pages of an index together.
func Compact(t *table.Table, rows []Row, b *Buffer) []Row {
	if t.InOrder {
		return rows
	}
	rows = sorted(t, rows, b)
	winners := rows[:0] // those that are taken lie before those that are read
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && compareBy(t, t.Key, &rows[start], &rows[end]) == 0 {
			end++
		}
		if end == start+1 {
			winners = append(winners, rows[start])
		} else {
			winners = append(winners, merge(t, slices.Clone(rows[start:end])))
		}
		start = end
	}
	return winners
}

// merge returns the row that leaves what the records, or the tombstones, at the beginning
// of a group would leave, one after the other. The rows after a tombstone, or a tombstone
// after records, are written later.
func merge(t *table.Table, group []Row) Row {
	if t.Target.Mode == table.Insert {
		return oneByOne(group) // only the first row of a key can be stored
	}
	newest, end := group[0], 1
	for end < len(group) && group[end].Deletes == group[0].Deletes {
		// A version of NULL is older than all others, as in the statement.
		if v := t.Version; v < 0 || t.Columns[v].Compare(newest.Values[v], group[end].Values[v]) <= 0 {
			newest = group[end]
		}
		end++
	}
	if end > 1 {
		newest.Group = group[:end:end]
	}
	newest.Later = group[end:]
	return newest
}

// oneByOne writes each row of a group by itself.
func oneByOne(group []Row) Row {
	first := group[0]
	first.Later, first.alone = group[1:], true
	return first
}

// Part is the rows of a batch that write the same columns of a table.
type Part struct {
	Table   *table.Table
	Rows    []Row // in the order of the batch
	Refused []Refused
	Index   func(message int) int // the place in the batch of a message of the part
}

// IsSuperseded says whether a row that is refused as a duplicate would not last anyway,
// because a later row of its key in the batch replaces it. In a batch that is delivered again
// the row may be a duplicate of what the first delivery has left. all has the whole batch; its
// is the part of the row.
func IsSuperseded(all []Part, its *Part, r *Row) bool {
	if r.Moved {
		return false
	}
	for i := range all {
		part := &all[i]
		for j := len(part.Rows) - 1; j >= 0 && part.Index(part.Rows[j].Message) > its.Index(r.Message); j-- {
			later := &part.Rows[j]
			if !later.Deletes && part.Table.Target.Mode == table.Insert || !haveSameKey(its.Table, r, part.Table, later) || isOlder(part.Table, later, its.Table, r) {
				continue
			}
			if !slices.ContainsFunc(part.Refused, func(v Refused) bool { return v.Row.Message == later.Message && v.Row.Moved == later.Moved }) {
				return true
			}
		}
	}
	return false
}

// haveSameKey compares the keys of two rows of a table, whose other columns may differ.
func haveSameKey(t *table.Table, r *Row, of *table.Table, other *Row) bool {
	for n, i := range t.Key {
		if t.Columns[i].Compare(r.Values[i], other.Values[of.Key[n]]) != 0 {
			return false
		}
	}
	return true
}

// isOlder says whether the version keeps a row from replacing another row of its key. A
// version of NULL is older than all others, as in the statement.
func isOlder(t *table.Table, r *Row, of *table.Table, than *Row) bool {
	if t.Version < 0 || of.Version < 0 || r.Deletes && !t.Target.GuardsDeletes() {
		return false
	}
	return t.Columns[t.Version].Compare(r.Values[t.Version], than.Values[of.Version]) < 0
}

// Next returns the rows to write after rows, of which some were refused. When a row that
// stands for a group is refused, all rows of the group are written, as without compaction.
func Next(t *table.Table, rows []Row, refused []Refused) []Row {
	type identity struct {
		message int
		moved   bool
	}
	isRefused := make(map[identity]bool, len(refused))
	for _, v := range refused {
		isRefused[identity{v.Row.Message, v.Row.Moved}] = true
	}
	var next []Row
	for _, r := range rows {
		switch {
		case isRefused[identity{r.Message, r.Moved}] && r.Group != nil:
			next = append(next, oneByOne(slices.Concat(r.Group, r.Later)))
		case len(r.Later) == 0:
		case r.alone:
			next = append(next, oneByOne(r.Later))
		default:
			next = append(next, merge(t, r.Later))
		}
	}
	return next
}
