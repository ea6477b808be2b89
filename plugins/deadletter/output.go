package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

const fieldOutput = "output"

// OutputSpec describes the dead_letter_send output.
func OutputSpec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Utility").
		Summary("Gives dead letters to another output until it has taken them, and says so while it has not.").
		Description(`
A topic that is missing, a broker that refuses or cannot be reached: the letters wait, and with them what lies behind them in their partitions. Meanwhile this output is not connected to the framework, so that `+"`/ready`"+` answers 503 and `+"`/<stream>/ready`"+` says since when, for what reason and when it tries again; its own log says once when that begins and when it is over (the other output may log its tries). An output that has this one as a child, as the `+"`dead_letter`"+` of `+"`mariadb_upsert`"+`, shows the same reason. One batch is sent at a time.

A batch that is not taken as a whole is sent once more letter by letter, and then only what is left of it: one letter that its topic does not take keeps no other from it, and several that fit alone but not together are taken, too. A letter may so come twice; its headers say which record it is of.

== Metrics

- `+"`dead_letter_send_total`"+`, a counter by `+"`code`"+` of letters that were taken; the code is metadata `+"`"+record.LetterCode+"`"+`.
- `+"`dead_letter_send_waits_total`"+`, a counter of tries that ended in waiting.
- `+"`dead_letter_send_state`"+`, a gauge by `+"`state`: `running` or `waiting`"+` is 1, the other is 0.
`).
		Field(service.NewOutputField(fieldOutput).Description("Takes the letters.")).
		Example("A topic", "The reason is put into headers before, by a mapping.", `
output:
  dead_letter_send:
    output:
      redpanda:
        seed_brokers: [ 127.0.0.1:9092 ]
        topic: orders.dead-letter
        acks: all
`)
}

func init() {
	service.MustRegisterBatchOutput("dead_letter_send", OutputSpec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchOutput, service.BatchPolicy, int, error) {
			o, err := newOutput(parsed, resources)
			// One at a time: what keeps one from being taken keeps all, and the
			// framework can show one reason.
			return o, service.BatchPolicy{}, 1, err
		})
}

type output struct {
	child  *service.OwnedOutput
	wait   *wait
	logger *service.Logger
	sent   *service.MetricCounter

	alive   context.Context // until the output is closed
	close   func()
	busy    atomic.Bool            // a batch is in hand
	written bool                   // the child was: else there is nothing to close
	batch   service.MessageBatch   // in hand
	todo    []service.MessageBatch // of the batch in hand: as a whole, later letter by letter
	answer  chan error             // of the first of them, once it is on its way
	refused error                  // the last answer that was no
}

// answerFor is how long a write may go without an answer before that is told. The
// client of a broker that is away may go on trying without a word, for ever.
const answerFor = 5 * time.Second

var errNoAnswer = errors.New("there is no answer yet")

func newOutput(parsed *service.ParsedConfig, resources *service.Resources) (*output, error) {
	child, err := parsed.FieldOutput(fieldOutput)
	if err != nil {
		return nil, err
	}
	metrics := resources.Metrics()
	alive, stop := context.WithCancel(context.Background())
	return &output{
		alive: alive, close: stop, child: child, wait: newWait("dead_letter_send", metrics), logger: resources.Logger(),
		sent: metrics.NewCounter("dead_letter_send_total", "code"),
	}, nil
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
	err := o.deliver(ctx, batch)
	if err == nil {
		o.busy.Store(false)
		if waited := o.wait.over(); waited > 0 {
			o.logger.Infof("Delivering dead letters: the wait is over, after %v.", waited.Round(time.Millisecond))
		}
		return nil
	}
	if ctx.Err() == nil { // else the output is being stopped
		letters := 0
		for _, part := range o.todo {
			letters += len(part)
		}
		// That there is no answer yet says less than an answer before it.
		paced := !errors.Is(err, errNoAnswer)
		if !paced && o.refused != nil {
			err = o.refused
		}
		o.wait.begin(fmt.Sprintf("to deliver %d dead letters", letters), err, paced)
	}
	return service.ErrNotConnected
}

func (o *output) deliver(ctx context.Context, batch service.MessageBatch) error {
	if o.todo != nil && record.Fingerprint(o.batch) != record.Fingerprint(batch) {
		// The caller has given up the batch in hand, and gets no acknowledgement of
		// it. The answer to its letters must not count for those of this batch.
		if err := o.await(ctx); err != nil && (errors.Is(err, errNoAnswer) || ctx.Err() != nil) {
			return err
		}
		o.todo, o.refused = nil, nil
	}
	if o.todo == nil {
		o.batch, o.todo = batch, []service.MessageBatch{batch}
	}
	// What is not taken goes behind the others. When two letters are not, it is
	// hardly their own fault, and more would only cost time.
	var failed error
	failures := 0
	for n := len(o.todo); n > 0; n-- {
		part := o.todo[0]
		o.send(part)
		err := o.await(ctx)
		switch {
		case err == nil:
			o.todo = o.todo[1:]
		case errors.Is(err, errNoAnswer), ctx.Err() != nil:
			return err
		case len(part) > 1:
			o.todo = o.todo[1:]
			for i := range part {
				o.todo = append(o.todo, part[i:i+1])
			}
			n = len(o.todo) + 1
		default:
			o.todo, failed = append(o.todo[1:], part), err
			if failures++; failures == 2 {
				return failed
			}
		}
	}
	if failed == nil {
		o.batch, o.todo, o.refused = nil, nil, nil
	}
	return failed
}

// send writes a part, unless it is on its way already.
func (o *output) send(part service.MessageBatch) {
	if o.answer == nil {
		answer := make(chan error, 1)
		go func() { answer <- o.child.WriteBatch(o.alive, part.Copy()) }()
		o.answer = answer
	}
}

// await returns the answer to the first part, nil also when the part is not on its way.
func (o *output) await(ctx context.Context) error {
	if o.answer == nil {
		return nil
	}
	patience := time.NewTimer(answerFor)
	defer patience.Stop()
	select {
	case err := <-o.answer:
		o.answer = nil
		if err != nil {
			o.refused = err
			return err
		}
	case <-patience.C:
		return errNoAnswer
	case <-ctx.Done():
		return ctx.Err()
	}
	for _, letter := range o.todo[0] {
		code, found := letter.MetaGet(record.LetterCode)
		if !found {
			code = "unknown"
		}
		o.sent.Incr(1, code)
	}
	return nil
}

// ConnectionTest implements service.ConnectionTestable. While letters wait it says so,
// which an output that has this one as a child can show. The child is not asked while
// it has letters: its test might wait for them, or end the connection that they use.
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
	if o.answer != nil {
		<-o.answer // the child must not be closed while it is being written to
	}
	return o.child.Close(ctx)
}
