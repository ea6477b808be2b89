package mariadb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
)

// refuse ends a batch whose rows are committed: it returns nil when the child has
// taken what was refused (Invariant 1), or without a child the error that names it.
func (o *output) refuse(ctx context.Context, batch service.MessageBatch, r *result) error {
	if o.letters == nil {
		return refusedError(batch, r)
	}
	if len(r.refused)+len(r.failed) == 0 {
		return nil
	}
	if ctx.Err() != nil {
		return service.ErrNotConnected // the output stops, and the next one sends them
	}
	d := &delivery{}
	for i, m := range batch {
		err := r.failed[i]
		if refusal := r.refused[i]; refusal != nil {
			err = refusal
		}
		if err != nil {
			letter := m.Copy()
			letter.SetError(err)
			// The letter has left the order of its partition: it needs no ticket.
			letter.MetaDelete(record.Batch)
			d.letters = append(d.letters, letter)
		}
	}
	o.letters.send(d)
	return o.deliver(ctx, batch, d)
}

// deliver waits for the child's answer. While there is none it returns exactly
// ErrNotConnected when the framework is to show the wait, and goes on when the
// framework brings the batch again, without a second write of rows or letters.
func (o *output) deliver(ctx context.Context, batch service.MessageBatch, d *delivery) error {
	this := rows.Identity(batch)
	for {
		err := d.wait(ctx)
		if err == nil {
			o.state.Succeeded(this)
			return nil
		}
		if ctx.Err() != nil {
			break
		}
		why := o.letters.reason(d, err)
		o.metrics.waits(1, why.Cause)
		resting, awake := d.unanswered(ctx, err)
		again := o.state.Wait(resting, this, why)
		answered := resting.Err() != nil
		awake()
		if ctx.Err() != nil {
			break
		}
		o.letters.repeat(d, err)
		if !again && !answered {
			break
		}
	}
	o.letters.leave(d, batch)
	return service.ErrNotConnected
}

// refusedError names the messages that were refused, nil for none.
func refusedError(batch service.MessageBatch, result *result) error {
	errs := make(map[int]error, len(result.refused)+len(result.failed))
	for i, err := range result.failed {
		errs[i] = err
	}
	for i, refusal := range result.refused {
		errs[i] = refusal
	}
	if len(errs) == 0 {
		return nil
	}
	first := len(batch)
	for i := range errs {
		first = min(first, i)
	}
	all := service.NewBatchError(batch, fmt.Errorf("refusing %d of %d orders, the first: %w", len(errs), len(batch), errs[first]))
	for i, err := range errs {
		all = all.Failed(i, err)
	}
	return all
}

// delivery is the dead letters of one batch.
type delivery struct {
	letters  service.MessageBatch // those that the child has not taken
	sent     *service.Indexer     // of the last try
	answered chan struct{}        // closed when err is the child's answer
	err      error
	told     bool   // that there is no answer
	batch    uint64 // the fingerprint of a batch that the framework brings again
}

// wait returns the child's answer, or errNoAnswer.
func (d *delivery) wait(ctx context.Context) error {
	select {
	case <-d.answered:
		return d.err
	default:
	}
	if d.told {
		return errNoAnswer
	}
	patience := time.NewTimer(answerFor)
	defer patience.Stop()
	select {
	case <-d.answered:
		return d.err
	case <-patience.C:
		d.told = true
		return errNoAnswer
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unanswered ends when the answer comes that was not here yet. When the answer was an
// error, it ends with ctx: the letters are sent again after a pause.
func (d *delivery) unanswered(ctx context.Context, err error) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if errors.Is(err, errNoAnswer) {
		answered := d.answered
		go func() {
			select {
			case <-answered:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	return ctx, cancel
}
