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
	"github.com/order-sink/order-sink/plugins/kafka/buffer"
	"github.com/order-sink/order-sink/plugins/kafka/client"
	"github.com/order-sink/order-sink/plugins/kafka/consumer"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

const (
	metricLag   = "kafka_read_lag"
	metricLost  = "kafka_read_lost_total"
	metricWaits = "kafka_read_waits_total"
	metricState = "kafka_read_state"
)

func init() {
	service.MustRegisterBatchInput("kafka_read", spec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchInput, error) {
			return newInput(parsed, resources)
		})
}

type input struct {
	config           consumer.Config
	topics           []string
	idle             time.Duration
	checker          *offsets.Checker
	state            *retry.State
	lag              *service.MetricGauge
	lost             *service.MetricCounter
	logger           *service.Logger
	connectionFailed chan struct{}

	consumer *consumer.Consumer // nil before the first
	rejoin   bool               // with a new client: this one knows a broker, or a topic, that is gone
}

func newInput(parsed *service.ParsedConfig, resources *service.Resources) (i *input, err error) {
	metrics, logger := resources.Metrics(), resources.Logger()
	i = &input{
		logger: logger, connectionFailed: make(chan struct{}, 1),
		lag: metrics.NewGauge(metricLag, "topic", "partition"), lost: metrics.NewCounter(metricLost, "topic", "partition"),
		state: retry.New(10*time.Second, metrics.NewCounter(metricWaits).Incr, metrics.NewGauge(metricState, "state").Set, logger),
	}
	if i.config, i.topics, err = parseConfig(parsed); err != nil {
		return nil, err
	}
	if i.idle, err = parsed.FieldDuration(fieldIdle); err != nil {
		return nil, err
	}
	if i.idle <= 0 {
		return nil, fmt.Errorf("checking %s: it must be greater than 0", fieldIdle)
	}
	i.config.Options = append(i.config.Options, kgo.WithLogger(&client.Logger{Warn: logger.Warnf, Debug: logger.Debugf}))
	i.config.ConnectionFailed, i.config.Debug = i.connectionFailed, logger.Debugf
	i.checker = i.config.Checker
	i.checker.Report, i.checker.ShowLag = i.report, i.showLag
	return i, nil
}

// Connect implements service.BatchInput. It returns an error once a wait, and then tries
// until the broker is there.
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

// wait begins a wait, or continues it.
func (i *input) wait(problem error) {
	r := retry.Reason{Work: "Reading", For: "to read", Text: problem.Error()}
	var gone *offsets.GoneError
	if errors.As(problem, &gone) { // an operator decides: reading does not succeed by itself
		r.Ending = "The input checks again by itself"
	}
	i.state.Begin(retry.Only, r)
}

// open returns why nothing can be read now.
func (i *input) open(ctx context.Context) error {
	if i.rejoin {
		i.leave(ctx)
	}
	if i.consumer == nil {
		if err := i.checker.Stopped(ctx, i.topics); err != nil {
			return err
		}
		c, err := consumer.Join(i.config)
		if err != nil {
			return err
		}
		i.consumer = c
	}
	if err := i.consumer.Check(ctx, i.topics); err != nil {
		return err
	}
	_, problem := i.consumer.Problem()
	return problem
}

func (i *input) showLag(n int64, tp offsets.TopicPartition) {
	partition := strconv.Itoa(int(tp.Partition))
	i.lag.Set(n, tp.Topic, partition)
	i.lost.Incr(0, tp.Topic, partition) // it is there from the start
}

// report counts and logs a loss, once.
func (i *input) report(l *offsets.Loss) {
	i.lost.Incr(l.Count(), l.Topic, strconv.Itoa(int(l.Partition)))
	then := fmt.Sprintf("Reading goes on from offset %d.", l.Resume)
	if i.checker.Stop {
		then = fmt.Sprintf("The input stops, since %s is %s.", offsets.FieldOnOffsetGone, offsets.GoneStop)
	}
	i.logger.Warnf("Records are gone: %v. %s", l, then)
}

// ReadBatch implements service.BatchInput.
func (i *input) ReadBatch(ctx context.Context) (service.MessageBatch, service.AckFunc, error) {
	c := i.consumer
	if c == nil {
		return nil, nil, service.ErrNotConnected
	}
	quiet := time.NewTimer(i.idle)
	defer quiet.Stop()
	for {
		if b := c.Take(); b != nil {
			return messages(b), func(_ context.Context, err error) error {
				// Commit only when its rows or dead letters are safe (Invariant 1).
				c.Settle(b, err == nil)
				return nil
			}, nil
		}
		if c.MustRejoin() {
			i.rejoin = true
			return nil, nil, service.ErrNotConnected
		}
		out, problem := c.Problem()
		if problem == nil {
			select {
			case <-c.Ready():
				continue
			case <-ctx.Done():
				return nil, nil, ctx.Err()
			case <-i.connectionFailed:
			case <-quiet.C:
			}
			quiet.Reset(i.idle)
			if problem = c.Check(ctx, i.topics); problem == nil || ctx.Err() != nil {
				continue
			}
		}
		i.wait(problem)
		i.rejoin = out == 0 // by Connect: the framework must know of the wait first
		return nil, nil, service.ErrNotConnected
	}
}

// messages are the records of a batch as the pipeline gets them. The metadata of a record
// replaces its headers of the same names.
func messages(b *buffer.Batch) service.MessageBatch {
	log := record.From(b.Records[0].Topic, b.Records[0].Partition)
	all := make(service.MessageBatch, len(b.Records))
	for n, r := range b.Records {
		m := service.NewMessage(r.Value)
		var timestamp any // nil if there is none that can be read
		if number, known := record.TimestampOf(r); known {
			timestamp = number
		}
		log.Describe(m, r, timestamp)
		all[n] = m
	}
	// Each message of a batch that must wait has the ticket, since a processor may drop any
	// of them. Else one message is enough.
	last := 0
	if b.Waits {
		last = len(all) - 1
	}
	for _, m := range all[:last+1] {
		m.MetaSetImmut(record.Batch, b)
	}
	return all
}

// ConnectionTest implements service.ConnectionTestable.
func (i *input) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	if err := i.checker.Reach(ctx, i.topics); err != nil {
		return service.ConnectionTestFailed(err).AsList()
	}
	return service.ConnectionTestSucceeded().AsList()
}

// Close implements service.BatchInput. The framework has acknowledged or returned all
// batches by now, except one that it has read and dropped: that is read again later.
func (i *input) Close(ctx context.Context) error {
	i.leave(ctx)
	return nil
}

func (i *input) leave(ctx context.Context) {
	i.rejoin = false
	if i.consumer != nil {
		i.consumer.Close(ctx)
		i.consumer = nil
	}
}
