// Package sending retries batches of dead letters until an output has accepted them.
package sending

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// answerFor is how long Send waits for an answer. The client of an unreachable broker may
// retry without limit and without an answer.
const answerFor = 5 * time.Second

var errNoAnswer = errors.New("there is no answer yet")

// Queue sends one batch at a time. When the output refuses a batch, Queue sends each
// message separately, and then only the remaining messages. So a message that the topic
// never accepts delays no other message, and messages that are too large together succeed
// separately.
type Queue[M record.Message] struct {
	Prepare  func([]M) []M   // returns the messages to send for a batch
	Write    func([]M) error // to the output
	Accepted func(M)         // counts a message that the output has accepted

	batch   []M        // as the caller passed it
	parts   [][]M      // not accepted yet: the whole batch, or single messages
	answer  chan error // of the output to the first part, during a write
	refused error      // the last answer that was an error
}

// Undelivered describes a batch that is not delivered yet.
type Undelivered struct {
	Messages int // not accepted yet
	Reason   error
	Answered bool // the output has answered, so the caller pauses before the next try
}

// Send sends a batch or continues with it. It returns nil when the output has accepted the
// whole batch. Otherwise the caller must call Send with the same batch again.
func (q *Queue[M]) Send(ctx context.Context, batch []M) *Undelivered {
	err := q.begin(ctx, batch)
	if err == nil {
		err = q.try(ctx)
	}
	if err == nil {
		q.batch, q.parts, q.refused = nil, nil, nil
		return nil
	}
	left := &Undelivered{Messages: len(slices.Concat(q.parts...)), Reason: err, Answered: !errors.Is(err, errNoAnswer)}
	// An earlier answer is a better reason than a missing answer.
	if !left.Answered && q.refused != nil {
		left.Reason = q.refused
	}
	return left
}

// begin prepares a batch. If the caller has given up another batch, begin waits for the
// answer to that batch, because it must not count for this one.
func (q *Queue[M]) begin(ctx context.Context, batch []M) error {
	if q.parts != nil && record.Fingerprint(q.batch) != record.Fingerprint(batch) {
		if err := q.await(ctx); err != nil && q.unanswered(ctx) {
			return err
		}
		q.parts = nil
	}
	if q.parts == nil {
		q.batch, q.parts, q.refused = batch, [][]M{q.Prepare(batch)}, nil
	}
	return nil
}

// try sends the whole batch, and after a refusal each remaining message once. A refused
// message moves to the end. After two refused messages, try stops: the cause is probably
// not the messages.
func (q *Queue[M]) try(ctx context.Context) error {
	if whole := q.parts[0]; len(whole) > 1 {
		if err := q.sendFirst(ctx); err == nil || q.unanswered(ctx) {
			return err
		}
		q.parts = slices.Collect(slices.Chunk(whole, 1))
	}
	var failed error
	for range len(q.parts) {
		err := q.sendFirst(ctx)
		if err == nil {
			continue
		}
		if q.unanswered(ctx) {
			return err
		}
		q.parts = append(q.parts[1:], q.parts[0])
		if failed != nil {
			return err
		}
		failed = err
	}
	return failed
}

// sendFirst writes the first part, unless a write is in progress, and returns the answer.
// It removes an accepted part.
func (q *Queue[M]) sendFirst(ctx context.Context) error {
	if q.answer == nil {
		part, answer := q.parts[0], make(chan error, 1)
		go func() { answer <- q.Write(part) }()
		q.answer = answer
	}
	err := q.await(ctx)
	if err == nil {
		q.parts = q.parts[1:]
	}
	return err
}

// unanswered reports whether a write is still in progress or ctx has ended.
func (q *Queue[M]) unanswered(ctx context.Context) bool { return q.answer != nil || ctx.Err() != nil }

// await returns the answer to the first part. It returns nil if no write is in progress.
func (q *Queue[M]) await(ctx context.Context) error {
	if q.answer == nil {
		return nil
	}
	select {
	case err := <-q.answer:
		q.answer = nil
		if err != nil {
			q.refused = err
			return err
		}
	case <-time.After(answerFor):
		return errNoAnswer
	case <-ctx.Done():
		return ctx.Err()
	}
	for _, m := range q.parts[0] {
		q.Accepted(m)
	}
	return nil
}

// Close waits for a write in progress. The caller must not close the output earlier.
func (q *Queue[M]) Close() {
	if q.answer != nil {
		<-q.answer
	}
}
