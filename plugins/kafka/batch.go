package kafka

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// How long what comes back rests before it is given out again.
const (
	firstRetry = 10 * time.Millisecond
	longRetry  = time.Second
)

// batch is some records of one partition, in order, with their ticket: see ticket.go.
type batch struct {
	records   []*kgo.Record
	size      int // bytes
	partition *partition
	stay      int
	all       *records

	number  int64         // counts the batches of the partition
	ahead   *batch        // the one before, while it is not settled
	behind  chan struct{} // closed once ahead is settled, or overdue
	waits   bool          // it was given out while an output may still write an earlier one
	overdue bool          // nobody was writing ahead when it was looked at
	stuck   bool          // an output needs the next one
	again   bool          // it is given out again after ahead, whatever its verdict
	timer   *time.Timer
	outputs []*progress
	verdict verdict
}

type verdict int

const (
	pending verdict = iota
	written
	returned
)

// take gives out the next batch, nil if there is none now.
func (r *records) take() *batch {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for i, p := range r.turns {
		if len(p.out) == 0 && p.has() {
			return r.give(i)
		}
	}
	for i, p := range r.turns {
		if len(p.out) == 1 && p.has() && p.out[0].follows(r.out) {
			return r.give(i)
		}
	}
	return nil
}

func (p *partition) has() bool { return len(p.queue) > 0 && !p.resting && !p.leaving }

func (r *records) give(turn int) *batch {
	p := r.turns[turn]
	r.turns = append(append(r.turns[:turn:turn], r.turns[turn+1:]...), p)
	p.given++
	b := &batch{partition: p, stay: p.stay, all: r, number: p.given, behind: make(chan struct{})}
	n := 0
	for n < min(len(p.queue), r.limits.records) && (n == 0 || b.size+size(p.queue[n]) <= r.limits.batch) {
		b.size += size(p.queue[n])
		n++
	}
	b.records, p.queue = p.queue[:n:n], p.queue[n:]
	if len(p.queue) == 0 {
		p.queue = nil
	}
	if len(p.out) > 0 {
		b.ahead = p.out[0]
	}
	b.waits = len(p.out)+len(p.late) > 0
	p.out = append(p.out, b)
	r.out++
	return b
}

// settle takes back a batch with its verdict.
func (r *records) settle(b *batch, v verdict) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if b.verdict = v; b.again {
		b.verdict = returned
	}
	r.out--
	b.partition.release(b)
	r.settled()
	r.advance(b.partition)
	if b.partition.skip() { // the batch was of an earlier stay, and only markers came since
		r.proceed(b.partition, true)
	}
	signal(r.ready)
	signal(r.room)
}

// advance goes as far as the verdicts do: an offset is marked only after those
// before it.
func (r *records) advance(p *partition) {
	for len(p.out) > 0 && p.out[0].verdict == written {
		b := p.out[0]
		p.out = p.out[1:]
		r.held -= b.size
		if b.stay != p.stay { // another member has the partition, or it is read again
			continue
		}
		p.backoff.Reset()
		r.acknowledged(p, b.records[len(b.records)-1])
	}
	if len(p.out) == 0 || p.out[0].verdict == pending || p.out[len(p.out)-1].verdict == pending {
		return
	}
	// The first has come back. What followed it is written again after it.
	var again []*kgo.Record
	for _, b := range p.out {
		if b.stay == p.stay {
			again = append(again, b.records...)
		} else {
			r.held -= b.size
		}
	}
	p.queue, p.out = append(again, p.queue...), nil
	p.resting = true
	time.AfterFunc(p.backoff.Next(), func() { r.rested(p) })
}

func (r *records) rested(p *partition) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p.resting = false
	signal(r.ready)
}
