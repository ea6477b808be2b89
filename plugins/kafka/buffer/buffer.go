// Package buffer holds the records that a member of a group has fetched and not
// acknowledged yet. It gives them out in batches, in the order of each partition.
//
// One batch of a partition is given out at a time, and a second batch once an output says
// that it has the first batch and will keep their order. A batch that comes back unwritten
// is given out again before the records that follow it.
package buffer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// problemPeriod is how long an error of the broker counts as present. The broker repeats
// it while it lasts.
const problemPeriod = 15 * time.Second

// Limits bound a buffer.
type Limits struct {
	Bytes        int // that the buffer may hold before nothing more is fetched
	BatchBytes   int // that a batch of more than one record may have
	BatchRecords int // that a batch may have
}

// Options are the limits of a buffer, and what it uses. It calls the functions while it is
// locked.
type Options struct {
	Limits
	Memory  *offsets.Memory
	Mark    func(tp offsets.TopicPartition, next kgo.EpochOffset) // the offsets before next may be committed
	ShowLag func(n int64, tp offsets.TopicPartition)
	Debug   func(format string, args ...any)
}

// Buffer holds the records of the assigned partitions.
type Buffer struct {
	Options

	mutex      sync.Mutex
	partitions map[offsets.TopicPartition]*partition
	rotation   []*partition // the one that gave out a batch longest ago comes first
	held       int          // bytes
	out        int          // batches that are given out
	ended      bool         // no batch that is given out will come back
	problem    error
	problemAt  time.Time
	changed    bool // a log is not the one that was read: nothing more is fetched

	ready   chan struct{} // there may be a batch to give out, or a problem
	settled chan struct{} // closed, and made anew, by wake
}

// New returns an empty buffer.
func New(options Options) *Buffer {
	return &Buffer{
		Options: options, partitions: make(map[offsets.TopicPartition]*partition),
		ready: make(chan struct{}, 1), settled: make(chan struct{}),
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // the channel has a signal already
	}
}

// Ready has a value when there may be a batch to give out, or a problem.
func (b *Buffer) Ready() <-chan struct{} { return b.ready }

// Held returns the bytes of the records that are not acknowledged.
func (b *Buffer) Held() int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.held
}

// size returns the bytes that records count for: their own, and 64 for the message of each.
func size(records ...*kgo.Record) (n int) {
	for _, r := range records {
		n += len(r.Key) + len(r.Value) + 64
		for _, header := range r.Headers {
			n += len(header.Key) + len(header.Value)
		}
	}
	return n
}

// AwaitSpace waits until more records may be fetched. It returns false when ctx ends.
func (b *Buffer) AwaitSpace(ctx context.Context) bool {
	for {
		b.mutex.Lock()
		free, settled := b.held < b.Bytes && !b.changed, b.settled
		b.mutex.Unlock()
		if free && ctx.Err() == nil {
			return true
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return false
		}
	}
}

// Add takes fetched records, and the errors of fetches.
func (b *Buffer) Add(fetches kgo.Fetches) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	fetches.EachError(b.addError)
	fetches.EachPartition(func(fetched kgo.FetchTopicPartition) {
		if len(fetched.Records) == 0 {
			return
		}
		b.problem = nil
		p := b.partition(offsets.TopicPartition{Topic: fetched.Topic, Partition: fetched.Partition})
		if !b.follows(p, fetched.FetchPartition) {
			return
		}
		last := fetched.Records[len(fetched.Records)-1]
		p.fetched, p.fetchedEpoch = last.Offset+1, last.LeaderEpoch
		p.end = max(p.end, fetched.LastStableOffset, p.fetched)
		kept := fetched.Records[:0]
		for _, r := range fetched.Records {
			if !r.Attrs.IsControl() { // the marker of a transaction needs no output
				kept = append(kept, r)
			}
		}
		if len(p.queue) == 0 {
			p.queue = kept
		} else {
			p.queue = append(p.queue, kept...)
		}
		b.held += size(kept...)
		b.advance(p, p.skip())
	})
	signal(b.ready)
}

func (b *Buffer) addError(topic string, number int32, err error) {
	tp := offsets.TopicPartition{Topic: topic, Partition: number}
	var truncated *kgo.ErrDataLoss
	switch {
	case errors.As(err, &truncated): // the client has found a log cut off (KIP-320)
		p := b.partition(tp)
		p.Cut = offsets.EpochEnd{Known: true, Offset: truncated.ResetTo, Epoch: truncated.ResetToEpoch}
		p.ExtendLog(truncated.ConsumedTo, truncated.ConsumedToEpoch)
		b.logChanged(p, err.Error())
	case errors.Is(err, kerr.UnknownTopicID):
		b.logChanged(b.partition(tp), err.Error())
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, kgo.ErrClientClosed):
	case topic == "":
		b.problem, b.problemAt = err, time.Now()
	default:
		b.problem, b.problemAt = fmt.Errorf("topic %s: %w", topic, err), time.Now()
	}
}

// Assigned says that the group works.
func (b *Buffer) Assigned() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.problem = nil
}

// Problem returns how many batches are given out, and the last error of the broker or nil.
func (b *Buffer) Problem() (out int, problem error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if time.Since(b.problemAt) > problemPeriod {
		b.problem = nil
	}
	return b.out, b.problem
}

// MustRejoin says that a log has changed, and that no record is held that could still be
// written. The input then leaves the group, and compares the offsets of the group with the
// logs when it joins again.
func (b *Buffer) MustRejoin() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.changed && b.held == 0 && b.out == 0
}

// End says that no batch that is given out will come back, so that nothing waits for one.
func (b *Buffer) End() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.ended = true
	for _, p := range b.partitions {
		b.markMoved(p)
		b.remember(p, true)
	}
	b.wake()
}

// wake wakes those that wait for a batch to be settled, or for space to fetch more.
func (b *Buffer) wake() {
	close(b.settled)
	b.settled = make(chan struct{})
}
