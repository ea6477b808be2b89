package buffer

import (
	"maps"
	"slices"
	"time"
)

// checkPeriod is how often a batch checks whether an output is still writing the batch
// before, while an output waits for that.
const checkPeriod = time.Second

// keepOutput is how many batches of a partition may be written without an output before
// the partition expects no whole batch to come to that output.
const keepOutput = 16

// busy says whether an output is writing the batch, or waits to write it.
func (b *Batch) busy() bool {
	return slices.ContainsFunc(b.outputs, func(o *progress) bool { return o.inside || o.admission != nil && !o.admitted })
}

// writing says whether an output has messages of the batch.
func (b *Batch) writing() bool {
	return slices.ContainsFunc(b.outputs, func(o *progress) bool { return o.inside })
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

// admit admits the outputs that need to wait no longer. It forgets settled batches that
// no output writes any more.
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
	at := b.ahead.find(o.by)
	switch {
	case at != nil && at.inside:
		return false, false
	case at != nil && at.done:
		return true, false
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
	idle := !b.ahead.writing()
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
			if p.outputs == nil {
				p.outputs = make(map[any]int)
			}
			p.outputs[o.by] = 0
		}
	}
	if b.busy() {
		p.late = append(p.late, b)
	}
	for _, later := range p.out {
		if later.ahead == b {
			later.begin()
		}
	}
	p.admit()
}

// begin says that the batch before is settled.
func (b *Batch) begin() {
	b.ahead = nil
	if b.timer != nil {
		b.timer.Stop()
	}
	if !b.overdue {
		close(b.behind)
	}
}
