package dlq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/deadletter"
)

const (
	// inFlight is the largest number of dead letters that are sent and not yet marked.
	inFlight = 1000
	// grace is how long an interrupted replay waits for the dead letters in flight.
	grace = 10 * time.Second
	// delivery is how long the replay retries a record and its mark while no broker
	// answers.
	delivery = 2 * time.Minute
	// maxMillis is the largest timestamp that the client library sends unchanged. A
	// larger number is not in milliseconds.
	maxMillis = math.MaxInt64 / int64(time.Millisecond)
)

// sender sends the dead letters of a plan, marks those that reached their target, and
// counts them.
type sender struct {
	plan
	client *kgo.Client             // for the records and their marks
	stop   context.CancelCauseFunc // no dead letter is read any more

	mu      sync.Mutex
	result  result
	refused error // of the first dead letter that was not sent
	failed  error // ended the run
}

// run sends and marks the dead letters.
func (p plan) run(ctx context.Context) (result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	client, err := p.topic.Client(kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.AllowIdempotentProduceCancellation(), kgo.ProducerBatchMaxBytesFn(p.to.BatchBytes))
	s := &sender{plan: p, client: client, stop: stop, result: result{Topic: p.topic.Name, Matched: len(p.all.entries)}}
	if err != nil {
		return s.result, err
	}
	defer client.Close()
	send := s.toTopics
	if p.through != "" {
		send = s.toPipeline
	}
	seen, err := send(ctx)
	return s.finish(seen, err)
}

// afterGrace calls end when ctx has been done for the grace period. After release, it
// starts no such period.
func afterGrace(ctx context.Context, end func()) (release func() bool) {
	return context.AfterFunc(ctx, func() { time.AfterFunc(grace, end) })
}

// toTopics reads the chosen dead letters again, and sends each to its topic.
func (s *sender) toTopics(ctx context.Context) (seen int, err error) {
	defer afterGrace(ctx, s.client.Close)() // fails what is in flight
	slots := make(chan struct{}, inFlight)  // has an item for each dead letter in flight
	seen, err = s.all.read(ctx, s.session, func(d deadletter.Record, _ entry) error {
		chosen, partition := s.route(d)
		at, err := timestamp(d.Timestamp).time()
		if err != nil && !chosen.OwnTimestamps {
			s.refuse(1, fmt.Errorf("sending dead letter %s: %w", d.Position, err))
			return nil
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		s.send(slots, d.Position, d.Replayed(chosen.Name, partition, at))
		return nil
	})
	for range inFlight { // until the last dead letter in flight has ended
		slots <- struct{}{}
	}
	return seen, err
}

// send sends the record of a dead letter, and its mark when the broker acknowledges the
// record. It never blocks, because fewer records are in flight than the client buffers. An
// interruption of the run cancels neither the record nor the mark.
func (s *sender) send(slots <-chan struct{}, of deadletter.Position, record *kgo.Record) {
	// The delivery timeout of the client starts at the old timestamp of the record.
	ctx, cancel := context.WithTimeout(context.Background(), delivery)
	done := func() {
		cancel()
		<-slots
	}
	s.client.Produce(ctx, record, func(sent *kgo.Record, err error) {
		if err != nil {
			s.refuse(1, fmt.Errorf("sending dead letter %s to topic %s: %w", of, record.Topic, err))
			done()
			return
		}
		s.mark(ctx, of, deadletter.SourceOf(sent).String(), done)
	})
}

// mark marks and counts a dead letter that was sent, and then calls done. When a mark
// cannot be written, the run ends: the next run would send all dead letters again.
func (s *sender) mark(ctx context.Context, of deadletter.Position, to string, done func()) {
	s.client.Produce(ctx, deadletter.NewMark(s.topic.Name, of, to, time.Now()), func(_ *kgo.Record, err error) {
		defer done()
		s.mu.Lock()
		defer s.mu.Unlock()
		if err == nil {
			s.result.Replayed++
			return
		}
		s.result.Unmarked++
		s.fail(fmt.Errorf("dead letter %s was sent, but marking it in topic %s: %w", of, s.topic.Name, err))
	})
}

// refuse counts n dead letters that were not sent. The run goes on after an error that
// only one record can have.
func (s *sender) refuse(n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Refused += n
	s.refused = cmp.Or(s.refused, err)
	own := []error{kerr.MessageTooLarge, kerr.InvalidTimestamp, kerr.InvalidRecord, errTimestamp}
	if !slices.ContainsFunc(own, func(own error) bool { return errors.Is(err, own) }) {
		s.fail(err)
	}
}

func (s *sender) fail(err error) {
	s.failed = cmp.Or(s.failed, err)
	s.stop(err)
}

// finish returns the result of a run that read seen dead letters. The error is the one
// that ended the run, or else describes the dead letters that were not sent.
func (s *sender) finish(seen int, err error) (result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.result.Gone = s.result.Matched - seen
	}
	switch {
	case s.failed != nil:
		err = s.failed
	case errors.Is(err, errInterrupted):
		err = fmt.Errorf("%w: run it again for the rest", err)
	case err != nil:
	case s.refused != nil:
		err = fmt.Errorf("%s were refused, the first one: %w", deadLetters(s.result.Refused), s.refused)
	case s.result.Gone > 0:
		err = fmt.Errorf("%s are no longer in topic %s", deadLetters(s.result.Gone), s.topic.Name)
	}
	return s.result, err
}

// errTimestamp is the error of a record whose timestamp no replay can send.
var errTimestamp = errors.New("use --through, which needs no timestamp in milliseconds")

// timestamp is the timestamp of the record that the sink refused.
type timestamp deadletter.Timestamp

func (t timestamp) String() string {
	if !t.Known {
		return "none"
	}
	if t.Number > maxMillis {
		return strconv.FormatInt(t.Number, 10)
	}
	return milliseconds(t.Number)
}

// time returns the timestamp in the form that the client library sends.
func (t timestamp) time() (time.Time, error) {
	switch {
	case !t.Known:
		return time.Time{}, fmt.Errorf("the record has no timestamp that order-sink can read: %w", errTimestamp)
	case t.Number > maxMillis:
		return time.Time{}, fmt.Errorf("the record's timestamp %d is not in milliseconds, and no replay can send it as it is: %w", t.Number, errTimestamp)
	default:
		return time.UnixMilli(t.Number), nil
	}
}
