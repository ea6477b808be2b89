package rows

import (
	"cmp"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// sortable is the index of a row, and the beginning of its key.
type sortable struct {
	key uint64
	row int32
}

// sorted returns rows by key, those of one key in the order of the batch. It sorts
// indexes, which are small, mostly by the beginning of the key alone, and moves
// each row once.
func sorted(t *table.Table, rows []Row, b *Buffer) []Row {
	order := b.order[:len(rows)]
	first := t.Key[0]
	for i := range order {
		order[i] = sortable{t.Columns[first].Beginning(rows[i].Values[first]), int32(i)}
	}
	slices.SortFunc(order, func(a, b sortable) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Or(compareKeys(t, &rows[a.row], &rows[b.row]), cmp.Compare(a.row, b.row))
	})
	all := b.sorted[:len(rows)]
	for i, at := range order {
		all[i] = rows[at.row]
	}
	return all
}

// SortForLocks sorts rows, which are sorted by key, by the columns of lock_order
// first. A tombstone has no such columns, and is written last.
func SortForLocks(t *table.Table, rows []Row) {
	if len(t.Locks) == 0 {
		return
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		if a.Deletes != b.Deletes {
			if b.Deletes {
				return -1
			}
			return 1
		}
		for _, i := range t.Locks {
			if order := t.Columns[i].Compare(a.Values[i], b.Values[i]); order != 0 {
				return order
			}
		}
		return 0
	})
}

func compareKeys(t *table.Table, a, b *Row) int {
	for _, i := range t.Key {
		if order := t.Columns[i].Compare(a.Values[i], b.Values[i]); order != 0 {
			return order
		}
	}
	return 0
}

// compareVersions puts NULL before all others, as the statement does.
func compareVersions(t *table.Table, a, b Row) int {
	return t.Columns[t.Version].Compare(a.Values[t.Version], b.Values[t.Version])
}
