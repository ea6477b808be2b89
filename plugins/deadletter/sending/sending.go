// Package sending gives batches of dead letters to an output until it has taken all of
// them.
package sending

import (
	"context"
	"errors"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// answerFor is how long Send waits for an answer. The client of a broker that is away may
// try again without an end, and without an answer.
const answerFor = 5 * time.Second

var errNoAnswer = errors.New("there is no answer yet")

// Queue is the batch that is being sent. A batch that the output refuses as a whole is
// sent again message by message, and then only what is left of it: one message that its
// topic does not take delays no other message, and messages that fit alone but not
// together are taken, too.
type Queue[M record.Message] struct {
	Prepare func([]M) []M   // makes what is sent of a batch
	Write   func([]M) error // to the output
	Taken   func(M)         // counts a message that the output has taken

	batch   []M        // as the caller knows it
	parts   [][]M      // what the output has not taken: the batch as a whole, or its messages
	answer  chan error // to the first part, while it is being written
	refused error      // the last answer that was an error
}

// Undelivered is why a batch is not delivered yet.
type Undelivered struct {
	Messages int // that the output has not taken
	Reason   error
	Answered bool // the output has answered: a pause comes before the next try
}

// Send sends a batch, or goes on with it. It returns nil when the output has taken all of
// the batch. Otherwise the caller sends the same batch again.
func (q *Queue[M]) Send(ctx context.Context, batch []M) *Undelivered {
	err := q.begin(ctx, batch)
	if err == nil {
		err = q.try(ctx)
	}
	if err == nil {
		q.batch, q.parts, q.refused = nil, nil, nil
		return nil
	}
	left := &Undelivered{Reason: err, Answered: !errors.Is(err, errNoAnswer)}
	// That there is no answer yet says less than an answer before it.
	if !left.Answered && q.refused != nil {
		left.Reason = q.refused
	}
	for _, part := range q.parts {
		left.Messages += len(part)
	}
	return left
}

// begin makes a batch the one that is sent. When the caller has given up another batch,
// the answer to that batch must not count for this one.
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

// try sends what is left: the batch as a whole, and when it is refused each message once.
// A refused message goes behind the others. When two are refused, the fault is hardly
// their own, and more tries would only cost time.
func (q *Queue[M]) try(ctx context.Context) error {
	if whole := q.parts[0]; len(whole) > 1 {
		if err := q.sendFirst(ctx); err == nil || q.unanswered(ctx) {
			return err
		}
		q.parts = nil
		for i := range whole {
			q.parts = append(q.parts, whole[i:i+1])
		}
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

// sendFirst writes the first part, unless it is being written, and returns the answer. A
// part that is taken is removed.
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

// unanswered says that the first part is still being written, or that ctx has ended.
func (q *Queue[M]) unanswered(ctx context.Context) bool { return q.answer != nil || ctx.Err() != nil }

// await returns the answer to the first part, nil also when it is not being written.
func (q *Queue[M]) await(ctx context.Context) error {
	if q.answer == nil {
		return nil
	}
	patience := time.NewTimer(answerFor)
	defer patience.Stop()
	select {
	case err := <-q.answer:
		q.answer = nil
		if err != nil {
			q.refused = err
			return err
		}
	case <-patience.C:
		return errNoAnswer
	case <-ctx.Done():
		return ctx.Err()
	}
	for _, m := range q.parts[0] {
		q.Taken(m)
	}
	return nil
}

// Close waits until nothing is being written: the output must not be closed before.
func (q *Queue[M]) Close() {
	if q.answer != nil {
		<-q.answer
	}
}
