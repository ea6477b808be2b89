package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/internal/retry"
)

const (
	// How long a partition that goes to another member waits for the batch that is
	// being written, whose offset it can then still commit.
	finishFor = 5 * time.Second
	// How long an error of the broker counts as that of now: it comes again while
	// it lasts.
	problemFor = 15 * time.Second
)

// records are those that were fetched and are not acknowledged yet, by partition.
// Of a partition one batch is given out at a time, in the order of the log, and a
// second one once an output says that it has the first and will keep their order.
// What comes back unwritten is given out again before what follows it.
type records struct {
	limits limits
	mark   func(place, kgo.EpochOffset) // the offsets before this one may be committed
	lag    func(n int64, topic string, partition int32)
	debug  func(format string, args ...any)
	memory *memory

	checkEvery time.Duration // shorter in tests

	mutex      sync.Mutex
	partitions map[place]*partition
	turns      []*partition // the one that had its turn longest ago first
	held       int          // bytes
	out        int          // batches that are given out
	ended      bool         // nothing that is given out will come back
	problem    error
	problemAt  time.Time
	suspected  bool // a log is not the one that was read: nothing more is fetched

	ready chan struct{} // there may be a batch to give out, or a problem
	room  chan struct{} // there may be room to fetch
	done  chan struct{} // closed, and made anew, when a batch is settled, and at the end
}

type limits struct {
	buffer  int // bytes that may be held before nothing more is fetched
	batch   int // bytes that a batch may have, if it has more than one record
	records int // that it may have
}

type place struct {
	topic  string
	number int32
}

type partition struct {
	place
	queue   []*kgo.Record
	out     []*batch // given out and not settled, or behind one that is not
	resting bool     // before it is given out again
	leaving bool     // to another member: nothing more is given out
	stay    int      // which of its stays with this member this is
	backoff retry.Backoff
	end     int64 // of the log, as far as a consumer may read now

	position              // next is unknown while another member has the partition
	fetched      int64    // the offset behind the last one that was fetched
	fetchedEpoch int32    // the leader epoch of the record before fetched
	idleAt       int64    // fetched, when the sink last looked at the log and had nothing to write
	moved        bool     // next is not the committed offset, though nothing was acknowledged
	last         position // before the partition left
	suspect      bool     // its log is not the one that was read

	given   int64       // batches so far
	outputs map[any]int // those that got whole batches, and how many batches were written since
	late    []*batch    // settled, and an output still has messages of theirs
}

func newRecords(l limits) *records {
	return &records{
		limits: l, checkEvery: checkEvery, partitions: make(map[place]*partition), memory: newMemory(),
		mark: func(place, kgo.EpochOffset) {}, lag: func(int64, string, int32) {}, debug: func(string, ...any) {},
		ready: make(chan struct{}, 1), room: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is told already
	}
}

// size is what a record counts for: its bytes, and what is made of each record.
func size(r *kgo.Record) int {
	n := len(r.Key) + len(r.Value) + 64
	for _, header := range r.Headers {
		n += len(header.Key) + len(header.Value)
	}
	return n
}

// awaitRoom waits until something may be fetched. false: ctx has ended.
func (r *records) awaitRoom(ctx context.Context) bool {
	for {
		r.mutex.Lock()
		free := r.held < r.limits.buffer && !r.suspected
		r.mutex.Unlock()
		if free && ctx.Err() == nil {
			return true
		}
		select {
		case <-r.room:
		case <-ctx.Done():
			return false
		}
	}
}

// add takes what was fetched.
func (r *records) add(fetches kgo.Fetches) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	fetches.EachError(func(topic string, number int32, err error) {
		var reset *kgo.ErrDataLoss
		switch {
		case errors.As(err, &reset):
			r.dataLoss(reset)
		case errors.Is(err, kerr.UnknownTopicID):
			r.suspect(r.partition(place{topic, number}), err.Error())
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, kgo.ErrClientClosed):
		case topic == "":
			r.problem, r.problemAt = err, time.Now()
		default:
			r.problem, r.problemAt = fmt.Errorf("topic %s: %w", topic, err), time.Now()
		}
	})
	fetches.EachPartition(func(fetched kgo.FetchTopicPartition) {
		if len(fetched.Records) == 0 {
			return
		}
		r.problem = nil
		p := r.partition(place{fetched.Topic, fetched.Partition})
		if !r.follows(p, fetched.FetchPartition) {
			return
		}
		last := fetched.Records[len(fetched.Records)-1]
		p.fetched, p.fetchedEpoch = last.Offset+1, last.LeaderEpoch
		p.end = max(p.end, fetched.LastStableOffset, p.fetched)
		r.held += p.queueUp(fetched.Records)
		r.proceed(p, p.skip())
	})
	signal(r.ready)
}

// partition returns the partition of a place.
func (r *records) partition(at place) *partition {
	p := r.partitions[at]
	if p == nil {
		p = &partition{
			place: at, backoff: retry.Backoff{First: firstRetry, Longest: longRetry},
			position: nowhere(), fetched: unknown, fetchedEpoch: unknown, idleAt: unknown,
		}
		r.partitions[at], r.turns = p, append(r.turns, p)
	}
	return p
}

// queueUp appends records, without the markers of transactions, and returns their
// size.
func (p *partition) queueUp(fetched []*kgo.Record) (bytes int) {
	kept := fetched[:0]
	for _, record := range fetched {
		if !record.Attrs.IsControl() {
			bytes += size(record)
			kept = append(kept, record)
		}
	}
	if len(p.queue) == 0 {
		p.queue = kept
	} else {
		p.queue = append(p.queue, kept...)
	}
	return bytes
}

// leave gives up partitions. While ctx lasts it waits for the batches of theirs
// that are being written, so that their offsets can be committed.
func (r *records) leave(ctx context.Context, lost map[string][]int32) {
	ctx, done := context.WithTimeout(ctx, finishFor)
	defer done()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var all []*partition
	for topic, numbers := range lost {
		for _, number := range numbers {
			if p := r.partitions[place{topic, number}]; p != nil {
				for _, record := range p.queue {
					r.held -= size(record)
				}
				p.leaving, p.queue = true, nil
				all = append(all, p)
			}
		}
	}
	for _, p := range all {
		for len(p.out) > 0 && !r.ended && ctx.Err() == nil {
			settled := r.done
			r.mutex.Unlock()
			select {
			case <-settled:
			case <-ctx.Done():
			}
			r.mutex.Lock()
		}
		for _, record := range p.queue { // of a batch that came back meanwhile
			r.held -= size(record)
		}
		r.left(p)
		p.leaving, p.queue = false, nil
		p.backoff.Reset()
		r.lag(0, p.topic, p.number) // whoever has it next tells
	}
	signal(r.room)
	signal(r.ready) // nothing may be held now
}

// end says that nothing that is given out will come back, so that nobody waits for it.
func (r *records) end() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.ended = true
	for _, p := range r.partitions {
		r.tellMoved(p)
		r.remember(p)
	}
	r.settled()
}

// settled wakes whoever waits in leave.
func (r *records) settled() {
	close(r.done)
	r.done = make(chan struct{})
}

// assigned says that the group works.
func (r *records) assigned() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.problem = nil
}

// trouble is how many batches are given out, and what the broker has said lately, nil
// for nothing bad.
func (r *records) trouble() (out int, problem error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if time.Since(r.problemAt) > problemFor {
		r.problem = nil
	}
	return r.out, r.problem
}
