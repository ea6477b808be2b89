package kafka

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/kafka/client"
)

func init() {
	service.MustRegisterBatchInput("kafka_read", InputSpec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchInput, error) {
			return newInput(parsed, resources)
		})
}

type input struct {
	options []kgo.Opt
	topics  []string
	limits  limits
	idle    time.Duration
	state   *retry.State
	waits   *service.MetricCounter
	lag     *service.MetricGauge
	lost    *service.MetricCounter
	survey  *survey
	logger  *service.Logger
	doubt   chan struct{} // a connection has failed

	member *member // nil before the first
	renew  bool    // the member: its client knows nothing of a broker, or of a topic, that is another one now
}

func newInput(parsed *service.ParsedConfig, resources *service.Resources) (*input, error) {
	options, err := clientOptions(parsed)
	if err != nil {
		return nil, err
	}
	i := &input{
		options: options, logger: resources.Logger(), doubt: make(chan struct{}, 1),
		lag:  resources.Metrics().NewGauge(metricLag, "topic", "partition"),
		lost: resources.Metrics().NewCounter(metricLost, "topic", "partition"),
	}
	i.state, i.waits = newState("kafka_read", resources)
	i.options = append(i.options, kgo.WithLogger(&client.Logger{Warn: i.logger.Warnf, Debug: i.logger.Debugf}))
	if i.limits, err = limitsOf(parsed); err != nil {
		return nil, err
	}
	if i.survey, err = surveyOf(parsed); err != nil {
		return nil, err
	}
	i.survey.report, i.survey.lag = i.report, i.showLag
	if i.topics, err = listField(parsed, fieldTopics); err != nil {
		return nil, err
	}
	if i.idle, err = parsed.FieldDuration(fieldIdle); err != nil {
		return nil, err
	}
	if i.idle <= 0 {
		return nil, errors.New(fieldIdle + " must be longer than nothing")
	}
	if err := kgo.ValidateOpts(options...); err != nil {
		return nil, fmt.Errorf("checking the configuration: %w", err)
	}
	return i, nil
}

// newState returns the retry state of a plugin, and the counter of its failed tries.
func newState(plugin string, resources *service.Resources) (*retry.State, *service.MetricCounter) {
	metrics, logger := resources.Metrics(), resources.Logger()
	waits := metrics.NewCounter(plugin + "_waits_total")
	waits.Incr(0) // it is there from the start: what appears only later has not risen
	state := &retry.State{
		Longest: 10 * time.Second,
		Show:    retry.Gauge(metrics.NewGauge(plugin+"_state", "state").Set, retry.Running, retry.Waiting),
		Warn:    logger.Warnf, Info: logger.Infof,
	}
	state.Show(retry.Running)
	return state, waits
}

