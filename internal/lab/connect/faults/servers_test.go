package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/lab/connect/connecttest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// killWorkers kills a worker that runs the only task of a connector, and a task of the
// connector under load. The task becomes UNASSIGNED, and then all tasks run on the others. A
// new worker gets tasks again.
func killWorkers(w *world) {
	topic := kafkatest.Topic(w, w.broker, 1)
	w.Table("single")
	w.Produce(topic, 0, 10)
	w.strike(times(1, 20), func() {
		single := fmt.Sprintf("single%d-%s", w.times, w.Group)
		w.any().Create(single, w.Sink(topic, "single", 1), "")
		id := w.any().AwaitState(single, connect.Running, connecttest.Running(1)).Tasks[0].WorkerID
		n, before := slices.Index(w.ids(), id), w.unassigned(single)
		require.NoError(w, w.workers[n].Kill())
		w.workers = slices.Delete(w.workers, n, n+1)
		if w.times%2 == 0 {
			w.pauseAndResume()
		}
		for _, worker := range w.workers {
			worker.AwaitState(single, connect.Running, connecttest.Running(1), w.ids()...)
		}
		require.Greater(w, w.unassigned(single), before, "nobody has said that the task of %s is UNASSIGNED", id)
		w.placed()
		w.awaitProgress(300)
		w.workers = append(w.workers, w.Start().Healthy())
		w.placed()
		w.AwaitRows("single", 10)
		w.any().Do(http.MethodDelete, "/connectors/"+single, nil)
	})
}

// unassigned is how often the status topic says that a task of a connector is UNASSIGNED.
func (w *world) unassigned(connector string) (n int) {
	w.Helper()
	for _, r := range kafkatest.Records(w, w.broker, w.Group+"-status") {
		var value struct{ State string }
		if strings.HasPrefix(string(r.Key), "status-task-"+connector) && json.Unmarshal(r.Value, &value) == nil && value.State == "UNASSIGNED" {
			n++
		}
	}
	return n
}

// killKafka kills the broker. The workers answer from memory, and change nothing.
func killKafka(w *world) {
	w.strike(times(1, 15), func() {
		require.NoError(w, w.broker.Kill())
		worker := w.any()
		worker.Await("/ready", http.StatusServiceUnavailable, `"component"`)
		w.showsRunning()
		status, answer := worker.Call(http.MethodPut, "/connectors/"+w.connector+"/pause", nil)
		require.Equal(w, http.StatusInternalServerError, status, answer)
		w.outage()
		w.showsRunning()
		require.NoError(w, w.broker.Start(w.Context()))
		began := time.Now()
		w.awaitProgress(300)
		w.Logf("records flow again %s after Kafka answers", time.Since(began).Round(time.Millisecond))
		w.placed()
	})
}

// killMariaDB kills the database. The tasks wait, and say why.
func killMariaDB(w *world) {
	w.strike(times(2, 15), func() {
		require.NoError(w, w.server.Kill())
		for _, worker := range w.workers {
			worker.Await("/ready", http.StatusServiceUnavailable, w.server.Addr())
		}
		w.showsRunning()
		w.outage()
		w.showsRunning()
		if w.times%2 == 1 {
			w.pauseAndResume()
		}
		require.NoError(w, w.server.Start(w.Context()))
		for _, worker := range w.workers {
			worker.Await("/ready", http.StatusOK, `"ready":true`)
		}
	})
}

// showsRunning requires that an outage is not shown as a failure.
func (w *world) showsRunning() {
	w.Helper()
	for _, worker := range w.workers {
		status, answer := w.quick(worker, "/connectors/"+w.connector+"/status")
		require.Equal(w, http.StatusOK, status, answer)
		require.Equal(w, 1+tasks, strings.Count(answer, `"state":"RUNNING"`), answer)
	}
}

// pauseAndResume pauses the connector under load on one worker, and resumes it on another.
func (w *world) pauseAndResume() {
	w.Helper()
	path := "/connectors/" + w.connector
	w.any().Do(http.MethodPut, path+"/pause", nil)
	w.any().AwaitState(w.connector, connect.Paused, slices.Repeat([]connect.State{connect.Paused}, tasks), w.ids()...)
	w.any().Do(http.MethodPut, path+"/resume", nil)
	w.any().AwaitState(w.connector, connect.Running, connecttest.Running(tasks), w.ids()...)
}

// outage lets the servers stay away for a moment, or much longer than clients are patient.
func (w *world) outage() {
	w.pass(500*time.Millisecond + time.Duration(w.random.IntN(times(1000, 20_000)))*time.Millisecond)
}
