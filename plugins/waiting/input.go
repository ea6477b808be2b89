package waiting

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"gopkg.in/yaml.v3"
)

const (
	fieldInput = "input"
	fieldIdle  = "idle"
	fieldDrop  = "drop_metadata"

	// How long a server may take to answer, and an input to end.
	askFor   = 10 * time.Second
	closeFor = time.Second
)

// InputSpec describes the read_watched input.
func InputSpec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Utility").
		Summary("Reads from another input, and says so while the server of that one cannot be reached.").
		Description(`
When nothing has come for `+"`idle`"+` and nothing is being written, the server is asked whether it is there (with the other input's own connection test; an input that has none is never asked). If it is not, the other input is closed, with its client that would log every try, and the server is asked again with growing pauses. Meanwhile this input is not connected to the framework, so that `+"`/ready`"+` answers 503 and `+"`/<stream>/ready`"+` says since when, for what reason and when it tries again; the log says once when that begins and when it is over. Then the other input is made anew, and reads on from what was acknowledged.

== Metrics

- `+"`read_watched_waits_total`"+`, a counter of tries that ended in waiting.
- `+"`read_watched_state`"+`, a gauge by `+"`state`: `running` or `waiting`"+` is 1, the other is 0.
`).
		Fields(
			service.NewInputField(fieldInput).Description("Reads the messages."),
			service.NewDurationField(fieldIdle).
				Description("How long nothing may come before the server is asked.").
				Default("10s").
				Advanced(),
			service.NewStringListField(fieldDrop).
				Description("Metadata that nobody needs, taken off each message. A message with up to 8 keys is much lighter than one with more; the `redpanda` input sets 8, and `connect_json_decode` can add 2.").
				Default([]any{}).
				Advanced(),
		).
		Example("A topic", "", `
input:
  read_watched:
    input:
      redpanda:
        seed_brokers: [ 127.0.0.1:9092 ]
        topics: [ orders ]
        consumer_group: order-sink
`)
}

func init() {
	service.MustRegisterBatchInput("read_watched", InputSpec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchInput, error) {
			return newInput(parsed, resources)
		})
}

type input struct {
	parsed *service.ParsedConfig // to make the child anew
	child  *service.OwnedInput   // nil while its server is away
	probe  *service.OwnedInput   // is never read, only asked
	read   bool                  // the child was: else there is nothing to close
	idle   time.Duration
	drop   []string
	wait   *wait
	logger *service.Logger

	mutex   sync.Mutex
	pending map[int64]service.AckFunc // of batches that are being written
	handed  int64
}

func newInput(parsed *service.ParsedConfig, resources *service.Resources) (*input, error) {
	child, err := parsed.FieldInput(fieldInput)
	if err != nil {
		return nil, err
	}
	idle, err := parsed.FieldDuration(fieldIdle)
	if err != nil {
		return nil, err
	}
	if idle <= 0 {
		return nil, errors.New(fieldIdle + " must be longer than nothing")
	}
	drop, err := parsed.FieldStringList(fieldDrop)
	if err != nil {
		return nil, err
	}
	return &input{
		parsed: parsed, probe: newProbe(parsed, child), child: child, idle: idle, drop: drop, logger: resources.Logger(),
		wait: newWait("read_watched", resources.Metrics()), pending: make(map[int64]service.AckFunc),
	}, nil
}

// newProbe makes the child once more, without a log: its connection test uses a
// client of its own, which would log each try. A child that needs resources is
// asked itself.
func newProbe(parsed *service.ParsedConfig, child *service.OwnedInput) *service.OwnedInput {
	config, err := parsed.FieldAny(fieldInput)
	if err != nil {
		return child
	}
	text, err := yaml.Marshal(map[string]any{fieldInput: config})
	if err != nil {
		return child
	}
	silent, err := InputSpec().ParseYAML(string(text), nil)
	if err != nil {
		return child
	}
	probe, err := silent.FieldInput(fieldInput)
	if err != nil {
		return child
	}
	return probe
}

