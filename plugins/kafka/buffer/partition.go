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
	missing          int              // how many checks in a row the broker has not shown the topic
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
	p.Position, p.moved, p.missing = f.Position, f.Moved, 0
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
		b.remember(p, false)
	}
	b.markMoved(p)
	p.assignment++
	p.last = p.Position
	p.Position, p.fetched, p.fetchedEpoch, p.moved = offsets.NoPosition(), offsets.Unknown, offsets.Unknown, false
	p.leaving = false
	p.backoff.Reset()
	b.ShowLag(0, p.TopicPartition) // the next member shows it
}

// markMoved lets the position behind a loss be committed before the partition leaves: the
// next member that gets the partition must not report the loss again.
func (b *Buffer) markMoved(p *partition) {
	if p.Next != offsets.Unknown && p.moved && p.Epoch != offsets.Unknown && !p.changed {
		b.Mark(p.TopicPartition, kgo.EpochOffset{Epoch: p.Epoch, Offset: p.Next})
	}
}

// remember keeps the position for the next member of the same input. held says that this
// member has the partition until it ends.
func (b *Buffer) remember(p *partition, held bool) {
	if p.Next != offsets.Unknown {
		p.ExtendLog(p.fetched, p.fetchedEpoch)
		b.Memory.Keep(p.TopicPartition, p.Position, held)
	}
}

// skip moves the position of a partition to the end of what was fetched, when none of that
// has to be written: the markers of transactions and aborted records need no
// acknowledgement. It reports whether the position has moved.
func (p *partition) skip() bool {
	if p.Next == offsets.Unknown && len(p.queue) > 0 { // no comparison has found it
		p.Next = p.queue[0].Offset
	}
	unwritten := len(p.queue) > 0 || len(p.out) > 0 || p.leaving // whose queue was dropped
	if unwritten || p.Next == p.fetched || p.fetched == offsets.Unknown {
		return false
	}
	p.Next, p.Epoch, p.moved = p.fetched, p.fetchedEpoch, false
	return true
}

// advance shows the lag of a partition, and lets its position be committed if it has moved.
func (b *Buffer) advance(p *partition, moved bool) {
	if moved {
		b.Mark(p.TopicPartition, kgo.EpochOffset{Epoch: p.Epoch, Offset: p.Next})
	}
	b.ShowLag(max(0, p.end-p.Next), p.TopicPartition)
}

// follows says whether the fetched records follow those that were fetched before. Offsets
// without a record are no gap: only a log that begins behind the position has lost some.
func (b *Buffer) follows(p *partition, fetched kgo.FetchPartition) bool {
	if p.changed {
		return false
	}
	first := fetched.Records[0].Offset
	switch {
	case p.fetched == offsets.Unknown:
		p.fetched = first
	case first < p.fetched:
		b.logChanged(p, "the broker sends offsets that were read before")
	case first > p.fetched && fetched.LogStartOffset > p.fetched:
		b.logChanged(p, logStartsLater)
	}
	return !p.changed
}

const logStartsLater = "the log begins behind the offset that is read next"

// logChanged says that the log of a partition is not the one that was read. Then nothing
// more is fetched: see [Buffer.MustRejoin].
func (b *Buffer) logChanged(p *partition, why string) {
	if !p.changed {
		b.Debug("Reading %s/%d: checking the log again: %s", p.Topic, p.Partition, why)
	}
	p.changed, b.changed = true, true
	signal(b.ready)
}

// CommitMetadata returns the metadata for the commit of a partition's offset, "" for none.
func (b *Buffer) CommitMetadata(tp offsets.TopicPartition) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	p := b.partitions[tp]
	if p == nil {
		return ""
	}
	last := p.Position
	if last.Next == offsets.Unknown { // the partition is leaving
		last = p.last
	}
	if last.TopicID == [16]byte{} {
		return ""
	}
	return last.CommitMetadata()
}
