package connectworker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/connectorfile"
	"github.com/order-sink/order-sink/internal/connect/group"
	"github.com/order-sink/order-sink/internal/connect/herder"
	"github.com/order-sink/order-sink/internal/connect/loggers"
	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/connect/rest"
	"github.com/order-sink/order-sink/internal/connect/store"
	"github.com/order-sink/order-sink/internal/connect/stream"
)

// worker is the parts of a worker.
type worker struct {
	config  *properties.Worker
	loggers *loggers.Loggers
	herder  *herder.Herder
	rest    *rest.Server
	cluster atomic.Pointer[string] // the id of the Kafka cluster
}

func newWorker(config *properties.Worker, loggers *loggers.Loggers, commit string) (*worker, error) {
	streams, err := stream.NewRunner()
	if err != nil {
		return nil, err
	}
	w := &worker{config: config, loggers: loggers}
	w.herder = herder.New(herder.Options{
		Worker:    config,
		Streams:   streams,
		Place:     place,
		Foreign:   foreign,
		ClusterID: w.clusterID,
		Logger:    loggers.Logger,
		SetLevel:  loggers.Set,
	})
	w.rest, err = rest.New(rest.Options{
		Herder: w.herder, Worker: config, Commit: commit, Loggers: loggers,
		Extra: endpoints(w.herder, streams), Log: loggers.Logger("org.apache.kafka.connect.runtime.rest"),
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// run runs the worker until ctx ends. The REST API answers at once, while the worker may
// still wait for Kafka.
func (w *worker) run(ctx context.Context, created []connectorfile.File) error {
	if err := w.rest.Listen(ctx); err != nil {
		return err
	}
	if address, isTCP := w.rest.Addr().(*net.TCPAddr); isTCP && w.config.AdvertisedPort == 0 {
		w.config.AdvertisedPort = address.Port
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 3)
	parts := []func(context.Context) error{
		w.rest.Serve, w.runHerder,
		func(ctx context.Context) error { return w.create(ctx, created) },
	}
	for _, part := range parts {
		go func() { ended <- part(ctx) }()
	}
	var errs []error
	for range parts { // when one ends, all end
		errs = append(errs, <-ended)
		stop()
	}
	return errors.Join(errs...)
}

func (w *worker) runHerder(ctx context.Context) error {
	self := w.config.ID()
	w.loggers.Logger(loggerName).Info("The worker is starting", "worker_id", self, "address", w.rest.Addr().String())
	options, err := w.config.Client.Opts()
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	go w.learnClusterID(ctx, client)
	configs, statuses := store.NewMemoryConfigs(), store.NewMemoryStatuses()
	defer configs.Close()
	return w.herder.Run(ctx, herder.Cluster{Configs: configs, Statuses: statuses, Members: group.Single(self)})
}

// create creates the connectors of the command line.
func (w *worker) create(ctx context.Context, all []connectorfile.File) error {
	if err := w.herder.Await(ctx); err != nil {
		return nil //nolint:nilerr // the worker stops before it was ready
	}
	for _, c := range all {
		initial, err := target(c.Initial)
		if err != nil {
			return &filesError{fmt.Errorf("creating connector %s: %w", c.Name, err)}
		}
		if _, err := w.herder.Create(ctx, c.Name, c.Config, initial); err != nil {
			return &filesError{fmt.Errorf("creating connector %s: %w", c.Name, err)}
		}
	}
	<-ctx.Done()
	return nil
}

// target returns the target of an initial state.
func target(initial string) (connect.Target, error) {
	switch strings.ToUpper(initial) {
	case "":
		return "", nil
	case "RUNNING":
		return connect.TargetStarted, nil
	case "PAUSED":
		return connect.TargetPaused, nil
	case "STOPPED":
		return connect.TargetStopped, nil
	}
	return "", fmt.Errorf("initial_state must be RUNNING, PAUSED or STOPPED, not %q", initial)
}

func place(_ string, _ int, workers []string) string { return workers[0] }

func foreign(context.Context, *kgo.Client, string) ([]string, error) { return nil, nil }

// clusterID returns the id of the Kafka cluster, "" until it is known.
func (w *worker) clusterID() string {
	if id := w.cluster.Load(); id != nil {
		return *id
	}
	return ""
}

// learnClusterID asks Kafka for the id of the cluster until it answers.
func (w *worker) learnClusterID(ctx context.Context, client *kgo.Client) {
	for ctx.Err() == nil {
		metadata, err := kadm.NewClient(client).BrokerMetadata(ctx)
		if err == nil {
			w.cluster.Store(&metadata.Cluster)
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}
