package dlq

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/internal/pipeline"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

const (
	// inputName is the name of the input that replaces the input of a pipeline.
	inputName = "dead_letters"
	// The limits of a batch. One record may exceed passBytes.
	passRecords = 500
	passBytes   = 4 << 20
)

var errEnded = errors.New("the pipeline has ended")

// pass is the input of a pipeline. It marks the dead letters that the pipeline
// acknowledges. An order that is refused again is a new dead letter by then. Only one
// batch is in flight, because the dead letters must keep their order.
type pass struct {
	*marker
	pipeline string
	ended    <-chan struct{} // closed when the input must end
	batches  chan []deadletter.Record
	busy     chan struct{} // full while a batch is in flight
}

// through sends dead letters to a pipeline. It writes no record to the log: each message
// has the topic, partition, offset and timestamp of the origin.
func through(ctx context.Context, t *topic.Topic, all *catalogue, o replayOptions, out console.Console) (result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	m, err := newMarker(t, len(all.entries), stop)
	if err != nil {
		return m.result, err
	}
	defer m.client.Close()
	p := &pass{marker: m, pipeline: o.through, ended: ctx.Done(), batches: make(chan []deadletter.Record), busy: make(chan struct{}, 1)}
	stream, err := p.build(o.resources, out)
	if err != nil {
		return m.result, err
	}
	ended := make(chan error, 1)
	go func() {
		err := stream.Run(context.Background())
		if err == nil {
			err = errEnded
		}
		stop(err) // in case it ends before the dead letters do
		ended <- err
	}()
	// After an interruption, the batch in flight may end within the grace period. A
	// database that does not answer must not delay the end any longer.
	release := context.AfterFunc(ctx, func() {
		time.AfterFunc(grace, func() { _ = stream.StopWithin(time.Second) })
	})
	defer release()
	seen, err := p.feed(ctx, t, all, out)
	if end := <-ended; err == nil && !errors.Is(end, errEnded) {
		err = fmt.Errorf("running %s: %w", o.through, end)
	}
	return p.finish(seen, err)
}

// build makes the pipeline with p as its input, and without a limit on refusals: the
// user has chosen these dead letters.
func (p *pass) build(resources string, out console.Console) (*service.Stream, error) {
	environment := service.NewEnvironment()
	if err := environment.RegisterBatchInput(inputName, service.NewConfigSpec(),
		func(*service.ParsedConfig, *service.Resources) (service.BatchInput, error) { return p, nil },
	); err != nil {
		return nil, err
	}
	builder := environment.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.NewTextHandler(out.Err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	return pipeline.Load(builder, p.pipeline, []string{resources},
		pipeline.ReplaceInput(inputName), pipeline.WithoutServer(), pipeline.Without("dead_letter_limit"))
}

// feed sends the chosen dead letters to the input in batches, and ends the input.
func (p *pass) feed(ctx context.Context, t *topic.Topic, all *catalogue, out console.Console) (seen int, err error) {
	defer close(p.batches)
	bar := out.Progress("replayed", all.spans().Offsets())
	defer bar.End()
	var batch []deadletter.Record
	bytes := 0
	flush := func() error {
		if len(batch) == 0 || ctx.Err() != nil {
			return context.Cause(ctx)
		}
		select {
		case p.batches <- batch:
			seen += len(batch)
			batch, bytes = nil, 0
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	err = all.read(ctx, t, bar, func(d deadletter.Record, _ entry) error {
		batch, bytes = append(batch, d), bytes+len(d.Kafka.Value)
		if len(batch) < passRecords && bytes < passBytes {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return seen, err
}

// Connect implements service.BatchInput.
func (p *pass) Connect(context.Context) error { return nil }

// ReadBatch implements service.BatchInput.
func (p *pass) ReadBatch(ctx context.Context) (service.MessageBatch, service.AckFunc, error) {
	select {
	case p.busy <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	records, err := p.next(ctx)
	if err != nil {
		<-p.busy
		return nil, nil, err
	}
	batch := make(service.MessageBatch, len(records))
	for i, d := range records {
		batch[i] = service.NewMessage(d.Kafka.Value)
		d.Describe(batch[i])
	}
	return batch, func(_ context.Context, err error) error {
		defer func() { <-p.busy }()
		p.acknowledge(records, err)
		return nil
	}, nil
}

// next waits for a batch. After the end of the input it takes no batch: the dead letters
// remain open.
func (p *pass) next(ctx context.Context) ([]deadletter.Record, error) {
	select {
	case <-p.ended:
		return nil, service.ErrEndOfInput
	default:
	}
	select {
	case records, ok := <-p.batches:
		if !ok {
			return nil, service.ErrEndOfInput
		}
		return records, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// acknowledge marks the dead letters of a batch. If the pipeline returns the batch with
// an error, which no pipeline with a dead letter output does, all of them remain open.
func (p *pass) acknowledge(batch []deadletter.Record, err error) {
	if err != nil {
		p.refuse(len(batch), fmt.Errorf("the pipeline returned dead letters %s to %s: %w", batch[0].Position, batch[len(batch)-1].Position, err))
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), delivery)
	defer cancel()
	marked := make(chan struct{}, len(batch))
	for _, d := range batch {
		p.mark(ctx, d.Position, p.pipeline, func() { marked <- struct{}{} })
	}
	for range batch {
		<-marked
	}
}

// Close implements service.BatchInput.
func (p *pass) Close(context.Context) error { return nil }
