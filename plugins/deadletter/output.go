package deadletter

import (
	"cmp"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/deadletter/headers"
	"github.com/order-sink/order-sink/plugins/deadletter/sending"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/retry"
)

// name is the name of the output in YAML.
const name = "dead_letter_send"

func init() {
	service.MustRegisterBatchOutput(name, spec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchOutput, service.BatchPolicy, int, error) {
			o, err := newOutput(parsed, resources)
			// One batch at a time: an error usually affects all batches, and the
			// framework can show only one reason.
			return o, service.BatchPolicy{}, 1, err
		})
}

type output struct {
	child *service.OwnedOutput
	queue sending.Queue[*service.Message]
	state *retry.State

	close   func()
	busy    atomic.Bool // a batch is being sent
	written bool        // the child was written to
}

func newOutput(parsed *service.ParsedConfig, resources *service.Resources) (*output, error) {
	child, err := parsed.FieldOutput(fieldOutput)
	if err != nil {
		return nil, err
	}
	metrics, logger := resources.Metrics(), resources.Logger()
	sent := metrics.NewCounter("dead_letter_send_total", "code")
	state := retry.New(10*time.Second, metrics.NewCounter("dead_letter_send_waits_total").Incr,
		metrics.NewGauge("dead_letter_send_state", "state").Set, logger.Warnf, logger.Infof)
	alive, stop := context.WithCancel(context.Background())
	return &output{
		close: stop, child: child, state: state,
		queue: sending.Queue[*service.Message]{
			Prepare: deadLetters,
			Write: func(part []*service.Message) error {
				return child.WriteBatch(alive, service.MessageBatch(part).Copy())
			},
			Accepted: func(m *service.Message) {
				code, found := m.MetaGet(record.HeaderCode)
				if !found {
					code = "unknown"
				}
				sent.Incr(1, code)
			},
		},
	}, nil
}

// Connect implements service.BatchOutput. It returns one error for each wait, and sleeps
// until the next try. The child connects by itself.
func (o *output) Connect(ctx context.Context) error {
	if err := o.state.Announce(); err != nil {
		return service.NewErrBackOff(err, 0)
	}
	return o.state.Rest(ctx)
}

// WriteBatch implements service.BatchOutput. It returns nil when the child has accepted
// the whole batch. Otherwise it returns exactly ErrNotConnected: then the framework calls
// Connect and retries the same batch (Invariants 1 and 3).
func (o *output) WriteBatch(ctx context.Context, batch service.MessageBatch) error {
	o.written = true
	o.busy.Store(true)
	left := o.queue.Send(ctx, batch)
	if left == nil {
		o.busy.Store(false)
		o.state.Succeeded(retry.Only)
		return nil
	}
	if ctx.Err() == nil { // otherwise the output is closing
		o.state.Begin(retry.Only, retry.Reason{
			Work: "Delivering dead letters", For: fmt.Sprintf("to deliver %d dead letters", left.Messages),
			Text: left.Reason.Error(), AtOnce: !left.Answered,
		})
	}
	return service.ErrNotConnected
}

func deadLetters(batch []*service.Message) []*service.Message {
	now := time.Now()
	all := make([]*service.Message, len(batch))
	for i, m := range batch {
		metadata := make(map[string]any)
		_ = m.MetaWalkMut(func(name string, value any) error {
			metadata[name] = value
			return nil
		})
		if _, found := metadata[record.Topic]; found {
			metadata[record.Topic] = record.SourceTopic(m)
		}
		if all[i] = m.Copy(); headers.Built(metadata) {
			continue
		}
		switch original, found := metadata[record.Original]; original := original.(type) {
		case string:
			all[i].SetBytes([]byte(original))
		case []byte:
			all[i].SetBytes(original)
		default:
			if found {
				all[i].SetStructuredMut(original)
			}
		}
		for name := range metadata {
			all[i].MetaDelete(name)
		}
		for name, value := range headers.Build(metadata, m.GetError(), now) {
			all[i].MetaSetMut(name, value)
		}
	}
	return all
}

// ConnectionTest implements service.ConnectionTestable. While dead letters wait, it returns
// their error, which a parent output can show. It does not test the child while the child
// has dead letters: the test could wait for them, or close their connection.
func (o *output) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	err := o.state.Err()
	if err == nil && !o.busy.Load() {
		for _, result := range o.child.ConnectionTest(ctx) {
			err = cmp.Or(err, result.Err)
		}
	}
	if err != nil {
		return service.ConnectionTestFailed(err).AsList()
	}
	return service.ConnectionTestSucceeded().AsList()
}

// Close implements service.BatchOutput. A child without a write has not started, and its
// Close would never return.
func (o *output) Close(ctx context.Context) error {
	o.close()
	if !o.written {
		return nil
	}
	o.queue.Close()
	return o.child.Close(ctx)
}
