package buffer

import (
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Batch is some records of one partition, in order. It is also their ticket: see ticket.go.
type Batch struct {
	Records []*kgo.Record
	Waits   bool // an output may still write an earlier batch

	size       int // bytes
	partition  *partition
	assignment int
	buffer     *Buffer

	number  int64         // counts the batches of the partition
	ahead   *Batch        // the one before, while it is not settled
	behind  chan struct{} // closed when there is no batch ahead, or it is overdue
	overdue bool          // no output was writing ahead when it was checked
	stuck   bool          // an output needs the next batch
	stored  int           // records at the front that are safe although the batch is not settled
	repeat  bool          // it is given out again after ahead, whatever its outcome
	timer   *time.Timer
	outputs []*progress
	outcome outcome
}

type outcome int

const (
	pending outcome = iota
	written
	returned
)

// Take gives out the next batch, nil if there is none now. Partitions that have given out
// no batch come before those that have.
func (b *Buffer) Take() *Batch {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for ahead := range 2 {
		for i, p := range b.rotation {
			ready := len(p.out) == ahead && len(p.queue) > 0 && !p.pausing && !p.leaving
			if ready && (ahead == 0 || p.out[0].mayBeFollowed(b.out)) {
				return b.give(i)
			}
		}
	}
	return nil
}

func (b *Buffer) give(index int) *Batch {
	p := b.rotation[index]
	b.rotation = append(slices.Delete(b.rotation, index, index+1), p)
	p.batches++
	next := &Batch{partition: p, assignment: p.assignment, buffer: b, number: p.batches, behind: make(chan struct{})}
	n := 0
	for n < min(len(p.queue), b.BatchRecords) && (n == 0 || next.size+size(p.queue[n]) <= b.BatchBytes) {
		next.size += size(p.queue[n])
		n++
	}
	next.Records, p.queue = p.queue[:n:n], p.queue[n:]
	if len(p.queue) == 0 {
		p.queue = nil
	}
	if len(p.out) > 0 {
		next.ahead = p.out[0]
	} else {
		close(next.behind)
	}
	next.Waits = len(p.out)+len(p.late) > 0
	p.out = append(p.out, next)
	b.out++
	return next
}

// Settle takes back a batch, which was written or not.
func (b *Buffer) Settle(batch *Batch, isWritten bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	batch.outcome = returned
	if isWritten && !batch.repeat {
		batch.outcome = written
	}
	p := batch.partition
	b.out--
	p.release(batch)
	b.wake()
	b.acknowledgeWritten(p)
	b.giveAgain(p)
	if p.skip() { // the batch was of an earlier assignment, and only markers came since
		b.advance(p, true)
	}
	signal(b.ready)
}

// acknowledgeWritten acknowledges the batches that are written, up to the first that is
// not: an offset is marked only after those before it.
func (b *Buffer) acknowledgeWritten(p *partition) {
	for len(p.out) > 0 && p.out[0].outcome == written {
		first := p.out[0]
		// Not p.out[1:]: its array would keep the batch, and with it all that was fetched in
		// one answer, until the partition has a next batch. Many partitions have none for long.
		p.out = slices.Delete(p.out, 0, 1)
		b.held -= first.size
		if first.assignment == p.assignment { // else another member has the partition, or it is read again
			p.backoff.Reset()
			last := first.Records[len(first.Records)-1]
			p.Next, p.Epoch, p.moved = last.Offset+1, last.LeaderEpoch, false
			p.skip() // to the next offset that has a record
			b.advance(p, true)
		}
	}
	b.acknowledgeStored(p)
}

// acknowledgeStored acknowledges the records that are safe at the front of the first batch.
func (b *Buffer) acknowledgeStored(p *partition) {
	if len(p.out) == 0 {
		return
	}
	first := p.out[0]
	if n := first.stored; n > 0 && first.outcome == pending && first.assignment == p.assignment && p.Next <= first.Records[n-1].Offset {
		p.Next, p.Epoch, p.moved = first.Records[n].Offset, first.Records[n-1].LeaderEpoch, false
		b.advance(p, true)
	}
}

// giveAgain puts the batches of a partition back into its queue, once the first has come
// back and none is being written. A batch that followed the first is written again too.
func (b *Buffer) giveAgain(p *partition) {
	if len(p.out) == 0 || p.out[0].outcome == pending || p.out[len(p.out)-1].outcome == pending {
		return
	}
	var again []*kgo.Record
	for _, batch := range p.out {
		if batch.assignment == p.assignment {
			again = append(again, batch.Records...)
		} else {
			b.held -= batch.size
		}
	}
	p.queue, p.out = append(again, p.queue...), nil
	p.pausing = true
	time.AfterFunc(p.backoff.Next(), func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		p.pausing = false
		signal(b.ready)
	})
}
