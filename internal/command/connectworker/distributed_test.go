package connectworker

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// distributed are the properties of the workers of one cluster.
func distributed(b kafka.Broker) string {
	return "bootstrap.servers=" + b.Seeds()[0] + converters +
		"group.id=workers\nconfig.storage.topic=configs\nstatus.storage.topic=states\noffset.storage.topic=offsets\n" +
		"config.storage.replication.factor=1\nstatus.storage.replication.factor=1\n"
}

// status returns the state of a connector as a worker shows it.
func (r *running) status(name string) (s connect.Status, err error) {
	code, text := r.call("GET", "/connectors/"+name+"/status", "")
	if code != 200 {
		return s, fmt.Errorf("%d %s", code, text)
	}
	return s, json.Unmarshal([]byte(text), &s)
}

// awaitPlaced waits until all tasks of a connector run, each on one of the workers.
func (r *running) awaitPlaced(name string, tasks int, workers ...*running) connect.Status {
	r.t.Helper()
	live := map[string]bool{}
	for _, w := range workers {
		live[w.url[len("http://"):]] = true
	}
	var s connect.Status
	eventuallytest.Succeeds(r.t, patience, fmt.Sprintf("%s shows %d running tasks", r.url, tasks), func(context.Context) (err error) {
		if s, err = r.status(name); err != nil {
			return err
		}
		runs := s.Connector.State == connect.Running && live[s.Connector.WorkerID] && len(s.Tasks) == tasks
		for _, task := range s.Tasks {
			runs = runs && task.State == connect.Running && live[task.WorkerID]
		}
		if !runs {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
	return s
}

func TestWorkersShareTheTasks(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		server := mariadbtest.Shared(t)
		topic, dsn := kafkatest.Topic(t, b, 6), server.DSN(server.Database(t))
		first, second, third := run(t, properties.Distributed, distributed(b)), run(t, properties.Distributed, distributed(b)), run(t, properties.Distributed, distributed(b))
		for _, w := range []*running{first, second, third} {
			w.await("/health", 200, "healthy")
		}
		config := sink(t, dsn, topic)
		config["tasks.max"] = "3"
		code, answer := first.call("POST", "/connectors", body(t, map[string]any{"name": "orders", "config": config}))
		require.Equal(t, 201, code, answer)
		code, answer = second.call("POST", "/connectors", body(t, map[string]any{"name": "orders", "config": config}))
		require.Equal(t, 409, code, answer)
		s := second.awaitPlaced("orders", 3, first, second, third)
		workers := map[string]bool{}
		for _, task := range s.Tasks {
			workers[task.WorkerID] = true
		}
		require.Len(t, workers, 3)
		third.awaitPlaced("orders", 3, first, second, third)
		produce(t, b, topic, 0, 30)
		awaitRows(t, dsn, "orders", 30)

		// A worker leaves.
		require.NoError(t, first.stop())
		second.awaitPlaced("orders", 3, second, third)
		produce(t, b, topic, 30, 60)
		awaitRows(t, dsn, "orders", 60)

		// One worker alone, and a new one that begins with what is on the topics.
		require.NoError(t, third.stop())
		second.awaitPlaced("orders", 3, second)
		require.NoError(t, second.stop())
		fourth := run(t, properties.Distributed, distributed(b))
		fourth.awaitPlaced("orders", 3, fourth)
		produce(t, b, topic, 60, 90)
		awaitRows(t, dsn, "orders", 90)
		code, answer = fourth.call("DELETE", "/connectors/orders", "")
		require.Equal(t, 204, code, answer)
		fourth.await("/connectors", 200, "[]")
	})
}

func TestTheRESTAPIAnswersBeforeKafka(t *testing.T) {
	w := run(t, properties.Distributed, `bootstrap.servers=127.0.0.1:1
group.id=workers
config.storage.topic=configs
status.storage.topic=states
offset.storage.topic=offsets
`+converters)
	w.await("/", 200, `"version":"4.3.1"`)
	w.await("/health", 503, "starting")
	w.await("/ready", 503, "starting")
	for _, path := range []string{"/connectors", "/connectors/x", "/connectors/x/status", "/order-sink/connectors/x"} {
		w.await(path, 503, "starting")
	}
	code, answer := w.call("POST", "/connectors", `{"name":"x","config":{}}`)
	require.Equal(t, 503, code, answer)
	require.NoError(t, w.stop())
}

// While Kafka is down, the worker shows its connectors, and changes nothing.
func TestKafkaIsDown(t *testing.T) {
	b, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	topic, dsn := kafkatest.Topic(t, b, 1), server.DSN(server.Database(t))
	w := run(t, properties.Distributed, distributed(b))
	w.await("/health", 200, "healthy")
	code, answer := w.call("POST", "/connectors", body(t, map[string]any{"name": "orders", "config": sink(t, dsn, topic)}))
	require.Equal(t, 201, code, answer)
	w.awaitPlaced("orders", 1, w)
	require.NoError(t, b.Close())

	w.await("/ready", 503, `"component":"topics"`)
	began := time.Now()
	code, answer = w.call("PUT", "/connectors/orders/pause", "")
	require.Equal(t, 500, code, answer)
	require.Contains(t, answer, "nothing was changed")
	require.Less(t, time.Since(began), 8*time.Second)
	began = time.Now()
	code, answer = w.call("GET", "/connectors/orders/status", "")
	require.Equal(t, 200, code)
	require.Contains(t, answer, `"state":"RUNNING"`, "an outage is no failure")
	require.Less(t, time.Since(began), time.Second)
	began = time.Now()
	require.NoError(t, w.stop())
	require.Less(t, time.Since(began), 15*time.Second)
}
