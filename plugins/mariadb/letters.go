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

	// answerFor is how long the output of dead letters may take before the wait is
	// shown, askFor how long it may take to say what it waits for, and closeFor how
	// long to close.
	answerFor = 5 * time.Second
	askFor    = time.Second
	closeFor  = 5 * time.Second
)

var errNoAnswer = errors.New("there is no answer yet")

const descriptionOfLetters = `

== Dead letters

With ` + "`dead_letter`" + `, the output writes every refused and every failed message to that output, after it has committed the other rows. Each message has its content and metadata as it came, and the reason as its error, which ` + "`error()`" + ` returns in a mapping. The batch is acknowledged when the output has taken all of them, and it counts as sent. While the output does not take them, ` + "`mariadb_upsert`" + ` is not ready, says so, and keeps the batch.

Without ` + "`dead_letter`" + `, the write of a batch with refusals fails for the messages that were refused, and a ` + "`fallback`" + ` output can write them elsewhere. The framework then logs an error for each such batch and counts it in ` + "`output_error`" + `.`

func deadLetterField() *service.ConfigField {
	return service.NewOutputField(fieldDeadLetter).
		Description("An output for the messages that are refused, by this output or by the processors before it. Leave it out to have them fail, for a `fallback`.").
		Example(map[string]any{"resource": "dead_letter"}).
		Optional()
}

// letters writes dead letters to a child output.
type letters struct {
	child *service.OwnedOutput
	alive context.Context // until the output is closed
	close context.CancelFunc
	sends sync.WaitGroup
	asks  atomic.Bool // the child is being asked what it waits for

	mutex sync.Mutex
	used  bool        // the child was written to: else there is nothing to close
	left  []*delivery // of batches that the framework brings again
}

func newLetters(child *service.OwnedOutput) *letters {
	alive, stop := context.WithCancel(context.Background())
	return &letters{child: child, alive: alive, close: stop}
}

// send writes the letters to the child.
func (l *letters) send(d *delivery) {
	answered := make(chan struct{})
	d.answered, d.told = answered, false
	batch := d.letters.Copy()
	d.sent = batch.Index()
	l.mutex.Lock()
	if !l.used { // by two first batches at once, the child would be started twice
		l.used = true
		_ = l.child.Prime() // an error: WriteBatch tries it again, and returns it
	}
	l.mutex.Unlock()
	l.sends.Add(1)
	go func() {
		defer l.sends.Done()
		d.err = l.child.WriteBatch(l.alive, batch)
		close(answered)
	}()
}

// repeat sends the letters again when the child's answer was an error.
func (l *letters) repeat(d *delivery, err error) {
	if !errors.Is(err, errNoAnswer) {
		d.keepFailed(err)
		l.send(d)
	}
}

// keepFailed leaves out the letters that the child has taken, if it says which.
func (d *delivery) keepFailed(err error) {
	var some *service.BatchError
	if !errors.As(err, &some) || some.IndexedErrors() == 0 {
		return
	}
	failed := make(map[int]bool)
	known := true
	some.WalkMessagesIndexedBy(d.sent, func(i int, _ *service.Message, err error) bool {
		if err != nil {
			known = known && i >= 0 && i < len(d.letters)
			failed[i] = true
		}
		return true
	})
	if !known || len(failed) == 0 {
		return
	}
	var left service.MessageBatch
	for i, letter := range d.letters {
		if failed[i] {
			left = append(left, letter)
		}
	}
	d.letters = left
}

// leave keeps a delivery for the batch that the framework brings again.
func (l *letters) leave(d *delivery, batch service.MessageBatch) {
	d.batch = record.Fingerprint(batch)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.left = append(l.left, d)
}

// resume returns the delivery of a batch that the framework brings again, nil for a
// batch that has none: its rows are to be written.
func (l *letters) resume(batch service.MessageBatch) *delivery {
	if !l.waiting() {
		return nil
	}
	this := record.Fingerprint(batch)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for i, d := range l.left {
		if d.batch == this {
			l.left = slices.Delete(l.left, i, i+1)
			return d
		}
	}
	return nil
}

// waiting says that the framework has a batch whose letters are on their way.
func (l *letters) waiting() bool {
	if l == nil {
		return false
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.left) > 0
}

// reason says why the letters are not delivered: what the child says that it waits
// for, else its error.
func (l *letters) reason(d *delivery, err error) retry.Reason {
	r := retry.Reason{Work: "Delivering dead letters", Cause: causeDeadLetter, For: fmt.Sprintf("to deliver %d dead letters", len(d.letters))}
	if errors.Is(err, errNoAnswer) {
		if said := l.ask(); said != nil {
			err = said
		}
	}
	r.Text = explain(err).Error()
	// dead_letter_send says so, and it knows how many of the letters are left.
	var child *retry.State
	if errors.As(err, &child) {
		said := child.Reason()
		r.For, r.Text = said.For, said.Text
	}
	return r
}

// ask returns the error of the child's connection test. A child that does not answer
// is not asked a second time before it does.
func (l *letters) ask() error {
	if !l.asks.CompareAndSwap(false, true) {
		return nil
	}
	said := make(chan error, 1)
	go func() {
		defer l.asks.Store(false)
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
	case <-time.After(askFor):
		return nil
	}
}

// end closes the child. Letters without an answer are not acknowledged, and the child
// may wait for their topic longer than a stop may take.
func (l *letters) end(ctx context.Context) {
	l.close()
	l.sends.Wait()
	if !l.used {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, closeFor)
	defer cancel()
	_ = l.child.Close(ctx)
}
