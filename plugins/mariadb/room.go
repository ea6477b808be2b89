package mariadb

import (
	"slices"
	"sync"
)

// room is the memory for the rows of a batch, used again by the next one: a batch
// needs hundreds of kilobytes of it, and only for as long as it is written.
type room struct {
	values       []any // of all rows
	rows, sorted []row
	order        []sortable
}

var rooms = sync.Pool{New: func() any { return new(room) }}

func (r *room) reserve(rows, width int) {
	r.values = slices.Grow(r.values[:0], rows*width)[:rows*width]
	r.rows = slices.Grow(r.rows[:0], rows)[:rows]
	r.sorted = slices.Grow(r.sorted[:0], rows)[:rows]
	r.order = slices.Grow(r.order[:0], rows)[:rows]
}

// free gives the room back, empty: it keeps no record alive.
func (r *room) free() {
	clear(r.values)
	clear(r.rows)
	clear(r.sorted)
	rooms.Put(r)
}
