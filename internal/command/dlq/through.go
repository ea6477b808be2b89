package dlq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

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

// pass is the input of a pipeline. It marks the dead letters that the pipeline
// acknowledges. An order that is refused again is a new dead letter by then.
type pass struct {
	*sender
	batches chan []deadletter.Record // closed after the last one
	stopped func() error             // not nil when the other dead letters must remain open
}

// toPipeline sends dead letters to a pipeline. It writes no record to the log: each
// message has the topic, partition, offset and timestamp of the origin.
func (s *sender) toPipeline(ctx context.Context) (seen int, err error) {
	p := &pass{sender: s, batches: make(chan []deadletter.Record), stopped: ctx.Err}
	stream, err := p.build()
	if err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() {
		err := stream.Run(context.Background())
		s.stop(cmp.Or(err, errors.New("the pipeline has ended"))) // in case it ends before the dead letters do
		ended <- err
	}()
	// After an interruption, the batch in flight may end within the grace period. A
	// database that does not answer must not delay the end any longer.
	defer afterGrace(ctx, func() { _ = stream.StopWithin(time.Second) })()
	seen, err = p.feed(ctx)
	if end := <-ended; err == nil && end != nil {
		err = fmt.Errorf("running %s: %w", s.through, end)
	}
	return seen, err
}

// build makes the pipeline with p as its input, and without a limit on refusals: the
// user has chosen these dead letters. Only one batch is in flight, because the dead
// letters must keep their order.
func (p *pass) build() (*service.Stream, error) {
	environment := service.NewEnvironment()
	if err := environment.RegisterBatchInput(inputName, service.NewConfigSpec(),
		func(*service.ParsedConfig, *service.Resources) (service.BatchInput, error) {
			return service.InputBatchedWithMaxInFlight(1, p), nil
		},
	); err != nil {
		return nil, err
	}
	builder := environment.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.NewTextHandler(p.Err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	return pipeline.Load(builder, p.through, []string{p.resources},
		pipeline.Replace("input", map[string]any{inputName: map[string]any{}}),
		pipeline.Replace("http", map[string]any{"enabled": false}),
		pipeline.Without("dead_letter_limit"))
}

// feed sends the chosen dead letters to the input in batches, and ends the input.
func (p *pass) feed(ctx context.Context) (seen int, err error) {
	defer close(p.batches)
	var batch []deadletter.Record
	bytes := 0
	flush := func() error {
		if len(batch) == 0 || ctx.Err() != nil {
			return context.Cause(ctx)
		}
		select {
		case p.batches <- batch:
			batch, bytes = nil, 0
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	seen, err = p.all.read(ctx, p.session, func(d deadletter.Record, _ entry) error {
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

func (p *pass) Connect(context.Context) error { return nil }
func (p *pass) Close(context.Context) error   { return nil }

// ReadBatch implements service.BatchInput.
func (p *pass) ReadBatch(ctx context.Context) (service.MessageBatch, service.AckFunc, error) {
	if p.stopped() != nil {
		return nil, nil, service.ErrEndOfInput
	}
	select {
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case records, ok := <-p.batches:
		if !ok {
			return nil, nil, service.ErrEndOfInput
		}
		batch := make(service.MessageBatch, len(records))
		for i, d := range records {
			batch[i] = service.NewMessage(d.Kafka.Value)
			d.Describe(batch[i])
		}
		return batch, func(_ context.Context, err error) error {
			p.acknowledge(records, err)
			return nil
		}, nil
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
	var marked sync.WaitGroup
	marked.Add(len(batch))
	for _, d := range batch {
		p.mark(ctx, d.Position, p.through, marked.Done)
	}
	marked.Wait()
}