// newWait makes the metrics of a plugin's wait.
func newWait(plugin string, metrics *service.Metrics) *wait {
	waits := metrics.NewCounter(plugin + "_waits_total")
	waits.Incr(0) // it is there from the start: what appears only later has not risen
	states := metrics.NewGauge(plugin+"_state", "state")
	w := &wait{count: func() { waits.Incr(1) }, show: func(n int64, state string) { states.Set(n, state) }}
	w.shown(stateRunning)
	return w
}

// Connect implements service.BatchInput. It returns an error once a wait, and
// then asks until the server is there.
func (i *input) Connect(ctx context.Context) error {
	for {
		if err := i.wait.announce(); err != nil {
			return service.NewErrBackOff(err, 0)
		}
		if err := i.wait.rest(ctx); err != nil {
			return err
		}
		err := i.ask(ctx)
		if err == nil && i.child == nil {
			i.child, err = i.parsed.FieldInput(fieldInput)
			i.read = false
		}
		if err == nil {
			if waited := i.wait.over(); waited > 0 {
				i.logger.Infof("Reading: the wait is over, after %v.", waited.Round(time.Millisecond))
			}
			return nil
		}
		i.away(err)
	}
}

// ask returns why the server cannot be reached.
func (i *input) ask(ctx context.Context) error {
	ctx, done := context.WithTimeout(ctx, askFor)
	defer done()
	for _, result := range i.probe.ConnectionTest(ctx) {
		if result.Err != nil && !errors.Is(result.Err, service.ErrConnectionTestNotSupported) {
			return result.Err
		}
	}
	return nil
}

// away ends the child. What it has read and not given away is read again later.
func (i *input) away(reason error) {
	ctx, done := context.WithTimeout(context.Background(), closeFor)
	defer done()
	_ = i.end(ctx) // it ends by itself when its server answers or the process ends
	i.child = nil
	i.wait.begin("to read", reason, true)
}

// end closes the child. One that was never read has not begun, and would never
// say that it has ended.
func (i *input) end(ctx context.Context) error {
	if i.child == nil || !i.read {
		return nil
	}
	return i.child.Close(ctx)
}

// ReadBatch implements service.BatchInput.
func (i *input) ReadBatch(ctx context.Context) (service.MessageBatch, service.AckFunc, error) {
	for i.child != nil {
		i.read = true
		short, done := context.WithTimeout(ctx, i.idle)
		batch, acknowledge, err := i.child.ReadBatch(short)
		done()
		if err == nil {
			for _, message := range batch {
				for _, key := range i.drop {
					message.MetaDelete(key)
				}
			}
			return batch, i.hand(acknowledge), nil
		}
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return nil, nil, err
		}
		// Ended while its batches are being written, the child's successor would
		// read them again beside those, and a partition would lose its order.
		if i.writing() {
			continue
		}
		if err := i.ask(ctx); err != nil && ctx.Err() == nil {
			i.away(err)
		}
	}
	return nil, nil, service.ErrNotConnected
}

// hand keeps account of a batch that is given away.
func (i *input) hand(acknowledge service.AckFunc) service.AckFunc {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.handed++
	n := i.handed
	i.pending[n] = acknowledge
	return func(ctx context.Context, err error) error {
		defer func() {
			i.mutex.Lock()
			defer i.mutex.Unlock()
			delete(i.pending, n)
		}()
		return acknowledge(ctx, err)
	}
}

func (i *input) writing() bool {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return len(i.pending) > 0
}

// ConnectionTest implements service.ConnectionTestable.
func (i *input) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	if err := i.ask(ctx); err != nil {
		return service.ConnectionTestFailed(err).AsList()
	}
	return service.ConnectionTestSucceeded().AsList()
}

// Close implements service.BatchInput. The framework has all verdicts by now, but
// for a batch that it has read and dropped: the child would wait for that one.
func (i *input) Close(ctx context.Context) error {
	i.mutex.Lock()
	dropped := i.pending
	i.pending = nil
	i.mutex.Unlock()
	for _, acknowledge := range dropped {
		_ = acknowledge(ctx, service.ErrNotConnected) // it is read again by whoever comes next
	}
	return i.end(ctx)
}