// Connect implements service.BatchInput. It returns an error once a wait, and
// then asks until the broker is there.
func (i *input) Connect(ctx context.Context) error {
	for {
		if err := i.state.Announce(); err != nil {
			return service.NewErrBackOff(err, 0)
		}
		if err := i.state.Rest(ctx); err != nil {
			return err
		}
		err := i.open(ctx)
		if err == nil {
			i.state.Succeeded(retry.Only)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		i.wait(err)
	}
}

// wait begins a wait, or goes on with it.
func (i *input) wait(problem error) {
	r := retry.Reason{Work: "Reading", For: "to read", Text: problem.Error()}
	var gone *goneError
	if errors.As(problem, &gone) { // an operator decides: reading does not succeed by itself
		r.Ending = "The input looks again by itself"
	}
	i.waits.Incr(1)
	i.state.Begin(retry.Only, r)
}

// open returns why nothing can be read now.
func (i *input) open(ctx context.Context) error {
	if i.renew {
		i.leave(ctx)
	}
	if i.member == nil {
		if err := i.decided(ctx); err != nil {
			return err
		}
		m, err := i.join()
		if err != nil {
			return err
		}
		i.member = m
	}
	if err := ask(ctx, i.member.client, i.topics); err != nil {
		return err
	}
	_, problem := i.member.trouble()
	return problem
}

func (i *input) join() (*member, error) {
	held := newRecords(i.limits)
	held.debug, held.memory, held.lag = i.logger.Debugf, i.survey.memory, i.showLag
	return join(i.options, held, i.doubt, i.survey)
}

func (i *input) showLag(n int64, topic string, partition int32) {
	i.lag.Set(n, topic, strconv.Itoa(int(partition)))
	i.lost.Incr(0, topic, strconv.Itoa(int(partition))) // it is there from the start
}

// report tells of a loss, once.
func (i *input) report(l *loss) {
	i.lost.Incr(l.count(), l.topic, strconv.Itoa(int(l.number)))
	then := fmt.Sprintf("Reading goes on from offset %d.", l.resume)
	if i.survey.stopping {
		then = fmt.Sprintf("The input stops, since %s is %s.", fieldOnOffsetGone, goneStop)
	}
	i.logger.Warnf("Records are gone: %s: %s. %s", l.offsets(), l.what(), then)
}

// decided returns what an operator must decide before the group may be joined: in a
// group that has a member, Kafka lets nobody set offsets.
func (i *input) decided(ctx context.Context) error {
	if !i.survey.stopping {
		return nil
	}
	client, err := i.survey.connect()
	if err != nil {
		return err
	}
	defer client.Close()
	if err := ask(ctx, client, i.topics); err != nil {
		return err
	}
	ctx, done := context.WithTimeout(ctx, askFor)
	defer done()
	return i.survey.gone(ctx, client, i.topics)
}

// ReadBatch implements service.BatchInput.
func (i *input) ReadBatch(ctx context.Context) (service.MessageBatch, service.AckFunc, error) {
	held := i.member
	if held == nil {
		return nil, nil, service.ErrNotConnected
	}
	quiet := time.NewTimer(i.idle)
	defer quiet.Stop()
	for {
		if b := held.take(); b != nil {
			return messages(b), func(_ context.Context, err error) error {
				// Marked for commit only when its rows or letters are safe (Invariant 1).
				if err == nil {
					held.settle(b, written)
				} else {
					held.settle(b, returned)
				}
				return nil
			}, nil
		}
		if held.leavesToLook() {
			i.renew = true
			return nil, nil, service.ErrNotConnected
		}
		out, problem := held.trouble()
		if problem == nil {
			select {
			case <-held.ready:
				continue
			case <-ctx.Done():
				return nil, nil, ctx.Err()
			case <-i.doubt:
			case <-quiet.C:
			}
			quiet.Reset(i.idle)
			if problem = ask(ctx, held.client, i.topics); problem == nil || ctx.Err() != nil {
				continue
			}
		}
		i.wait(problem)
		i.renew = out == 0 // by Connect: the framework must know first that all waits
		return nil, nil, service.ErrNotConnected
	}
}

// messages are records as the pipeline gets them. The record's own metadata is set
// over headers of the same names.
func messages(b *batch) service.MessageBatch {
	records := b.records
	log := record.From(records[0].Topic, records[0].Partition)
	all := make(service.MessageBatch, len(records))
	for n, r := range records {
		m := service.NewMessage(r.Value)
		var timestamp any // nil if there is none that can be read
		if number, known := record.TimestampOf(r); known {
			timestamp = number
		}
		log.Describe(m, r, timestamp)
		all[n] = m
	}
	// Each message of a batch that must wait says so, whatever is left out on the way.
	last := 0
	if b.waits {
		last = len(all) - 1
	}
	for _, m := range all[:last+1] {
		m.MetaSetImmut(record.Batch, b)
	}
	return all
}

// ConnectionTest implements service.ConnectionTestable. It joins no group: those who
// are in it would share out their partitions anew.
func (i *input) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	client, err := i.survey.connect()
	if err == nil {
		defer client.Close()
		err = ask(ctx, client, i.topics)
	}
	if err != nil {
		return service.ConnectionTestFailed(err).AsList()
	}
	return service.ConnectionTestSucceeded().AsList()
}

// Close implements service.BatchInput. The framework has all verdicts by now, but
// for a batch that it has read and dropped, which is read again later.
func (i *input) Close(ctx context.Context) error {
	i.leave(ctx)
	return nil
}

func (i *input) leave(ctx context.Context) {
	i.renew = false
	if i.member != nil {
		i.member.close(ctx)
		i.member = nil
	}
}
