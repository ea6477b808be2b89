package console

import (
	"fmt"
	"time"
)

// Progress is a line on a terminal about work that takes longer than a second. The zero
// value prints nothing.
type Progress struct {
	Console
	verb  string
	done  int64
	total int64
	next  time.Time
	shown bool
}

// Progress starts a progress line for so many records. verb is a participle: read.
func (c Console) Progress(verb string, total int64) *Progress {
	return &Progress{Console: c, verb: verb, total: total, next: time.Now().Add(time.Second)}
}

// Advance counts a record.
func (p *Progress) Advance() {
	p.done++
	if !p.Watched || p.done%256 != 0 || time.Now().Before(p.next) {
		return
	}
	p.next, p.shown = time.Now().Add(200*time.Millisecond), true
	fmt.Fprintf(p.Err, "\r%s %d of %d records (%d %%)", p.verb, p.done, p.total, 100*p.done/max(p.total, 1))
}

// End clears the line.
func (p *Progress) End() {
	if p.shown {
		fmt.Fprintf(p.Err, "\r\x1b[K")
	}
}
