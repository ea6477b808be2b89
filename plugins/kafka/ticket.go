package kafka

import (
	"maps"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// checkEvery is how often a batch looks whether an output is still writing the batch
// before, while something waits for that.
const checkEvery = time.Second

// keepOutput is how many batches of a partition may be written without an output before
// the partition expects no whole batch to come to that output.
const keepOutput = 16

// progress is what one output has done with a batch.
type progress struct {
	by      any
	inside  bool          // the output has messages of the batch, and no verdict on them yet
	whole   bool          // the output has got all messages of the batch
	done    bool          // the output has a verdict on all messages of the batch
	entered bool          // the output may write the batch, or has written it
	looks   int           // how often in a row nobody was writing the batch before
	turn    chan struct{} // closed once entered; nil while nobody asks
}

// The methods below are the ticket of a batch. One ticket serves several outputs (broker,
// switch, fallback), so it keeps what each of them has done.
var _ record.Ticket = (*batch)(nil)

// Arrived says that an output has so many messages of the batch. The output must call
// Before next, and Passed in the end. Once all outputs that the partition has shown
// have all messages of the batch, the next batch may come.
func (b *batch) Arrived(by any, messages int) {
	b.all.mutex.Lock()
	defer b.all.mutex.Unlock()
	o := b.output(by)
	o.inside = true
	o.whole = o.whole || messages == len(b.records)
	// A fan_out may bring a batch to an output after another output has failed it.
	if b.verdict != pending && !slices.Contains(b.partition.late, b) {
		b.partition.late = append(b.partition.late, b)
	}
	for _, later := range b.partition.out {
		// A `retry` around the output brings a batch again after the next batch was
		// written. The next batch is then written again too, to have the last word.
		if l := later.find(by); later.number > b.number && l != nil && l.entered {
			later.again = true
			if later.verdict == written {
				later.verdict = returned
			}
		}
	}
	signal(b.all.ready)
}

// Before is closed once the output may write the batch: the output has finished the
// batch before, or that batch is settled.
func (b *batch) Before(by any) <-chan struct{} {
	b.all.mutex.Lock()
	defer b.all.mutex.Unlock()
	o := b.output(by)
	if o.turn == nil {
		o.turn = make(chan struct{})
		b.partition.admit()
		if !o.entered {
			b.watch()
		}
	}
	return o.turn
}

// Passed says that the output has a verdict on so many messages of the batch. Messages
// that it has refused may still be on their way to another output.
func (b *batch) Passed(by any, messages int) {
	b.all.mutex.Lock()
	defer b.all.mutex.Unlock()
	o := b.output(by)
	o.inside = false
	o.done = o.done || messages == len(b.records)
	b.partition.admit()
	signal(b.all.ready)
}

// Behind is closed once the batch before this one is settled. An output that has
// refused messages returns its verdict after that: the next output in a `fallback`
// would else get these messages before those of the batch before, and its only slot
// would wait for them.
//
// Behind is also closed when no output is writing the batch before for a while. A
// `retry` around the output needs the slot of this batch to bring the batch before
// again.
func (b *batch) Behind() <-chan struct{} {
	b.all.mutex.Lock()
	defer b.all.mutex.Unlock()
	if b.ahead == nil {
		return closedChannel
	}
	b.watch()
	return b.behind
}

// Stuck says that an output cannot finish the batch without the next one: the input
// gives out the next batch of the partition although other partitions are at work. An
// output must have all messages of this batch.
func (b *batch) Stuck() {
	b.all.mutex.Lock()
	defer b.all.mutex.Unlock()
	b.stuck = true
	signal(b.all.ready)
}

// Partition is the same value for all batches of a partition. An output that has put
// several batches together waits for the first of each partition only.
func (b *batch) Partition() any { return b.partition }

// Copy implements service.ImmutableValue, for who looks at all metadata.
func (b *batch) Copy() any { return "" }

var closedChannel = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// find returns the progress of an output, nil if the batch has not come to it.
func (b *batch) find(by any) *progress {
	for _, o := range b.outputs {
		if o.by == by {
			return o
		}
	}
	return nil
}

func (b *batch) output(by any) *progress {
	o := b.find(by)
	if o == nil {
		o = &progress{by: by}
		b.outputs = append(b.outputs, o)
	}
	return o
}

// busy says whether an output is writing the batch, or waits to write it.
func (b *batch) busy() bool {
	return slices.ContainsFunc(b.outputs, func(o *progress) bool { return o.inside || o.turn != nil && !o.entered })
}

// writing says whether an output has messages of the batch.
func (b *batch) writing() bool {
	return slices.ContainsFunc(b.outputs, func(o *progress) bool { return o.inside })
}

// follows says whether the next batch may be given out behind this one: all outputs
// have this one, and either they have finished it (its dead letters are on their way),
// or nothing else is being written (two partitions keep both sides busy anyway).
//
// The outputs are those that got whole batches of the partition lately. The first
// batch of a partition therefore runs alone. An output that gets a batch must never
// wait for an earlier batch that still has to come to the same output: the later batch
// would wait in the only slot.
func (b *batch) follows(out int) bool {
	known := len(b.partition.outputs) > 0
	arrived := slices.ContainsFunc(b.outputs, func(o *progress) bool { return o.whole })
	done := true
	for by := range b.partition.outputs {
		o := b.find(by)
		arrived = arrived && o != nil && o.whole
		done = done && o != nil && o.done
	}
	return b.verdict == pending && arrived && (b.stuck || known && (done || out == 1))
}

// admit lets outputs write whose turn has come. It forgets settled batches that no
// output writes any more.
func (p *partition) admit() {
	for _, all := range [][]*batch{p.late, p.out} {
		for _, b := range all {
			for _, o := range b.outputs {
				if o.turn == nil || o.entered {
					continue
				}
				if admitted, early := b.admits(o); admitted {
					// What is written before its turn is written again in its turn.
					b.again = b.again || early
					o.entered = true
					close(o.turn)
				}
			}
		}
	}
	p.late = slices.DeleteFunc(p.late, func(b *batch) bool { return !b.busy() })
}

// admits says whether an output may write the batch, and whether that is early: the
// batch before is not settled, but nobody writes it. Only a later message of it could
// be what waits for the slot of this output.
func (b *batch) admits(o *progress) (admitted, early bool) {
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
	return o.looks > 1, o.looks > 1 // twice: it has waited for all of a period
}

// watch looks from time to time whether the batch before has been left alone.
func (b *batch) watch() {
	if b.ahead != nil && b.timer == nil {
		b.timer = time.AfterFunc(b.all.checkEvery, b.look)
	}
}

func (b *batch) look() {
	b.all.mutex.Lock()
	defer b.all.mutex.Unlock()
	if b.ahead == nil || b.all.ended {
		return
	}
	idle := !b.ahead.writing()
	for _, o := range b.outputs {
		if o.looks++; !idle {
			o.looks = 0
		}
	}
	if idle && !b.overdue {
		b.overdue = true
		close(b.behind)
	}
	b.partition.admit()
	b.timer.Reset(b.all.checkEvery)
}

// release ends the waiting for a batch that is settled. What outputs it came to whole
// is what the partition can expect of the next batch. A batch that was not written says
// nothing about the outputs that it has not come to: another output may have failed it
// before.
func (p *partition) release(b *batch) {
	if b.verdict == written {
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
