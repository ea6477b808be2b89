package writer

import (
	"math/bits"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// minShare: a range below this many rows is not worth a connection of its own.
// One statement and one commit take a trickle.
const minShare = 256

// plan divides rows over connections and statements.
type plan struct {
	maxRows int // of a statement
}

// divide cuts rows into contiguous ranges, one for each idle connection. While several
// batches are written, each is one large statement, which costs the server least. Of single
// batches, each gets one connection more, up to all of them. No two ranges use the same part
// of the index.
func (p *plan) divide(t *table.Table, batch []rows.Row, idle int) [][]rows.Row {
	if t.InOrder { // the rows have an order
		idle = 1
	}
	unit := min(p.maxRows, max(minShare, floorPowerOfTwo(max(1, len(batch)/idle))))
	units := (len(batch) + unit - 1) / unit
	n := min(idle, max(1, len(batch)/minShare), units)
	shares := make([][]rows.Row, n)
	for i := range shares {
		shares[i] = batch[i*units/n*unit : min(len(batch), (i+1)*units/n*unit)]
	}
	return shares
}

// cut divides rows into statements, those that delete after the others: the keys
// differ, so that their order does not matter, unless the table keeps the order.
func (p *plan) cut(t *table.Table, batch []rows.Row) [][]rows.Row {
	if t.InOrder {
		return p.cutInOrder(t, batch)
	}
	if !slices.ContainsFunc(batch, rows.IsDelete) && !slices.ContainsFunc(batch, rows.IsNumbered) {
		return p.cutAlike(t, batch, p.rowLimit(t))
	}
	sorted := make([]rows.Row, 0, len(batch))
	var all [][]rows.Row
	for kind := numbered; kind <= moved; kind++ {
		start := len(sorted)
		for i := range batch {
			if kindOf(&batch[i]) == kind {
				sorted = append(sorted, batch[i])
			}
		}
		all = append(all, p.cutAlike(t, sorted[start:], p.limit(t, kind))...)
	}
	return all
}

// The kinds of rows that need different statements, in the order of these.
const (
	numbered = iota
	written
	deleted
	moved
)

func kindOf(r *rows.Row) int {
	switch {
	case r.Moved:
		return moved
	case r.Deletes:
		return deleted
	case rows.IsNumbered(*r):
		return numbered
	}
	return written
}

// limit is how many rows of a kind fit in a statement.
func (p *plan) limit(t *table.Table, kind int) int {
	if kind >= deleted {
		return min(p.maxRows, maxDeletes)
	}
	return p.rowLimit(t)
}

// cutInOrder makes a statement of the rows that follow one another and have the same kind.
func (p *plan) cutInOrder(t *table.Table, batch []rows.Row) (all [][]rows.Row) {
	for len(batch) > 0 {
		kind := kindOf(&batch[0])
		n := slices.IndexFunc(batch, func(r rows.Row) bool { return kindOf(&r) != kind })
		if n < 0 {
			n = len(batch)
		}
		all = append(all, p.cutAlike(t, batch[:n], p.limit(t, kind))...)
		batch = batch[n:]
	}
	return all
}

// maxDeletes keeps the conditions of a delete few enough for the server's
// optimizer to look up each key.
const maxDeletes = 256

// cutAlike makes statements of as many rows as one may have, then of round
// numbers of them, so that few different statements serve any number of rows.
func (p *plan) cutAlike(t *table.Table, batch []rows.Row, limit int) [][]rows.Row {
	var all [][]rows.Row
	for len(batch) > 0 {
		n, size := 0, 0
		for n < min(limit, len(batch)) && size+batch[n].Size <= t.Packet() {
			size += batch[n].Size
			n++
		}
		if n = max(1, n); n < limit {
			n = roundDown(n)
		}
		all = append(all, batch[:n])
		batch = batch[n:]
	}
	return all
}

// rowLimit is how many rows a statement may have: its placeholders are limited,
// and its text must fit in a packet too.
func (p *plan) rowLimit(t *table.Table) int {
	if t.Target.Mode == table.Update {
		return 1 // see [table.Table.UpdateColumns]
	}
	width := len(t.Columns)
	if t.Spares {
		width++ // the number
	}
	n := min(p.maxRows, table.MaxPlaceholders/width)
	one := len(t.UpsertText(1, t.Spares))
	return max(1, min(n, (t.Packet()-one)/(3*width+4)))
}

// splitAt cuts the rows of a statement that was refused. The blamed row gets a statement
// of its own. The server took the rows before the blamed row. It did not check the rows
// behind it, so these rows go in smaller statements. Without a row to blame (-1) splitAt
// cuts in halves.
func (p *plan) splitAt(t *table.Table, batch []rows.Row, blamed int) [][]rows.Row {
	if blamed < 0 {
		half := floorPowerOfTwo(len(batch) - 1)
		return append(p.cut(t, batch[:half]), p.cut(t, batch[half:])...)
	}
	parts := append(p.cut(t, batch[:blamed]), batch[blamed:blamed+1])
	return append(parts, p.cutAlike(t, batch[blamed+1:], max(1, len(batch)/4))...)
}

// roundDown keeps the three leading bits of n: 1000 rows are 896, 96 and 8. A
// statement costs the server about half a kilobyte a placeholder for as long as
// it is kept, and each further statement a round trip; this needs 4 statements an
// octave, and about 2.5 for what a full one leaves over.
func roundDown(n int) int { return n - n%max(1, floorPowerOfTwo(n)/4) }

func floorPowerOfTwo(n int) int { return 1 << (bits.Len(uint(n)) - 1) }
