package rows

import (
	"reflect"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Compact sorts rows by key, nearly as the key's index sorts them, and leaves one row of
// each key: the row that the table would have if the rows were written one after the
// other. This is the last row of the newest version. Concurrent writers of sorted rows
// lock in one order, and use the pages of an index together.
func Compact(t *table.Table, rows []Row, b *Buffer) []Row {
	rows = sorted(t, rows, b)
	winners := rows[:0] // those that are taken lie before those that are read
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && compareKeys(t, &rows[start], &rows[end]) == 0 {
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

// merge returns the row that leaves what the rows of its group would leave, one after the
// other. When the insert_only columns differ, this depends on which row is stored first, and
// only the server can say whether it takes the first row: the others are written later. The
// rows after a tombstone, or a tombstone after records, are also written later.
func merge(t *table.Table, group []Row) Row {
	first := run(group)
	newest := newest(t, first)
	for _, r := range first {
		if r.Message == newest.Message {
			break
		}
		if !r.Deletes && differ(t, r, newest) {
			first := group[0]
			first.Later = group[1:]
			return first
		}
	}
	newest.Later = group[len(first):]
	return newest
}

// update is merge for a key that has a stored row.
func update(t *table.Table, group []Row) Row {
	first := run(group)
	newest := newest(t, first)
	newest.Later = group[len(first):]
	return newest
}

// run returns the beginning of a group that is records only, or tombstones only.
func run(group []Row) []Row {
	end := 1
	for end < len(group) && group[end].Deletes == group[0].Deletes {
		end++
	}
	return group[:end:end]
}

// newest returns the row that an update by all of the group would leave.
func newest(t *table.Table, group []Row) Row {
	if len(group) == 1 {
		return group[0]
	}
	newest := group[0]
	for _, r := range group[1:] {
		if t.Version < 0 || compareVersions(t, newest, r) <= 0 {
			newest = r
		}
	}
	newest.Group = group
	return newest
}

// oneByOne writes each row of a group by itself.
func oneByOne(group []Row) Row {
	first := group[0]
	first.Later, first.alone = group[1:], true
	return first
}

// differ says whether two rows of a key would leave different rows by being the
// first of their key.
func differ(t *table.Table, a, b Row) bool {
	for i := range t.Columns {
		if t.Target.IsInsertOnly(t.Columns[i].Name) && !reflect.DeepEqual(a.Values[i], b.Values[i]) {
			return true
		}
	}
	return false
}

// Next returns the rows to write after rows, of which some were rejected. When a row that
// stands for a group is rejected, all rows of the group are written, as without
// compaction.
func Next(t *table.Table, rows []Row, rejected []Refused) []Row {
	isRefused := make(map[int]bool, len(rejected))
	for _, v := range rejected {
		isRefused[v.Row.Message] = true
	}
	var next []Row
	for _, r := range rows {
		switch {
		case isRefused[r.Message] && r.Group != nil:
			next = append(next, oneByOne(slices.Concat(r.Group, r.Later)))
		case len(r.Later) == 0:
		case r.alone:
			next = append(next, oneByOne(r.Later))
		case isRefused[r.Message], r.Deletes:
			next = append(next, merge(t, r.Later))
		default: // stored: until it is deleted, its key is updated only
			next = append(next, update(t, r.Later))
		}
	}
	return next
}
