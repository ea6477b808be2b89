package waiting

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"gopkg.in/yaml.v3"
)

const (
	fieldInput = "input"
	fieldIdle  = "idle"

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
				Default("5s").
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
	probe  *service.Stream       // asks the server without a word in the log
	child  *service.OwnedInput   // nil while its server is away
	idle   time.Duration
	wait   *wait
	logger *service.Logger

	pending atomic.Int64 // batches that are being written
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
	probe, err := newProbe(parsed)
	if err != nil {
		return nil, err
	}
	return &input{
		parsed: parsed, probe: probe, child: child, idle: idle, logger: resources.Logger(),
		wait: newWait("read_watched", resources.Metrics()),
	}, nil
}

// variable is what the framework replaces by a variable of the environment.
var variable = regexp.MustCompile(`\$\{([0-9A-Za-z_.]+(?::[^}]*)?)\}`)

// newProbe makes a stream of the same child that is never run: a component's
// connection test makes a client of its own, which would log that it fails.
func newProbe(parsed *service.ParsedConfig) (*service.Stream, error) {
	config, err := parsed.FieldAny(fieldInput)
	if err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(config)
	if err != nil {
		return nil, err
	}
	builder := service.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.DiscardHandler))
	// The variables are in it already; a value that looks like one is none.
	if err := builder.AddInputYAML(variable.ReplaceAllString(string(text), "$${{$1}}")); err != nil {
		return nil, fmt.Errorf("reading %s: %w", fieldInput, err)
	}
	if err := builder.AddOutputYAML("drop: {}"); err != nil {
		return nil, err
	}
	return builder.Build()
}

// newWait makes the metrics of a plugin's wait.
func newWait(plugin string, metrics *service.Metrics) *wait {
	waits := metrics.NewCounter(plugin + "_waits_total")
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
	results, err := i.probe.ConnectionTest(ctx)
	if err != nil {
		return err
	}
	for _, result := range results {
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
	if i.child != nil {
		_ = i.child.Close(ctx) // it ends by itself when its server answers or the process ends
		i.child = nil
	}
	i.wait.begin("to read", reason)
}

// ReadBatch implements service.BatchInput.
func (i *input) ReadBatch(ctx context.Context) (service.MessageBatch, service.AckFunc, error) {
	for i.child != nil {
		short, done := context.WithTimeout(ctx, i.idle)
		batch, acknowledge, err := i.child.ReadBatch(short)
		done()
		if err == nil {
			i.pending.Add(1)
			return batch, func(ctx context.Context, err error) error {
				defer i.pending.Add(-1)
				return acknowledge(ctx, err)
			}, nil
		}
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return nil, nil, err
		}
		// Ended while its batches are being written, the child's successor would
		// read them again beside those, and a partition would lose its order.
		if i.pending.Load() > 0 {
			continue
		}
		if err := i.ask(ctx); err != nil && ctx.Err() == nil {
			i.away(err)
		}
	}
	return nil, nil, service.ErrNotConnected
}

// ConnectionTest implements service.ConnectionTestable.
func (i *input) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	if err := i.ask(ctx); err != nil {
		return service.ConnectionTestFailed(err).AsList()
	}
	return service.ConnectionTestSucceeded().AsList()
}

// Close implements service.BatchInput.
func (i *input) Close(ctx context.Context) error {
	if i.child == nil {
		return nil
	}
	return i.child.Close(ctx)
}
