package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/lab/connect/connecttest"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) {
	sharedtest.Main(m, kafkatest.Close, mariadbtest.Close, ordersinktest.Close)
}

// full is a run of every fault, many times.
var full = os.Getenv("CHAOS") == "full"

// times is how often a fault strikes.
func times(short, long int) int {
	if full {
		return long
	}
	return short
}

func seed() uint64 {
	if seed, err := strconv.ParseUint(os.Getenv("CHAOS_SEED"), 10, 64); err == nil {
		return seed
	}
	return rand.Uint64N(1_000_000)
}

// fault is one way to break things.
type fault struct {
	name          string
	run           func(w *world)
	privateBroker bool
	privateDB     bool
	serverOptions []string          // of a private database
	topic         map[string]string // settings of the config topic
}

// TestFaults breaks one thing after the other, because two cores are busy with one.
func TestFaults(t *testing.T) {
	seed := seed()
	t.Logf("CHAOS_SEED=%d", seed)
	for _, f := range []fault{
		{name: "workers killed and added", run: killWorkers},
		{name: "Kafka killed", run: killKafka, privateBroker: true},
		{name: "MariaDB killed", run: killMariaDB, privateDB: true},
		{name: "connector changed under load", run: change},
		{name: "50 connectors at once", run: createMany, privateDB: true,
			serverOptions: []string{"--max-connections=500"}}, // the default is 151
		{name: "config topic compacted", run: compact, topic: map[string]string{
			"cleanup.policy": "compact", "segment.bytes": "1048576", "segment.ms": "100",
			"min.cleanable.dirty.ratio": "0.001", "delete.retention.ms": "0",
		}},
		{name: "one connector created twice", run: createTwice},
	} {
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t, f, rand.New(rand.NewPCG(seed, 0)))
			began := time.Now()
			f.run(w)
			w.finish()
			t.Logf("| %s | %d times | %d records | %d rows sent | longest pause %s | %s |",
				f.name, w.times, w.load.sent.Load(), w.sent(), w.load.pause.Round(time.Millisecond), time.Since(began).Round(time.Second))
		})
	}
}

// The connector that runs under load.
const (
	name       = "orders"
	tasks      = 3
	partitions = 6
)

// world is a cluster of three workers, and a connector with a load.
type world struct {
	*connecttest.Cluster
	*testing.T
	random    *rand.Rand
	broker    *kafka.Java
	server    *mariadbtest.Server
	workers   []*connecttest.Worker
	connector string
	topic     string
	load      *load
	times     int
}

func newWorld(t *testing.T, f fault, random *rand.Rand) *world {
	w := &world{T: t, random: random}
	if w.broker = kafkatest.Shared(t); f.privateBroker {
		w.broker = kafkatest.Private(t)
	}
	if w.server = mariadbtest.Shared(t); f.privateDB {
		w.server = mariadbtest.Private(t, f.serverOptions...)
	}
	w.Cluster = connecttest.New(t, w.broker, w.server)
	if f.topic != nil {
		require.NoError(t, w.broker.CreateTopic(t.Context(), w.Group+"-configs", 1, f.topic))
	}
	for range 3 {
		w.workers = append(w.workers, w.Start())
	}
	for _, worker := range w.workers {
		worker.Healthy()
	}
	w.connector, w.topic = name+"-"+w.Group, kafkatest.Topic(t, w.broker, partitions)
	w.Table("orders")
	w.workers[0].Create(w.connector, w.config(), "")
	w.placed()
	w.load = start(w)
	w.awaitProgress(300)
	return w
}

func (w *world) config() map[string]string { return w.Sink(w.topic, "orders", tasks) }

// ids are the ids of the workers.
func (w *world) ids() (ids []string) {
	for _, worker := range w.workers {
		ids = append(ids, worker.ID)
	}
	return ids
}

// placed waits until every worker shows that all tasks run on the present workers, on as many
// of them as possible.
func (w *world) placed() (s connect.Status) {
	w.Helper()
	for _, worker := range w.workers {
		eventuallytest.Succeeds(w, connecttest.Patience, worker.ID+" shows a task on each worker", func(ctx context.Context) (err error) {
			if s, err = worker.Status(ctx, w.connector); err != nil {
				return err
			}
			used := map[string]bool{}
			for _, task := range s.Tasks {
				if task.State == connect.Running && slices.Contains(w.ids(), task.WorkerID) {
					used[task.WorkerID] = true
				}
			}
			if s.Connector.State != connect.Running || len(s.Tasks) != tasks || len(used) < min(tasks, len(w.workers)) {
				return fmt.Errorf("it shows %+v", s)
			}
			return nil
		})
	}
	return s
}

// any returns one of the workers.
func (w *world) any() *connecttest.Worker { return w.workers[w.random.IntN(len(w.workers))] }

// strike does the fault so many times at random moments, and waits each time until records
// flow again.
func (w *world) strike(times int, fault func()) {
	w.Helper()
	for range times {
		w.pass(time.Duration(50+w.random.IntN(500)) * time.Millisecond)
		fault()
		w.times++
		w.awaitProgress(300)
	}
}

// pass lets time pass under the fault.
func (w *world) pass(d time.Duration) {
	select {
	case <-time.After(d):
	case <-w.Context().Done():
	}
}

// finish ends the load and compares the table with the records.
func (w *world) finish() {
	w.Helper()
	n := w.load.end()
	w.AwaitRows("orders", n)
	for _, worker := range w.workers {
		worker.Await("/ready", 200, `"ready":true`)
	}
	w.placed()
	w.wholeGroup()
}

func (w *world) sent() int { return w.Writes("orders") }

// wholeGroup waits until the offsets of all records are committed.
func (w *world) wholeGroup() {
	w.Helper()
	kafkatest.AwaitGroup(w, w.broker, "connect-"+w.connector, w.topic)
}

// quick requires an answer within a second.
func (w *world) quick(worker *connecttest.Worker, path string) (int, string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 5*time.Second)
	defer cancel()
	began := time.Now()
	status, answer, err := worker.Try(ctx, "GET", path, nil)
	require.NoError(w, err)
	require.Less(w, time.Since(began), 2*time.Second, fmt.Sprintf("GET %s is slow", path))
	return status, answer
}
