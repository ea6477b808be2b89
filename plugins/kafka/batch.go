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

// batch is some records of one partition, in order, with their turn.
type batch struct {
	records   []*kgo.Record
	size      int // bytes
	partition *partition
	stay      int
	all       *records

	behind  bool            // another one
	before  <-chan struct{} // closed once that one has passed
	passed  chan struct{}   // closed once this one has: it is settled, or its output has done with it
	arrived bool
	verdict verdict
}

type verdict int

const (
	pending verdict = iota
	written
	returned
)

var nothingBefore = closed()

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

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

// follows says whether another batch may be given out behind this one: while its
// letters are on their way, and while it is being written if there is nothing else
// to do (two partitions keep each other's time).
func (b *batch) follows(out int) bool {
	return b.verdict == pending && (isClosed(b.passed) || b.arrived && out == 1)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (p *partition) has() bool { return len(p.queue) > 0 && !p.resting && !p.leaving }

func (r *records) give(turn int) *batch {
	p := r.turns[turn]
	r.turns = append(append(r.turns[:turn:turn], r.turns[turn+1:]...), p)
	b := &batch{partition: p, stay: p.stay, all: r, before: nothingBefore, passed: make(chan struct{})}
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
		b.behind, b.before = true, p.out[0].passed
	}
	p.out = append(p.out, b)
	r.out++
	return b
}

// Arrived says that an output has so many messages of the batch, and will not write
// the next one of its partition before [batch.Before] of that one is closed. Where
// some were left out on the way, or went elsewhere, only the verdict tells when all
// are written: then the next one comes after it.
func (b *batch) Arrived(messages int) {
	if messages != len(b.records) {
		return
	}
	b.all.mutex.Lock()
	defer b.all.mutex.Unlock()
	b.arrived = true
	signal(b.all.ready)
}

// Passed says that the output has a verdict on so many messages of the batch: what
// it has refused may still be on its way elsewhere.
func (b *batch) Passed(messages int) {
	if messages != len(b.records) {
		return
	}
	b.all.mutex.Lock()
	defer b.all.mutex.Unlock()
	b.pass()
	signal(b.all.ready)
}

func (b *batch) pass() {
	if !isClosed(b.passed) {
		close(b.passed)
	}
}

// Before is closed once the batch before this one, of the same partition, has
// passed.
func (b *batch) Before() <-chan struct{} { return b.before }

// Copy implements service.ImmutableValue, for who looks at all metadata.
func (b *batch) Copy() any { return "" }

// settle takes back a batch with its verdict.
func (r *records) settle(b *batch, v verdict) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	b.verdict = v
	b.pass()
	r.out--
	r.settled()
	r.advance(b.partition)
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
		p.pause = 0
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
	p.pause = min(max(firstRetry, 2*p.pause), longRetry)
	p.resting = true
	time.AfterFunc(p.pause, func() { r.rested(p) })
}

func (r *records) rested(p *partition) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p.resting = false
	signal(r.ready)
}
