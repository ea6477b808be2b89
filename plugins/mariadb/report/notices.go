// Package report has what an output tells about its batches: metrics, lines of the log, and
// spans of traces.
package report

import (
	"sync"
	"time"

	"github.com/order-sink/order-sink/plugins/mariadb/store"
)

// noticeEvery is how often the log may have a line for one code.
const noticeEvery = time.Minute

// Notices tells the log what was refused, with at most one line for a code in a
// minute: the metrics count every record, and its dead letter has the reason.
type Notices struct {
	info  func(format string, args ...any)
	every time.Duration

	mutex sync.Mutex
	codes map[string]*notice
	ended bool
}

// NewNotices returns notices for a log.
func NewNotices(info func(format string, args ...any)) *Notices {
	return &Notices{info: info, every: noticeEvery}
}

// notice is a code that the log had less than a minute ago.
type notice struct {
	refused int // since then
	timer   *time.Timer
}

// Add counts what a batch has refused, or a processor before it.
func (n *Notices) Add(r *store.Result) {
	if r.DeadLetters() == 0 {
		return
	}
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for code, refused := range r.Codes() {
		if last := n.codes[code]; last != nil {
			last.refused += refused
			continue
		}
		if n.ended {
			continue
		}
		n.info("Refused %d records with code %s. To see them: order-sink dlq list --letters --code %s", refused, code, code)
		if n.codes == nil {
			n.codes = make(map[string]*notice)
		}
		n.codes[code] = &notice{timer: time.AfterFunc(n.every, func() { n.next(code) })}
	}
}

// next tells what came since the last line of a code.
func (n *Notices) next(code string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	last := n.codes[code]
	if last == nil {
		return
	}
	if last.refused == 0 {
		delete(n.codes, code)
		return
	}
	n.info("Refused %d more records with code %s in the last %v. To see them: order-sink dlq list --letters --code %s", last.refused, code, n.every, code)
	last.refused = 0
	last.timer.Reset(n.every)
}

// End ends the notices: the log gets no more lines.
func (n *Notices) End() {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for _, last := range n.codes {
		last.timer.Stop()
	}
	n.codes, n.ended = nil, true
}
