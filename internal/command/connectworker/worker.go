package connectworker

import (
	"context"
	"errors"
	"fmt"
	"net"
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

// runHerder runs the connectors. It waits for Kafka first.
func (w *worker) runHerder(ctx context.Context) error {
	self, log := w.config.ID(), w.loggers.Logger(loggerName)
	log.Info("The worker is starting", "worker_id", self, "address", w.rest.Addr().String())
	options, err := w.config.Client.Opts()
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return fmt.Errorf("configuring the Kafka client of the worker: %w", err)
	}
	defer client.Close()
	go w.learnClusterID(ctx, client)
	cluster, leave, err := w.join(ctx, options)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer leave()
	log.Info("The worker knows its connectors", "connectors", len(cluster.Configs.Connectors()))
	return w.herder.Run(ctx, cluster)
}

// join returns what the workers of the cluster share, and how to leave them. It waits for
// Kafka until ctx ends.
func (w *worker) join(ctx context.Context, options []kgo.Opt) (c herder.Cluster, leave func(), err error) {
	self := w.config.ID()
	if w.config.Mode == properties.Standalone {
		configs := store.NewMemoryConfigs()
		return herder.Cluster{Configs: configs, Statuses: store.NewMemoryStatuses(), Members: group.Single(self)}, configs.Close, nil
	}
	log := w.loggers.Logger("org.apache.kafka.connect.storage")
	configs, err := store.OpenConfigs(ctx, topic(w.config.ConfigTopic), options, log)
	if err != nil {
		return c, nil, err
	}
	var members atomic.Pointer[group.Group]
	generation := func() int {
		if g := members.Load(); g != nil {
			return g.Generation()
		}
		return 0
	}
	statuses, err := store.OpenStatuses(ctx, topic(w.config.StatusTopic), self, generation, options, log)
	if err != nil {
		configs.Close()
		return c, nil, err
	}
	g := group.Join(group.Settings{
		Group: w.config.GroupID, ConfigTopic: w.config.ConfigTopic.Name, Self: self, Client: options,
		Log: w.loggers.Logger("org.apache.kafka.connect.runtime.distributed"),
	})
	members.Store(g)
	repairing, stop := context.WithCancel(ctx)
	go configs.Repair(repairing, g.Leader)
	return herder.Cluster{Configs: configs, Statuses: statuses, Members: g}, func() {
		stop()
		last, cancel := context.WithTimeout(context.Background(), lastWrites)
		defer cancel()
		statuses.Close(last) // before the others take over
		g.Close()
		configs.Close()
	}, nil
}

// lastWrites is how long the last states of a worker that stops may take.
const lastWrites = 2 * time.Second

func topic(t properties.Topic) store.Topic {
	return store.Topic{Name: t.Name, Partitions: max(t.Partitions, 0), Replication: t.ReplicationFactor}
}

// create creates the connectors of the command line.
func (w *worker) create(ctx context.Context, all []connectorfile.File) error {
	if err := w.herder.Await(ctx); err != nil {
		return nil //nolint:nilerr // the worker stops before it was ready
	}
	for _, c := range all {
		initial, err := connect.InitialState(c.Initial)
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
