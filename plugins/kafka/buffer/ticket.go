package buffer

import (
	"slices"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

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

// Arrived says that an output has so many messages of the batch. The output must call
// Before next, and Passed in the end. Once all outputs that the partition has shown
// have all messages of the batch, the next batch may come.
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

// Behind is closed once the batch before this one is settled. An output that has
// refused messages returns their outcome after that: the next output in a `fallback`
// would else get these messages before those of the batch before, and its only slot
// would wait for them.
//
// Behind is also closed when no output has been writing the batch before for a while. A
// `retry` around the output needs the slot of this batch to bring the batch before
// again.
func (b *Batch) Behind() <-chan struct{} {
	b.buffer.mutex.Lock()
	defer b.buffer.mutex.Unlock()
	if b.ahead == nil {
		return closedChannel
	}
	b.watch()
	return b.behind
}

// Stuck says that an output cannot finish the batch without the next one: the input
// gives out the next batch of the partition although other partitions are at work. An
// output must have all messages of this batch.
func (b *Batch) Stuck() {
	b.buffer.mutex.Lock()
	defer b.buffer.mutex.Unlock()
	b.stuck = true
	signal(b.buffer.ready)
}

// Partition is the same value for all batches of a partition. An output that has put
// several batches together waits for the first of each partition only.
func (b *Batch) Partition() any { return b.partition }

// Copy implements service.ImmutableValue, for readers of all metadata.
func (b *Batch) Copy() any { return "" }

var closedChannel = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

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
