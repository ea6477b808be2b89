package buffer

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// finishTimeout is how long a partition that goes to another member waits for the batch
// that is being written: the offset of the batch can then still be committed.
const finishTimeout = 5 * time.Second

// The pause before a batch that came back is given out again.
const (
	firstPause   = 10 * time.Millisecond
	longestPause = time.Second
)

type partition struct {
	offsets.TopicPartition
	queue      []*kgo.Record
	out        []*Batch // given out and not settled, or behind one that is not
	pausing    bool     // before a batch is given out again
	leaving    bool     // to another member: nothing more is given out
	assignment int      // counts how often this member lost the partition
	backoff    retry.Backoff
	end        int64 // of the log, as far as a consumer may read now

	offsets.Position                  // Next is unknown while another member has the partition
	fetched          int64            // the offset behind the last one that was fetched
	fetchedEpoch     int32            // the leader epoch of the record before fetched
	idleAt           int64            // fetched, when the log was last checked and there was nothing to write
	moved            bool             // Next is not the committed offset, though nothing was acknowledged
	last             offsets.Position // before the partition left
	changed          bool             // its log is not the one that was read

	batches int64       // given out so far
	outputs map[any]int // those that got whole batches, and how many batches were written since
	late    []*Batch    // settled, and an output still has messages of theirs
}

func (b *Buffer) partition(tp offsets.TopicPartition) *partition {
	p := b.partitions[tp]
	if p == nil {
		p = &partition{
			TopicPartition: tp, backoff: retry.Backoff{First: firstPause, Longest: longestPause},
			Position: offsets.NoPosition(), fetched: offsets.Unknown, fetchedEpoch: offsets.Unknown, idleAt: offsets.Unknown,
			outputs: make(map[any]int),
		}
		b.partitions[tp], b.rotation = p, append(b.rotation, p)
	}
	return p
}

func (b *Buffer) drop(p *partition) {
	b.held -= size(p.queue...)
	p.queue = nil
}

// Assign begins with a partition at the position that a comparison has found.
func (b *Buffer) Assign(tp offsets.TopicPartition, f offsets.Finding) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	p := b.partition(tp)
	p.Position, p.moved = f.Position, f.Moved
	p.fetched, p.fetchedEpoch, p.end, p.idleAt = f.Next, f.Epoch, f.LogEnd, offsets.Unknown
	b.ShowLag(f.Lag(), tp)
}

// Suspend keeps a partition from being read: an operator must decide first.
func (b *Buffer) Suspend(tp offsets.TopicPartition, f offsets.Finding) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.logChanged(b.partition(tp), "the log has lost what follows the committed offset")
	b.ShowLag(f.Lag(), tp)
}

// Unassign gives up partitions. Until ctx ends, it waits for their batches that are being
// written, so that their offsets can be committed.
func (b *Buffer) Unassign(ctx context.Context, lost map[string][]int32) {
	ctx, done := context.WithTimeout(ctx, finishTimeout)
	defer done()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var leaving []*partition
	for topic, numbers := range lost {
		for _, number := range numbers {
			if p := b.partitions[offsets.TopicPartition{Topic: topic, Partition: number}]; p != nil {
				p.leaving = true
				b.drop(p)
				leaving = append(leaving, p)
			}
		}
	}
	for _, p := range leaving {
		for len(p.out) > 0 && !b.ended && ctx.Err() == nil {
			settled := b.settled
			b.mutex.Unlock()
			select {
			case <-settled:
			case <-ctx.Done():
			}
			b.mutex.Lock()
		}
		b.drop(p) // the records of a batch that came back meanwhile
		b.leave(p)
	}
	b.wake()
	signal(b.ready) // nothing may be held now
}

// leave remembers the position of a partition that this member no longer has. The client
// loses its partitions, and gets them again, when the broker is away for long.
func (b *Buffer) leave(p *partition) {
	if !b.ended {
		b.remember(p)
	}
	b.markMoved(p)
	p.assignment++
	p.last = p.Position
	p.Position, p.fetched, p.fetchedEpoch, p.moved = offsets.NoPosition(), offsets.Unknown, offsets.Unknown, false
	p.leaving = false
	p.backoff.Reset()
	b.ShowLag(0, p.TopicPartition) // the next member shows it
}
