package rows

import (
	"slices"
	"sync"
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
