// Package stream runs the pipelines of connectors in this process. It is the only package
// of the worker that knows the framework.
package stream

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/plugins/kafka"
	"github.com/order-sink/order-sink/plugins/mariadb"
)

// Runner starts streams and has their metrics.
type Runner struct {
	environment *service.Environment

	mutex    sync.Mutex
	streams  map[string]*Stream // by the name of the connector
	building string             // the connector whose stream is being built
	made     *exporter          // of that stream
}

// NewRunner returns a Runner without streams.
func NewRunner() (*Runner, error) {
	r := &Runner{environment: service.NewEnvironment(), streams: map[string]*Stream{}}
	err := r.environment.RegisterMetricsExporter(exporterName, service.NewConfigSpec(),
		func(_ *service.ParsedConfig, logger *service.Logger) (service.MetricsExporter, error) {
			r.made = newExporter(r.building, logger.Warnf)
			return r.made, nil
		})
	if err != nil {
		return nil, fmt.Errorf("registering the metrics of the worker: %w", err)
	}
	return r, nil
}

// Config is a pipeline to run.
type Config struct {
	Connector string // its name is the label "stream" of the metrics
	YAML      string
	// Variable returns the value of an environment variable of the YAML text, such as a
	// password.
	Variable func(name string) (value string, found bool)
	Logger   *slog.Logger
	// Refused is called at most once: with the record at which the pipeline has stopped.
	Refused func(Refusal)
	// Stored is called with the topic of each batch whose records are stored or refused.
	Stored func(topic string)
}

// Stream is a running pipeline.
type Stream struct {
	runner    *Runner
	connector string
	stream    *service.Stream
	endpoints *endpoints
	metrics   *exporter
	cancel    context.CancelFunc
	ended     chan struct{}
	err       error // valid when ended is closed
}

// Start builds a pipeline and starts it. An error says why the pipeline cannot be built: the
// same text would fail again. Start waits neither for Kafka nor for MariaDB.
func (r *Runner) Start(c Config) (*Stream, error) {
	s := &Stream{runner: r, connector: c.Connector, endpoints: newEndpoints(), ended: make(chan struct{})}
	if err := r.build(s, c); err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go func() {
		defer close(s.ended)
		s.err = s.stream.Run(running)
	}()
	select {
	case <-s.endpoints.added:
	case <-s.ended:
		cancel()
		if s.err != nil {
			return nil, fmt.Errorf("starting the pipeline of connector %s: %w", c.Connector, s.err)
		}
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.streams[c.Connector] = s
	return s, nil
}

// build makes the framework's stream. It builds one stream at a time, because the builder
// neither passes the connector to the exporter that it makes, nor returns the exporter.
func (r *Runner) build(s *Stream, c Config) error {
	builder := r.environment.NewStreamBuilder()
	builder.SetLogger(c.Logger)
	builder.SetHTTPMux(s.endpoints)
	if c.Variable != nil {
		builder.SetEnvVarLookupFunc(c.Variable)
	}
	if err := builder.SetYAML(c.YAML); err != nil {
		return fmt.Errorf("reading the pipeline of connector %s: %w", c.Connector, err)
	}
	// After the pipeline, which would replace them. The text does not have the connector's name:
	// the builder would replace a variable in it, such as a password.
	if err := builder.SetMetricsYAML(exporterName + ": {}"); err != nil {
		return fmt.Errorf("configuring the metrics of connector %s: %w", c.Connector, err)
	}
	if err := builder.SetTracerYAML("untraced: {}"); err != nil {
		return fmt.Errorf("configuring the tracer of connector %s: %w", c.Connector, err)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.building = c.Connector
	var err error
	if s.stream, err = builder.Build(); err != nil {
		return fmt.Errorf("building the pipeline of connector %s: %w", c.Connector, err)
	}
	s.metrics = r.made
	// The components are made when the stream runs, and find these then.
	resources := s.stream.Resources()
	if c.Stored != nil {
		resources.SetGeneric(kafka.StoredKey{}, c.Stored)
	}
	if c.Refused != nil {
		resources.SetGeneric(mariadb.StopKey{}, func(stop mariadb.Stop) { c.Refused(refusalOf(stop)) })
	}
	return nil
}

// waitingTime is how long a stream that waits, or has stopped at a record, may take to stop:
// its batches in flight would not finish.
const waitingTime = 2 * time.Second

// Stop ends the stream. Batches in flight may finish within three quarters of the time.
// Then Stop gives them up: they are not acknowledged, so another stream reads them again. An
// error says that something still runs after the time. hasStopped is set for a stream that has
// stopped at a record, see [Config.Refused].
func (s *Stream) Stop(within time.Duration, hasStopped bool) error {
	defer s.cancel()
	if hasStopped || len(s.Waits()) > 0 {
		within = min(within, waitingTime)
	}
	ctx, done := context.WithTimeout(context.Background(), within)
	defer done()
	err := s.stream.Stop(ctx)
	s.runner.forget(s)
	if err != nil {
		return fmt.Errorf("stopping the pipeline of connector %s: %w", s.connector, err)
	}
	select { // before the context of its goroutine ends
	case <-s.ended:
	case <-ctx.Done():
	}
	return nil
}

// Waits returns the components that are not connected, and why. An empty list means that the
// stream stores records, or that there is none to store.
func (s *Stream) Waits() []connect.Wait { return s.endpoints.waits() }

// Ended is closed when the stream has ended.
func (s *Stream) Ended() <-chan struct{} { return s.ended }

func (r *Runner) forget(s *Stream) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.streams[s.connector] == s {
		delete(r.streams, s.connector)
	}
}

// Gather implements prometheus.Gatherer with the metrics of all running streams.
func (r *Runner) Gather() ([]*dto.MetricFamily, error) {
	r.mutex.Lock()
	all := make(prometheus.Gatherers, 0, len(r.streams))
	for _, s := range r.streams {
		all = append(all, s.metrics.registry)
	}
	r.mutex.Unlock()
	return all.Gather()
}
