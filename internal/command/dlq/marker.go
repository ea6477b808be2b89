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

// marker marks the dead letters that reached their target, and counts them.
type marker struct {
	topic  string                  // the dead letter topic
	client *kgo.Client             // for the marks
	stop   context.CancelCauseFunc // no dead letter is read any more

	mu      sync.Mutex
	result  result
	refused error // of the first dead letter that was not sent
	failed  error // ended the run
}

func newMarker(t *topic.Topic, matched int, stop context.CancelCauseFunc) (*marker, error) {
	client, err := t.Client(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.AllowIdempotentProduceCancellation())
	return &marker{topic: t.Name, client: client, stop: stop, result: result{Topic: t.Name, Matched: matched}}, err
}

// mark marks and counts a dead letter that was sent, and then calls done. When a mark
// cannot be written, the run ends: the next run would send all dead letters again.
func (m *marker) mark(ctx context.Context, of deadletter.Position, to string, done func()) {
	m.client.Produce(ctx, deadletter.NewMark(m.topic, of, to, time.Now()), func(_ *kgo.Record, err error) {
		defer done()
		m.mu.Lock()
		defer m.mu.Unlock()
		if err == nil {
			m.result.Replayed++
			return
		}
		m.result.Unmarked++
		m.fail(fmt.Errorf("dead letter %s was sent, but marking it in topic %s: %w", of, m.topic, err))
	})
}

// refuse counts n dead letters that were not sent. The run goes on after an error that
// only one record can have.
func (m *marker) refuse(n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.result.Refused += n
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

// finish returns the result of a run that read seen dead letters. The error is the one
// that ended the run, or else describes the dead letters that were not sent.
func (m *marker) finish(seen int, err error) (result, error) {
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
		err = fmt.Errorf("%s were refused, the first one: %w", deadLetters(m.result.Refused), m.refused)
	case m.result.Gone > 0:
		err = fmt.Errorf("%s are no longer in topic %s", deadLetters(m.result.Gone), m.topic)
	}
	return m.result, err
}
