package dlq

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

// marker marks the letters that are safe where they were sent to, and counts.
type marker struct {
	topic  string                  // the dead letter topic
	client *kgo.Client             // for the marks
	stop   context.CancelCauseFunc // ends the reading of further letters

	mu      sync.Mutex
	result  result
	refused error // of the first letter that was
	failed  error // what has ended the run
}

func newMarker(t *topic.Topic, matched int, stop context.CancelCauseFunc) (*marker, error) {
	client, err := t.Client(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.AllowIdempotentProduceCancellation())
	return &marker{topic: t.Name, client: client, stop: stop, result: result{Topic: t.Name, Matched: matched}}, err
}

// mark marks a letter and then calls done.
func (m *marker) mark(ctx context.Context, letter deadletter.Position, to string, done func()) {
	m.client.Produce(ctx, deadletter.NewMark(m.topic, letter, to, time.Now()), func(_ *kgo.Record, err error) {
		m.marked(letter, err)
		done()
	})
}

// marked counts a letter that was sent. When marks cannot be written, no more
// letters are sent: the next run would send them all again.
func (m *marker) marked(letter deadletter.Position, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		m.result.Replayed++
		return
	}
	m.result.Unmarked++
	m.fail(fmt.Errorf("letter %s was sent, but marking it in topic %s: %w", letter, m.topic, err))
}

// refuse counts letters that were not sent. What is wrong with a record alone
// does not keep the others waiting.
func (m *marker) refuse(letters int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.result.Refused += letters
	if m.refused == nil {
		m.refused = err
	}
	if !errors.Is(err, kerr.MessageTooLarge) && !errors.Is(err, kerr.InvalidTimestamp) && !errors.Is(err, kerr.InvalidRecord) && !errors.Is(err, errTimestamp) {
		m.fail(err)
	}
}

func (m *marker) fail(err error) {
	if m.failed == nil {
		m.failed = err
	}
	m.stop(err)
}

// verdict is the result of a run in which so many letters were still there, and
// its error: what has ended it, or else what was left out.
func (m *marker) verdict(seen int, err error) (result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		m.result.Gone = m.result.Matched - seen
	}
	switch {
	case m.failed != nil:
		err = m.failed
	case errors.Is(err, errInterrupted):
		err = fmt.Errorf("%w: run it again for the rest", err)
	case err != nil:
	case m.refused != nil:
		err = fmt.Errorf("%s were refused, the first one: %w", letters(m.result.Refused), m.refused)
	case m.result.Gone > 0:
		err = fmt.Errorf("%s are no longer in topic %s", letters(m.result.Gone), m.topic)
	}
	return m.result, err
}
