package dlq

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/record"
)

const (
	// inputName is the input that takes the place of a pipeline's own.
	inputName = "dead_letters"
	// A pipeline gets at most so many letters at a time, and hardly more bytes.
	passLetters = 500
	passBytes   = 4 << 20
)

var errEnded = errors.New("the pipeline has ended")

// pass gives letters to a pipeline, in the place of its input, and marks those
// that it has acknowledged: stored, or refused once more, which makes a new
// letter. One batch is in flight, so that letters keep their order.
type pass struct {
	*marker
	pipeline string
	ended    <-chan struct{} // nothing more is to be given
	batches  chan []letter
	turn     chan struct{} // taken while a batch is in flight
}

// through is the other way to replay: no record is written to the log, and each
// letter has the topic, partition, offset and timestamp of its origin.
func (c *connection) through(ctx context.Context, all *catalogue, pipeline, resources string, out console) (result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	m, err := c.newMarker(len(all.entries), stop)
	if err != nil {
		return m.result, err
	}
	defer m.client.Close()
	p := &pass{marker: m, pipeline: pipeline, ended: ctx.Done(), batches: make(chan []letter), turn: make(chan struct{}, 1)}
	stream, err := p.build(resources, out)
	if err != nil {
		return m.result, err
	}
	ended := make(chan error, 1)
	go func() {
		err := stream.Run(context.Background())
		if err == nil {
			err = errEnded
		}
		stop(err) // should it end before the letters do
		ended <- err
	}()
	// Once nothing more is read, what is in flight may end; but a database that
	// is away is waited for only as long as nobody interrupts.
	release := context.AfterFunc(ctx, func() {
		time.AfterFunc(grace, func() { _ = stream.StopWithin(time.Second) })
	})
	defer release()
	seen, err := p.read(ctx, c, all, out)
	if end := <-ended; err == nil && !errors.Is(end, errEnded) {
		err = fmt.Errorf("running %s: %w", pipeline, end)
	}
	return p.verdict(seen, err)
}

// build makes the pipeline.
func (p *pass) build(resources string, out console) (*service.Stream, error) {
	environment := service.NewEnvironment()
	if err := environment.RegisterBatchInput(inputName, service.NewConfigSpec(),
		func(*service.ParsedConfig, *service.Resources) (service.BatchInput, error) { return p, nil },
	); err != nil {
		return nil, err
	}
	builder := environment.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.NewTextHandler(out.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	text, err := p.config()
	if err != nil {
		return nil, err
	}
	if err := builder.SetYAML(text); err != nil {
		return nil, fmt.Errorf("reading %s: %w", p.pipeline, err)
	}
	// After the pipeline, which would replace them.
	shared, err := os.ReadFile(resources)
	if err != nil {
		return nil, fmt.Errorf("reading the resources: %w", err)
	}
	if err := builder.AddResourcesYAML(string(shared)); err != nil {
		return nil, fmt.Errorf("reading %s: %w", resources, err)
	}
	stream, err := builder.Build()
	if err != nil {
		return nil, fmt.Errorf("building %s: %w", p.pipeline, err)
	}
	return stream, nil
}

// config is the text of the pipeline, with letters for its input, no HTTP server
// and no limit to what may be refused: somebody has chosen these letters. The
// framework's own way to set a field forgets passwords.
func (p *pass) config() (string, error) {
	text, err := os.ReadFile(p.pipeline)
	if err != nil {
		return "", fmt.Errorf("reading the pipeline: %w", err)
	}
	sections := map[string]yaml.Node{}
	if err := yaml.Unmarshal(text, &sections); err != nil {
		return "", fmt.Errorf("reading %s: %w", p.pipeline, err)
	}
	delete(sections, "input")
	delete(sections, "http")
	for name, section := range sections {
		removeField(&section, "dead_letter_limit")
		sections[name] = section
	}
	rest, err := yaml.Marshal(sections)
	return "http: { enabled: false }\ninput: { " + inputName + ": {} }\n" + string(rest), err
}

// removeField removes a field wherever it stands.
func removeField(node *yaml.Node, field string) {
	for i := 0; i < len(node.Content); i++ {
		if node.Kind == yaml.MappingNode && i%2 == 0 && node.Content[i].Value == field {
			node.Content = slices.Delete(node.Content, i, i+2)
			i--
			continue
		}
		removeField(node.Content[i], field)
	}
}

// read gives the chosen letters to the input, in batches, and ends it.
func (p *pass) read(ctx context.Context, c *connection, all *catalogue, out console) (seen int, err error) {
	defer close(p.batches)
	var batch []letter
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
	err = c.chosen(ctx, all, "replayed", out, func(l letter) error {
		batch, bytes = append(batch, l), bytes+len(l.record.Value)
		if len(batch) < passLetters && bytes < passBytes {
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
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	var letters []letter
	select {
	case <-p.ended: // first of all: a batch that was offered too late stays open
	default:
		select {
		case letters = <-p.batches:
		case <-ctx.Done():
			<-p.turn
			return nil, nil, ctx.Err()
		}
	}
	if letters == nil {
		<-p.turn
		return nil, nil, service.ErrEndOfInput
	}
	batch := make(service.MessageBatch, len(letters))
	for i, l := range letters {
		batch[i] = l.delivered(p.topic)
	}
	return batch, func(_ context.Context, err error) error {
		defer func() { <-p.turn }()
		p.acknowledge(letters, err)
		return nil
	}, nil
}

// acknowledge marks the letters of a batch. Of one that the pipeline gives back,
// which none does that has an output for what is refused, all stay open.
func (p *pass) acknowledge(batch []letter, err error) {
	if err != nil {
		p.refuse(len(batch), fmt.Errorf("the pipeline gave letters %s to %s back: %w", batch[0].position, batch[len(batch)-1].position, err))
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), delivery)
	defer cancel()
	marked := make(chan struct{}, len(batch))
	for _, l := range batch {
		p.mark(ctx, l.position, p.pipeline, func() { marked <- struct{}{} })
	}
	for range batch {
		<-marked
	}
}

// Close implements service.BatchInput.
func (p *pass) Close(context.Context) error { return nil }

// delivered is the message that kafka_read makes of the letter's origin.
func (l letter) delivered(dlqTopic string) *service.Message {
	origin := newReplayed(l, dlqTopic, l.origin.topic, l.origin.partition, time.Time{})
	origin.Offset = l.origin.offset
	m := service.NewMessage(origin.Value)
	record.From(origin.Topic, origin.Partition).Describe(m, origin, l.originAt.metadata())
	return m
}
