package buffer

import (
	"maps"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// checkPeriod is how often a batch that waits checks whether the batch before is written.
const checkPeriod = time.Second

// keepOutput is how many batches of a partition may be written without an output before
// the partition expects no whole batch to come to that output.
const keepOutput = 16

// progress is what one output has done with a batch.
type progress struct {
	by         any
	inside     bool          // the output has messages of the batch, and no outcome of them yet
	whole      bool          // the output has got all messages of the batch
	done       bool          // the output has an outcome of all messages of the batch
	admitted   bool          // the output may write the batch, or has written it
	idleChecks int           // how often in a row no output was writing the batch before
	admission  chan struct{} // closed once admitted; nil until the output asks for it
}

// The methods below are the ticket of a batch. One ticket serves several outputs (broker,
// switch, fallback), so it keeps what each of them has done.
var _ record.Ticket = (*Batch)(nil)

// Arrived says that an output has so many messages of the batch. Once all outputs that the
// partition has shown have all messages of the batch, the next batch may come.
func (b *Batch) Arrived(by any, messages int) {
	b.buffer.mutex.Lock()
	defer b.buffer.mutex.Unlock()
	o := b.output(by)
	o.inside = true
	o.whole = o.whole || messages == len(b.Records)
	// A fan_out may bring a batch to an output after another output has failed it.
	if b.outcome != pending && !slices.Contains(b.partition.late, b) {
		b.partition.late = append(b.partition.late, b)
	}
	for _, later := range b.partition.out {
		// A `retry` around the output brings a batch again after the next batch was
		// written. The next batch is then written again too, to have the last word.
		if l := later.find(by); later.number > b.number && l != nil && l.admitted {
			later.repeat = true
			if later.outcome == written {
				later.outcome = returned
			}
		}
	}
	signal(b.buffer.ready)
}

// Before is closed once the output may write the batch: the output has finished the
// batch before, or that batch is settled.
func (b *Batch) Before(by any) <-chan struct{} {
	b.buffer.mutex.Lock()
	defer b.buffer.mutex.Unlock()
	o := b.output(by)
	if o.admission == nil {
		o.admission = make(chan struct{})
		b.partition.admit()
		if !o.admitted {
			b.watch()
		}
	}
	return o.admission
}

// Passed says that the output has an outcome of so many messages of the batch. Messages
// that the output has refused may still be on their way to another output.
func (b *Batch) Passed(by any, messages int) {
	b.buffer.mutex.Lock()
	defer b.buffer.mutex.Unlock()
	o := b.output(by)
	o.inside = false
	o.done = o.done || messages == len(b.Records)
	b.partition.admit()
	signal(b.buffer.ready)
}

// Behind is closed once the batch before this one is settled. An output that has refused
// messages returns their outcome after that: the next output in a `fallback` would
// otherwise get them before those of the batch before, and its only slot would wait for those.
//
// Behind is also closed when no output has been writing the batch before for a while. A
// `retry` around the output needs the slot of this batch to bring the batch before again.
func (b *Batch) Behind() <-chan struct{} {
	b.buffer.mutex.Lock()
	defer b.buffer.mutex.Unlock()
	b.watch()
	return b.behind
}

// Stuck says that an output that has all messages of the batch cannot finish it without the
// next batch: the input gives that out although other partitions are at work.
func (b *Batch) Stuck() {
	b.buffer.mutex.Lock()
	defer b.buffer.mutex.Unlock()
	b.stuck = true
	signal(b.buffer.ready)
}

// Stored says that an output, the only one of the pipeline, has stored so many messages at the
// front of the batch and writes nothing more. The offset of the next message may then be
// committed, if a message of the batch is a record of it. The batch stays given out.
func (b *Batch) Stored(by any, messages int) {
	b.buffer.mutex.Lock()
	defer b.buffer.mutex.Unlock()
	if o := b.find(by); o != nil && o.whole && len(b.outputs) == 1 && messages < len(b.Records) {
		b.stored = messages
		b.buffer.acknowledgeStored(b.partition)
	}
}

// Partition is the same value for all batches of a partition. An output that has put
// several batches together waits for the first of each partition only.
func (b *Batch) Partition() any { return b.partition }

// Copy implements service.ImmutableValue, for readers of all metadata.
func (b *Batch) Copy() any { return "" }

// find returns the progress of an output, nil if the batch has not come to it.
func (b *Batch) find(by any) *progress {
	for _, o := range b.outputs {
		if o.by == by {
			return o
		}
	}
	return nil
}

func (b *Batch) output(by any) *progress {
	o := b.find(by)
	if o == nil {
		o = &progress{by: by}
		b.outputs = append(b.outputs, o)
	}
	return o
}

// busy says whether an output is writing the batch, or waits to write it.
func (b *Batch) busy() bool {
	return slices.ContainsFunc(b.outputs, func(o *progress) bool { return o.inside || o.admission != nil && !o.admitted })
}

// mayBeFollowed says whether the next batch may be given out behind this one: all outputs
// have this one, and either they have finished it (its dead letters are on their way),
// or nothing else is being written (two partitions keep both sides busy anyway).
//
// The outputs are those that got whole batches of the partition lately. The first
// batch of a partition therefore runs alone. An output that gets a batch must never
// wait for an earlier batch that still has to come to the same output: the later batch
// would wait in the only slot.
func (b *Batch) mayBeFollowed(out int) bool {
	known := len(b.partition.outputs) > 0
	arrived := slices.ContainsFunc(b.outputs, func(o *progress) bool { return o.whole })
	done := true
	for by := range b.partition.outputs {
		o := b.find(by)
		arrived = arrived && o != nil && o.whole
		done = done && o != nil && o.done
	}
	return b.outcome == pending && arrived && (b.stuck || known && (done || out == 1))
}

// admit admits the outputs that need not wait. It forgets settled batches that none writes.
func (p *partition) admit() {
	for _, b := range slices.Concat(p.late, p.out) {
		for _, o := range b.outputs {
			if o.admission == nil || o.admitted {
				continue
			}
			if admitted, early := b.admits(o); admitted {
				// A batch that is written too early is written again in its order.
				b.repeat = b.repeat || early
				o.admitted = true
				close(o.admission)
			}
		}
	}
	p.late = slices.DeleteFunc(p.late, func(b *Batch) bool { return !b.busy() })
}

// admits says whether an output may write the batch, and whether that is early: the
// batch before is not settled, but no output writes it. Only a later message of that
// batch could be what waits for the slot of this output.
func (b *Batch) admits(o *progress) (admitted, early bool) {
	for _, earlier := range b.partition.late {
		if at := earlier.find(o.by); earlier.number < b.number && at != nil && at.inside {
			return false, false
		}
	}
	if b.ahead == nil {
		return true, false
	}
	if at := b.ahead.find(o.by); at != nil && (at.inside || at.done) {
		return !at.inside, false
	}
	return o.idleChecks > 1, o.idleChecks > 1 // twice: it has waited for all of a period
}

// watch checks from time to time whether an output still writes the batch before.
func (b *Batch) watch() {
	if b.ahead != nil && b.timer == nil {
		b.timer = time.AfterFunc(checkPeriod, b.check)
	}
}

func (b *Batch) check() {
	b.buffer.mutex.Lock()
	defer b.buffer.mutex.Unlock()
	if b.ahead == nil || b.buffer.ended {
		return
	}
	idle := !slices.ContainsFunc(b.ahead.outputs, func(o *progress) bool { return o.inside })
	for _, o := range b.outputs {
		if o.idleChecks++; !idle {
			o.idleChecks = 0
		}
	}
	if idle && !b.overdue {
		b.overdue = true
		close(b.behind)
	}
	b.partition.admit()
	b.timer.Reset(checkPeriod)
}

// release ends the waiting for a batch that is settled. The outputs that got all of it are
// those that the partition can expect to get the next batch. A batch that was not written
// says nothing about the outputs that it has not come to: another output may have failed
// it before.
func (p *partition) release(b *Batch) {
	if b.outcome == written {
		for by := range p.outputs {
			p.outputs[by]++
		}
		maps.DeleteFunc(p.outputs, func(_ any, since int) bool { return since >= keepOutput })
	}
	for _, o := range b.outputs {
		if o.whole {
			p.outputs[o.by] = 0
		}
	}
	if b.busy() {
		p.late = append(p.late, b)
	}
	for _, later := range p.out {
		if later.ahead != b {
			continue
		}
		later.ahead = nil
		if later.timer != nil {
			later.timer.Stop()
		}
		if !later.overdue {
			close(later.behind)
		}
	}
	p.admit()
}
