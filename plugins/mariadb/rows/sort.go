package rows

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"sync"

	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Buffer is the memory for the rows of a batch. The next batch uses it again: a batch
// needs hundreds of kilobytes, and only while it is written.
type Buffer struct {
	values       []any // of all rows
	rows, sorted []Row
	order        []sortable
}

var buffers = sync.Pool{New: func() any { return new(Buffer) }}

// NewBuffer returns a buffer for [Build] and [Compact]. The caller frees it.
func NewBuffer() *Buffer { return buffers.Get().(*Buffer) }

func (b *Buffer) reserve(rows, width int) {
	b.values = slices.Grow(b.values[:0], rows*width)[:rows*width]
	b.rows = slices.Grow(b.rows[:0], rows)[:rows]
	b.reserveOrder(rows)
}

func (b *Buffer) reserveOrder(rows int) {
	b.sorted = slices.Grow(b.sorted[:0], rows)[:rows]
	b.order = slices.Grow(b.order[:0], rows)[:rows]
}

// Free gives the buffer back. It is empty then, so that it keeps no record alive.
func (b *Buffer) Free() {
	clear(b.values)
	clear(b.rows)
	clear(b.sorted)
	buffers.Put(b)
}

// sortable is the index of a row, and the beginning of its key.
type sortable struct {
	key uint64
	row int32
}

// sorted returns rows by key, those of one key in the order of the batch. It sorts
// indexes, which are small, mostly by the beginning of the key alone, and moves
// each row once.
func sorted(t *table.Table, rows []Row, b *Buffer) []Row {
	if len(rows) > len(b.order) {
		b.reserveOrder(len(rows)) // messages with an old and a new row
	}
	order := b.order[:len(rows)]
	first := t.Key[0]
	for i := range order {
		order[i] = sortable{beginning(&t.Columns[first], rows[i].Values[first]), int32(i)}
	}
	slices.SortFunc(order, func(a, b sortable) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Or(compareBy(t, t.Key, &rows[a.row], &rows[b.row]), cmp.Compare(a.row, b.row))
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
	if len(t.Locks) == 0 || t.InOrder {
		return
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		switch {
		case a.Deletes == b.Deletes:
			return compareBy(t, t.Locks, &a, &b)
		case b.Deletes:
			return -1
		}
		return 1
	})
}

func compareBy(t *table.Table, columns []int, a, b *Row) int {
	for _, i := range columns {
		if order := t.Columns[i].Compare(a.Values[i], b.Values[i]); order != 0 {
			return order
		}
	}
	return 0
}

// beginning returns a number for a value that the column has accepted. Of two values, the
// one with the lower number is less to [column.Column.Compare]. Equal numbers say nothing.
func beginning(c *column.Column, v any) uint64 {
	if c.Family == column.Decimals { // as text
		return 0
	}
	var head [8]byte
	switch v := v.(type) {
	case int64:
		return uint64(v) ^ 1<<63
	case uint64: // only what no int64 holds is a uint64
		return math.MaxUint64
	case string:
		copy(head[:], v)
	case []byte:
		copy(head[:], v)
	}
	return binary.BigEndian.Uint64(head[:])
}
