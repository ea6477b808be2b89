package kafka

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redpanda-data/benthos/v4/public/bloblang"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/internal/setting"
	"github.com/order-sink/order-sink/plugins/kafka/buffer"
	"github.com/order-sink/order-sink/plugins/kafka/client"
	"github.com/order-sink/order-sink/plugins/kafka/consumer"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

func init() {
	service.MustRegisterBatchInput("kafka_read", spec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchInput, error) {
			return newInput(parsed, resources)
		})
	bloblang.MustRegisterMethodV2("producer_headers", bloblang.NewPluginSpec().
		Category("Object").
		Description("Returns the headers that the producer of a record set. The argument is the metadata of the message, `@`. The result has neither the metadata that an input, a processor or the `fallback` output adds, nor the headers that a dead letter adds. A header without a value is empty text.").
		Example("", `meta = @.producer_headers()`),
		func(*bloblang.ParsedParams) (bloblang.Method, error) {
			return bloblang.ObjectMethod(func(metadata map[string]any) (any, error) {
				return record.ProducerHeaders(metadata), nil
			}), nil
		})
}

// StoredKey is the key of a func(topic string) among the generic values of a stream's
// resources. A program sets it before it runs the stream. The input calls the function for
// each batch whose records are stored or refused, so the function must be fast.
type StoredKey struct{}

type input struct {
	config consumer.Config
	topics client.Selection
	idle   time.Duration
	state  *retry.State
	lag    *service.MetricGauge
	lost   *service.MetricCounter
	logger *service.Logger
	stored func(topic string)

	consumer *consumer.Consumer // nil before the first
	rejoin   bool               // with a new client: this one knows a broker, or a topic, that is gone
}

func newInput(parsed *service.ParsedConfig, resources *service.Resources) (i *input, err error) {
	metrics, logger := resources.Metrics(), resources.Logger()
	i = &input{
		logger: logger,
		lag:    metrics.NewGauge("kafka_read_lag", "topic", "partition"),
		lost:   metrics.NewCounter("kafka_read_lost_total", "topic", "partition"),
		state: retry.New(10*time.Second, metrics.NewCounter("kafka_read_waits_total").Incr,
			metrics.NewGauge("kafka_read_state", "state").Set, logger.Warnf, logger.Infof),
	}
	value, _ := resources.GetGeneric(StoredKey{})
	if i.stored, _ = value.(func(string)); i.stored == nil {
		i.stored = func(string) {}
	}
	i.config, i.topics, err = parseConfig(parsed)
	i.idle = setting.Read(&err, parsed.FieldDuration, fieldIdle)
	if err == nil && i.idle <= 0 {
		err = fmt.Errorf("checking %s: it must be greater than 0", fieldIdle)
	}
	if err != nil {
		return nil, err
	}
	i.config.Options = append(i.config.Options, kgo.WithLogger(&client.Logger{Warn: logger.Warnf, Debug: logger.Debugf}))
	i.config.Debug = logger.Debugf
	i.config.Checker.Report, i.config.Checker.ShowLag = i.report, i.showLag
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

func (i *input) wait(problem error) {
	r := retry.Reason{Work: "Reading", For: "to read", Text: problem.Error()}
	if _, gone := errors.AsType[*offsets.GoneError](problem); gone { // reading does not succeed by itself
		r.Ending = "The input checks again by itself"
	}
	i.state.Begin(retry.Only, r)
}

func (i *input) open(ctx context.Context) error {
	if i.rejoin {
		_ = i.Close(ctx)
	}
	if i.consumer == nil {
		err := i.config.Checker.Prepare(ctx, i.topics)
		if err == nil {
			i.consumer, err = consumer.Join(i.config)
		}
		if err != nil {
			return err
		}
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

func (i *input) report(l *offsets.Loss) {
	i.lost.Incr(l.Count(), l.Topic, strconv.Itoa(int(l.Partition)))
	then := fmt.Sprintf("Reading goes on from offset %d.", l.Resume)
	switch {
	case l.Cause == offsets.Deletion:
		then = "Reading goes on with the other topics."
	case i.config.Checker.Stop:
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
	quiet := time.After(i.idle)
	for {
		if b := c.Take(); b != nil {
			topic := b.Records[0].Topic // Settle frees the records
			return messages(b), func(_ context.Context, err error) error {
				// Commit only when its rows or dead letters are safe (Invariant 1).
				c.Settle(b, err == nil)
				if err == nil {
					i.stored(topic)
				}
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
			case <-c.ConnectionFailed:
			case <-quiet:
			}
			quiet = time.After(i.idle)
			if problem = c.Check(ctx, i.topics); problem == nil || ctx.Err() != nil {
				continue
			}
		}
		i.wait(problem)
		i.rejoin = out == 0 // by Connect: the framework must know of the wait first
		return nil, nil, service.ErrNotConnected
	}
}

// messages makes the messages of a batch. Metadata replaces a header of the same name.
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
		// Each message of a batch that must wait has the ticket, since a processor may drop
		// any of them. Otherwise one message is enough.
		if n == 0 || b.Waits {
			m.MetaSetImmut(record.Batch, b)
		}
		all[n] = m
	}
	return all
}

// ConnectionTest implements service.ConnectionTestable.
func (i *input) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	if err := i.config.Checker.Reach(ctx, i.topics); err != nil {
		return service.ConnectionTestFailed(err).AsList()
	}
	return service.ConnectionTestSucceeded().AsList()
}

// Close implements service.BatchInput. The framework has acknowledged or returned all
// batches by now, except one that it has read and dropped: that is read again later.
func (i *input) Close(ctx context.Context) error {
	i.rejoin = false
	if i.consumer != nil {
		i.consumer.Close(ctx)
		i.consumer = nil
	}
	return nil
}
