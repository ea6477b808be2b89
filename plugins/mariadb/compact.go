package mariadb

import (
	"cmp"
	"reflect"
	"slices"
)

// compact sorts rows by key, as the key's index is sorted or nearly so, and
// leaves one a key: that of the newest version, of those the last, which is the
// one that would be there if the rows had been written one after the other.
// Sorted rows make concurrent writers lock in one order, and keep an index's
// pages together.
func (t *table) compact(rows []row, room *room) []row {
	rows = t.sorted(rows, room)
	winners := rows[:0] // those that are taken lie before those that are read
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && t.compareKeys(&rows[start], &rows[end]) == 0 {
			end++
		}
		if end == start+1 {
			winners = append(winners, rows[start])
		} else {
			winners = append(winners, t.merge(slices.Clone(rows[start:end])))
		}
		start = end
	}
	return winners
}

// sortable is where a row stands, and how its key begins.
type sortable struct {
	key uint64
	row int32
}

// sorted returns rows by key, those of one key in the order of the batch. It sorts
// their places, which are small, mostly by the beginning of the key alone, and moves
// each row once.
func (t *table) sorted(rows []row, room *room) []row {
	order := room.order[:len(rows)]
	first := t.key[0]
	for i := range order {
		order[i] = sortable{t.columns[first].Beginning(rows[i].values[first]), int32(i)}
	}
	slices.SortFunc(order, func(a, b sortable) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Or(t.compareKeys(&rows[a.row], &rows[b.row]), cmp.Compare(a.row, b.row))
	})
	all := room.sorted[:len(rows)]
	for i, at := range order {
		all[i] = rows[at.row]
	}
	return all
}

// merge is the row that leaves what its group would leave, one after the other.
// Where the columns that an update leaves alone differ, that depends on which row
// is the first to be stored, and the server has to say whether it is the first
// of the group: the others are then written later. So is what follows on a
// tombstone, or a tombstone on a record.
func (t *table) merge(group []row) row {
	first := run(group)
	newest := t.newest(first)
	for _, r := range first {
		if r.message == newest.message {
			break
		}
		if !r.deletes && t.differ(r, newest) {
			first := group[0]
			first.later = group[1:]
			return first
		}
	}
	newest.later = group[len(first):]
	return newest
}

// update is merge for a key that has a row.
func (t *table) update(group []row) row {
	first := run(group)
	newest := t.newest(first)
	newest.later = group[len(first):]
	return newest
}

// run is the beginning of a group that is records only, or tombstones only.
func run(group []row) []row {
	end := 1
	for end < len(group) && group[end].deletes == group[0].deletes {
		end++
	}
	return group[:end:end]
}

// newest is the row that an update by all of the group would leave.
func (t *table) newest(group []row) row {
	if len(group) == 1 {
		return group[0]
	}
	newest := group[0]
	for _, r := range group[1:] {
		if t.version < 0 || t.compareVersions(newest, r) <= 0 {
			newest = r
		}
	}
	newest.group = group
	return newest
}

// oneByOne gives each row of a group a verdict of its own.
func oneByOne(group []row) row {
	first := group[0]
	first.later, first.alone = group[1:], true
	return first
}

// differ says whether two rows of a key would leave different rows by being the
// first of their key.
func (t *table) differ(a, b row) bool {
	for i := range t.columns {
		if containsFold(t.target.insertOnly, t.columns[i].Name) && !reflect.DeepEqual(a.values[i], b.values[i]) {
			return true
		}
	}
	return false
}

// next returns what is to be written after rows, of which some were refused,
// sorted as they are. Where a row is refused that stands for others, all rows of
// its group are written after all, as if there had been no compaction.
func (t *table) next(rows []row, verdicts []verdict) []row {
	refused := make(map[int]bool, len(verdicts))
	for _, v := range verdicts {
		refused[v.row.message] = true
	}
	var next []row
	for _, r := range rows {
		switch {
		case refused[r.message] && r.group != nil:
			next = append(next, oneByOne(slices.Concat(r.group, r.later)))
		case len(r.later) == 0:
		case r.alone:
			next = append(next, oneByOne(r.later))
		case refused[r.message], r.deletes:
			next = append(next, t.merge(r.later))
		default: // stored: until it is deleted, its key is updated only
			next = append(next, t.update(r.later))
		}
	}
	return next
}

// sortForLocks sorts rows, which are sorted by key, by the columns of lock_order
// first. A tombstone has no such columns, and is written last.
func (t *table) sortForLocks(rows []row) {
	if len(t.locks) == 0 {
		return
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		if a.deletes != b.deletes {
			if b.deletes {
				return -1
			}
			return 1
		}
		for _, i := range t.locks {
			if order := t.columns[i].Compare(a.values[i], b.values[i]); order != 0 {
				return order
			}
		}
		return 0
	})
}

func (t *table) compareKeys(a, b *row) int {
	for _, i := range t.key {
		if order := t.columns[i].Compare(a.values[i], b.values[i]); order != 0 {
			return order
		}
	}
	return 0
}

// compareVersions puts NULL before all others, as the statement does.
func (t *table) compareVersions(a, b row) int {
	return t.columns[t.version].Compare(a.values[t.version], b.values[t.version])
}
