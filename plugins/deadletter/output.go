package deadletter

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/deadletter/headers"
	"github.com/order-sink/order-sink/plugins/deadletter/sending"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// name is the output's name in YAML.
const name = "dead_letter_send"

func init() {
	service.MustRegisterBatchOutput(name, spec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchOutput, service.BatchPolicy, int, error) {
			o, err := newOutput(parsed, resources)
			// One at a time: what keeps one from being taken keeps all, and the
			// framework can show one reason.
			return o, service.BatchPolicy{}, 1, err
		})
}

type output struct {
	child  *service.OwnedOutput
	queue  sending.Queue[*service.Message]
	wait   *wait
	logger *service.Logger

	close   func()
	busy    atomic.Bool // a batch is being sent
	written bool        // the child was: else there is nothing to close
}

func newOutput(parsed *service.ParsedConfig, resources *service.Resources) (*output, error) {
	child, err := parsed.FieldOutput(fieldOutput)
	if err != nil {
		return nil, err
	}
	metrics := resources.Metrics()
	sent := metrics.NewCounter(name+"_total", "code")
	alive, stop := context.WithCancel(context.Background())
	return &output{
		close: stop, child: child, wait: newWait(name, metrics), logger: resources.Logger(),
		queue: sending.Queue[*service.Message]{
			Prepare: deadLetters,
			Write: func(part []*service.Message) error {
				return child.WriteBatch(alive, service.MessageBatch(part).Copy())
			},
			Taken: func(m *service.Message) {
				code, found := m.MetaGet(record.HeaderCode)
				if !found {
					code = "unknown"
				}
				sent.Incr(1, code)
			},
		},
	}, nil
}

// newWait makes the metrics of a wait.
func newWait(plugin string, metrics *service.Metrics) *wait {
	waits := metrics.NewCounter(plugin + "_waits_total")
	waits.Incr(0) // it is there from the start: what appears only later has not risen
	states := metrics.NewGauge(plugin+"_state", "state")
	w := &wait{count: func() { waits.Incr(1) }, show: func(n int64, state string) { states.Set(n, state) }}
	w.shown(stateRunning)
	return w
}

// Connect implements service.BatchOutput. It returns an error once a wait, and
// paces the tries. The child connects by itself.
func (o *output) Connect(ctx context.Context) error {
	if err := o.wait.announce(); err != nil {
		return service.NewErrBackOff(err, 0)
	}
	return o.wait.rest(ctx)
}

// WriteBatch implements service.BatchOutput. It returns nil when all of the batch
// is taken, else exactly ErrNotConnected, which makes the framework connect and
// bring the same batch again (Invariants 1 and 3).
func (o *output) WriteBatch(ctx context.Context, batch service.MessageBatch) error {
	o.written = true
	o.busy.Store(true)
	left := o.queue.Send(ctx, batch)
	if left == nil {
		o.busy.Store(false)
		if waited := o.wait.over(); waited > 0 {
			o.logger.Infof("Delivering dead letters: the wait is over, after %v.", waited.Round(time.Millisecond))
		}
		return nil
	}
	if ctx.Err() == nil { // else the output is being stopped
		o.wait.begin(fmt.Sprintf("to deliver %d dead letters", left.Messages), left.Reason, left.Answered)
	}
	return service.ErrNotConnected
}

// deadLetters makes the dead letters of a batch.
func deadLetters(batch []*service.Message) []*service.Message {
	now := time.Now()
	all := make([]*service.Message, len(batch))
	for i, m := range batch {
		metadata := make(map[string]any)
		_ = m.MetaWalkMut(func(name string, value any) error {
			metadata[name] = value
			return nil
		})
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

// ConnectionTest implements service.ConnectionTestable. While dead letters wait it says
// so, which an output that has this one as a child can show. The child is not asked while
// it has dead letters: its test might wait for them, or end the connection that they use.
func (o *output) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	if err := o.wait.now(); err != nil {
		return service.ConnectionTestFailed(err).AsList()
	}
	if o.busy.Load() {
		return service.ConnectionTestSucceeded().AsList()
	}
	for _, result := range o.child.ConnectionTest(ctx) {
		if result.Err != nil {
			return service.ConnectionTestFailed(result.Err).AsList()
		}
	}
	return service.ConnectionTestSucceeded().AsList()
}

// Close implements service.BatchOutput. A child that was never written to has not
// begun, and would never say that it has ended.
func (o *output) Close(ctx context.Context) error {
	o.close()
	if !o.written {
		return nil
	}
	o.queue.Close()
	return o.child.Close(ctx)
}
