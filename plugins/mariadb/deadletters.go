package mariadb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/retry"
)

const (
	fieldDeadLetter = "dead_letter"

	// causeDeadLetter is the cause of a wait for the output of dead letters.
	causeDeadLetter = "dead_letter"

	// The output of dead letters may take answerTimeout before the wait is shown,
	// askTimeout to say what it waits for, and closeTimeout to close.
	answerTimeout = 5 * time.Second
	askTimeout    = time.Second
	closeTimeout  = 5 * time.Second
)

var errNoAnswer = errors.New("there is no answer yet")

func deadLetterField() *service.ConfigField {
	return service.NewOutputField(fieldDeadLetter).
		Description("An output for the messages that this output, or the processors before it, refused. Without `dead_letter` these messages fail, so that a `fallback` can take them.").
		Example(map[string]any{"resource": "dead_letter"}).
		Optional()
}

// deadLetters writes dead letters to a child output.
type deadLetters struct {
	child  *service.OwnedOutput
	alive  context.Context // until the output is closed
	close  context.CancelFunc
	sends  sync.WaitGroup
	asking atomic.Bool // the child is being asked what it waits for

	mutex   sync.Mutex
	used    bool        // the child was written to: else there is nothing to close
	waiting []*delivery // of batches that the framework brings again
}

func newDeadLetters(child *service.OwnedOutput) *deadLetters {
	alive, stop := context.WithCancel(context.Background())
	return &deadLetters{child: child, alive: alive, close: stop}
}

// send writes dead letters to the child.
func (l *deadLetters) send(d *delivery) {
	answered, answer := context.WithCancel(context.Background())
	d.answered, d.late = answered, false
	batch := d.messages.Copy()
	d.sent = batch.Index()
	l.mutex.Lock()
	if !l.used { // by two first batches at once, the child would be started twice
		l.used = true
		_ = l.child.Prime() // an error: WriteBatch tries it again, and returns it
	}
	l.mutex.Unlock()
	l.sends.Go(func() {
		d.err = l.child.WriteBatch(l.alive, batch)
		answer()
	})
}

// keepFailed leaves out the dead letters that the child has taken, if it says which.
func (d *delivery) keepFailed(err error) {
	some, ok := errors.AsType[*service.BatchError](err)
	if !ok || some.IndexedErrors() == 0 {
		return
	}
	failed := make(map[int]bool)
	some.WalkMessagesIndexedBy(d.sent, func(i int, _ *service.Message, err error) bool {
		if err != nil {
			failed[i] = true
		}
		return true
	})
	var left service.MessageBatch
	for i, m := range d.messages {
		if failed[i] {
			left = append(left, m)
		}
	}
	if len(left) > 0 && len(left) == len(failed) { // else the error is of an unknown message
		d.messages = left
	}
}

// leave keeps a delivery for the batch that the framework brings again.
func (l *deadLetters) leave(d *delivery, batch service.MessageBatch) {
	d.batch = record.Fingerprint(batch)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.waiting = append(l.waiting, d)
}

// resume returns the delivery of a batch that the framework brings again, nil for a
// batch that has none: its rows are to be written.
func (l *deadLetters) resume(batch service.MessageBatch) *delivery {
	if !l.hasWaiting() {
		return nil
	}
	this := record.Fingerprint(batch)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for i, d := range l.waiting {
		if d.batch == this {
			l.waiting = slices.Delete(l.waiting, i, i+1)
			return d
		}
	}
	return nil
}

// hasWaiting says whether the framework has a batch whose dead letters were sent.
func (l *deadLetters) hasWaiting() bool {
	if l == nil {
		return false
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.waiting) > 0
}

// reason returns why the dead letters are not delivered: what the child says that it waits
// for, else its error.
func (l *deadLetters) reason(d *delivery, err error) retry.Reason {
	r := retry.Reason{Work: "Delivering dead letters", Cause: causeDeadLetter, For: fmt.Sprintf("to deliver %d dead letters", len(d.messages))}
	if errors.Is(err, errNoAnswer) {
		if said := l.ask(); said != nil {
			err = said
		}
	}
	r.Text = explain(err).Error()
	// dead_letter_send says so, and it knows how many dead letters are left.
	if child, ok := errors.AsType[*retry.State](err); ok {
		said := child.Reason()
		r.For, r.Text = said.For, said.Text
	}
	return r
}

// ask returns the error of the child's connection test. A child that does not answer
// is not asked a second time before it does.
func (l *deadLetters) ask() error {
	if !l.asking.CompareAndSwap(false, true) {
		return nil
	}
	said := make(chan error, 1)
	go func() {
		defer l.asking.Store(false)
		for _, result := range l.child.ConnectionTest(l.alive) {
			if result.Err != nil && !errors.Is(result.Err, service.ErrConnectionTestNotSupported) {
				said <- result.Err
				return
			}
		}
		said <- nil
	}()
	select {
	case err := <-said:
		return err
	case <-time.After(askTimeout):
		return nil
	}
}

// end closes the child. Dead letters without an answer are not acknowledged, and the child
// may wait for their topic longer than a stop may take.
func (l *deadLetters) end(ctx context.Context) {
	l.close()
	l.sends.Wait()
	if !l.used {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	_ = l.child.Close(ctx)
}
