package mariadb

import (
	"math/bits"
	"slices"
)

// minShare: a range below this many rows is not worth a connection of its own.
// One statement and one commit take a trickle.
const minShare = 256

// plan divides rows over connections and statements.
type plan struct {
	maxRows int // of a statement
	sizer   sizer
}

// divide cuts rows into contiguous ranges, one for each idle connection: while several batches are written, each is one large statement, which
// costs the server least; a batch that is alone gets all. A key is in one range,
// and no two ranges want the same part of the index.
func (p *plan) divide(rows []row, idle int) [][]row {
	unit := max(minShare, floorPowerOfTwo(max(1, len(rows)/idle)))
	if unit > p.maxRows {
		unit = p.maxRows
	}
	units := (len(rows) + unit - 1) / unit
	n := min(idle, max(1, len(rows)/minShare), units)
	shares := make([][]row, 0, n)
	for i, start := 0, 0; i < n; i++ {
		end := min(len(rows), (i+1)*units/n*unit)
		shares = append(shares, rows[start:end])
		start = end
	}
	return shares
}

// cut divides rows into statements, those that delete after the others: the keys
// differ, so that their order does not matter.
func (p *plan) cut(t *table, rows []row) [][]row {
	if !slices.ContainsFunc(rows, isDelete) && !slices.ContainsFunc(rows, isNumbered) {
		return p.cutAlike(t, rows, p.rowLimit(t))
	}
	var numbered, records, tombstones []row
	for _, r := range rows {
		switch {
		case r.deletes:
			tombstones = append(tombstones, r)
		case isNumbered(r):
			numbered = append(numbered, r)
		default:
			records = append(records, r)
		}
	}
	all := append(p.cutAlike(t, numbered, p.rowLimit(t)), p.cutAlike(t, records, p.rowLimit(t))...)
	return append(all, p.cutAlike(t, tombstones, min(p.maxRows, maxDeletes))...)
}

// maxDeletes keeps the conditions of a delete few enough for the server's
// optimizer to look up each key.
const maxDeletes = 256

func isDelete(r row) bool { return r.deletes }

func isNumbered(r row) bool { return r.number != nil }

// cutAlike makes statements of as many rows as one may have, then of round
// numbers of them, so that few different statements serve any number of rows.
func (p *plan) cutAlike(t *table, rows []row, limit int) [][]row {
	var all [][]row
	for len(rows) > 0 {
		n, size := 0, 0
		for n < min(limit, len(rows)) && size+rows[n].size <= t.packet() {
			size += rows[n].size
			n++
		}
		if n = max(1, n); n < limit {
			n = roundDown(n)
		}
		all = append(all, rows[:n])
		rows = rows[n:]
	}
	return all
}

// rowLimit is how many rows a statement may have: its placeholders are limited,
// and its text must fit in a packet too.
func (p *plan) rowLimit(t *table) int {
	width := len(t.columns)
	if t.spares {
		width++ // the number
	}
	n := min(p.maxRows, p.sizer.limit(), maxPlaceholders/width)
	one := len(t.upsertText(1, t.spares))
	return max(1, min(n, (t.packet()-one)/(3*width+4)))
}

// splitAt cuts the rows of a statement that was refused. The blamed row gets a statement
// of its own. The server took the rows before the blamed row. It did not look at the rows
// behind it, so these rows go in smaller statements. Without a row to blame (-1) splitAt
// cuts in halves.
func (p *plan) splitAt(t *table, rows []row, blamed int) [][]row {
	if blamed < 0 {
		half := floorPowerOfTwo(len(rows) - 1)
		return append(p.cut(t, rows[:half]), p.cut(t, rows[half:])...)
	}
	parts := append(p.cut(t, rows[:blamed]), rows[blamed:blamed+1])
	return append(parts, p.cutAlike(t, rows[blamed+1:], max(1, len(rows)/4))...)
}

// roundDown keeps the three leading bits of n: 1000 rows are 896, 96 and 8. A
// statement costs the server about half a kilobyte a placeholder for as long as
// it is kept, and each further statement a round trip; this needs 4 statements an
// octave, and about 2.5 for what a full one leaves over.
func roundDown(n int) int { return n - n%max(1, floorPowerOfTwo(n)/4) }

func floorPowerOfTwo(n int) int { return 1 << (bits.Len(uint(n)) - 1) }
