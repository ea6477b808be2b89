// Package herder does what the REST API asks for, and runs the streams of the connectors that
// belong to this worker.
//
// The configs say what should be. One goroutine compares them with the workers of the cluster
// and tells the instance of each connector on this worker what to run. It repeats the
// comparison whenever something changes, and at least every second: so a lost message or a
// late record of another worker delays a correction, and never prevents it.
package herder

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/connect/stream"
)

const (
	// period is how often the herder compares even if nothing has changed.
	period = time.Second
	// askTimeout is how long Kafka may take to answer a question of the REST API.
	askTimeout = 5 * time.Second
)

// Cluster is what the workers of a cluster share.
type Cluster struct {
	Configs  connect.Configs
	Statuses connect.Statuses
	Members  connect.Members
}

// Options are the parts that a herder puts together.
type Options struct {
	Worker  *properties.Worker
	Streams *stream.Runner
	// ClusterID returns the id of the Kafka cluster, "" while it is unknown.
	ClusterID func() string
	// Logger returns the logger of a name in Java's style.
	Logger func(name string) *slog.Logger
	// SetLevel changes the level of loggers, and returns their names.
	SetLevel func(logger, level string) ([]string, error)
}

// Herder implements [connect.Herder].
type Herder struct {
	Options
	Cluster     // valid when ready
	definitions definitions
	log         *slog.Logger
	known       chan struct{} // closed when the worker knows its connectors
	changed     chan struct{} // has a value when the comparison must be repeated

	comparing sync.Mutex    // one comparison at a time
	patching  chan struct{} // one patch at a time

	mutex     sync.Mutex
	instances map[string]*instance
	stopped   bool
}

var _ connect.Herder = (*Herder)(nil)

// New returns a herder that answers that it is starting: see [Herder.Run].
func New(o Options) *Herder {
	return &Herder{
		Options:     o,
		definitions: definitions{o.Worker},
		log:         o.Logger("org.apache.kafka.connect.runtime.Herder"),
		known:       make(chan struct{}),
		changed:     make(chan struct{}, 1),
		patching:    make(chan struct{}, 1),
		instances:   map[string]*instance{},
	}
}

// Run runs the connectors of a cluster whose configs have been read, until ctx ends. Then it
// stops all streams: their batches in flight may finish within the graceful time.
func (h *Herder) Run(ctx context.Context, c Cluster) error {
	h.Cluster = c
	following := make(chan error, 1)
	go func() { following <- h.Configs.Follow(ctx, h.follow) }()
	close(h.known)
	ticks := time.NewTicker(period)
	defer ticks.Stop()
	for {
		h.compare()
		select {
		case <-ctx.Done():
			h.stop()
			return nil
		case err := <-following:
			if ctx.Err() == nil && err != nil {
				h.stop()
				return err
			}
			following = nil
		case <-h.changed:
		case <-h.Members.Changed():
		case <-ticks.C:
		}
	}
}

// follow takes a change of the configs.
func (h *Herder) follow(c connect.Change) {
	switch {
	case c.Restart != nil:
		h.restart(*c.Restart)
	case c.LogLevel != nil:
		if _, err := h.SetLevel(c.LogLevel.Logger, c.LogLevel.Level); err != nil {
			h.log.Warn("A request for a log level is ignored", "error", err)
		}
	}
	h.touch()
}

// touch makes the comparison happen soon.
func (h *Herder) touch() {
	select {
	case h.changed <- struct{}{}:
	default: // it will happen already
	}
}

// stop stops all streams at the same time, and says so in the states.
func (h *Herder) stop() {
	h.comparing.Lock() // a request may compare now, and end an instance, too
	h.mutex.Lock()
	h.stopped = true
	all := make([]*instance, 0, len(h.instances))
	for _, i := range h.instances {
		all = append(all, i)
	}
	h.mutex.Unlock()
	h.comparing.Unlock()
	for _, i := range all {
		i.set(nil)
		close(i.end)
	}
	for _, i := range all {
		<-i.over
	}
	for name := range h.Configs.Connectors() {
		h.release(name)
	}
}

// starting returns the answer of a worker that does not know its connectors yet.
func (h *Herder) starting() error {
	select {
	case <-h.known:
		return nil
	default:
	}
	return connect.Errorf(http.StatusServiceUnavailable, "The worker is starting: it has not read its connectors from Kafka yet")
}

// get returns the instance of a connector, nil for none.
func (h *Herder) get(name string) *instance {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.instances[name]
}

// Await waits until the worker knows its connectors.
func (h *Herder) Await(ctx context.Context) error {
	select {
	case <-h.known:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
