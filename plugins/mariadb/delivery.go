package mariadb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// finish ends a batch whose rows are committed. It returns nil when the child has taken the
// dead letters (Invariant 1). Without a child it returns the error with the refusals.
func (o *output) finish(ctx context.Context, batch service.MessageBatch, r *store.Result) error {
	if o.deadLetters == nil {
		return refusedError(batch, r)
	}
	if r.DeadLetters() == 0 {
		return nil
	}
	if ctx.Err() != nil {
		return service.ErrNotConnected // the output stops, and the next one sends them
	}
	d := &delivery{}
	interpolated := o.tablesOf(batch)
	for i, m := range batch {
		if err := r.Err(i); err != nil {
			deadLetter := m.Copy()
			deadLetter.SetError(err)
			// A dead letter has left the order of its partition: it needs no ticket.
			deadLetter.MetaDelete(record.Batch)
			if name := tableOf(interpolated, i); name != "" {
				deadLetter.MetaSetMut(record.Table, record.TableMetadata(name))
			}
			d.messages = append(d.messages, deadLetter)
		}
	}
	o.deadLetters.send(d)
	return o.deliver(ctx, batch, d)
}

// tableOf returns the name of the table of a message, "" when the table is configured or
// when no table can have the name.
func tableOf(interpolated func(message int) (string, error), message int) string {
	if interpolated == nil {
		return ""
	}
	name, err := interpolated(message)
	if err != nil {
		return ""
	}
	var target table.Target
	if target.Database, target.Table, err = table.ParseName(name); err != nil || target.CheckName() != nil {
		return ""
	}
	return target.PlainName()
}

// deliver waits for the child's answer. Without an answer it returns exactly
// ErrNotConnected, so that the framework shows the wait. When the framework brings the batch
// again, deliver goes on and writes neither rows nor dead letters a second time.
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
		why := o.deadLetters.reason(d, err)
		o.metrics.Waits(1, why.Cause)
		// The missing answer ends the pause. After an answer that was an error, the dead letters
		// are sent again when the pause is over.
		resting, awake := context.WithCancel(ctx)
		forget := func() bool { return false }
		if errors.Is(err, errNoAnswer) {
			forget = context.AfterFunc(d.answered, awake)
		}
		again := o.state.Wait(resting, this, why)
		answered := resting.Err() != nil
		forget()
		awake()
		if ctx.Err() != nil {
			break
		}
		if !errors.Is(err, errNoAnswer) {
			d.keepFailed(err)
			o.deadLetters.send(d)
		}
		if !again && !answered {
			break
		}
	}
	o.deadLetters.leave(d, batch)
	return service.ErrNotConnected
}

// refusedError returns the refused messages as an error, nil when there are none.
func refusedError(batch service.MessageBatch, result *store.Result) error {
	var all *service.BatchError
	for i := range batch {
		if err := result.Err(i); err != nil {
			if all == nil {
				all = service.NewBatchError(batch, fmt.Errorf("refusing %d of %d messages, the first: %w", result.DeadLetters(), len(batch), err))
			}
			all = all.Failed(i, err)
		}
	}
	if all == nil {
		return nil // and no *service.BatchError that is nil
	}
	return all
}

// delivery is the dead letters of one batch.
type delivery struct {
	messages service.MessageBatch // those that the child has not taken
	sent     *service.Indexer     // of the last try
	answered context.Context      // ends when err is the child's answer
	err      error
	late     bool   // there was no answer within answerTimeout
	batch    uint64 // the fingerprint of a batch that the framework brings again
}

// wait returns the child's answer, or errNoAnswer.
func (d *delivery) wait(ctx context.Context) error {
	select {
	case <-d.answered.Done():
		return d.err
	default:
	}
	if d.late {
		return errNoAnswer
	}
	patience := time.NewTimer(answerTimeout)
	defer patience.Stop()
	select {
	case <-d.answered.Done():
		return d.err
	case <-patience.C:
		d.late = true
		return errNoAnswer
	case <-ctx.Done():
		return ctx.Err()
	}
}
