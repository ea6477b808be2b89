package herder

import (
	"slices"
	"time"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/stream"
)

// refused takes the record at which the stream stops.
func (i *instance) refused(w *want, r stream.Refusal) {
	i.fail(w, failure{trace: trace(connectException, "Exiting WorkerSinkTask due to unrecoverable exception.", "put",
		dataException, r.String())})
	i.nudge() // to stop the stream
}

// stored takes a topic of which records were stored or refused.
func (i *instance) stored(w *want, topic string) {
	if !i.h.Worker.TopicTracking {
		return
	}
	i.mutex.Lock()
	now, task := time.Now(), w.tasks[0]
	recent := now.Sub(i.topics[topic]) < period
	if !recent {
		i.topics[topic] = now
	}
	i.mutex.Unlock()
	if !recent && !slices.Contains(i.h.Statuses.Topics(i.name), topic) {
		i.h.Statuses.AddTopic(i.name, topic, task)
	}
}

// state returns what the tasks of the instance do, if the connector is to run.
func (i *instance) state() (connect.State, *failure) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	switch {
	case i.running == i.want && i.failure != nil:
		return connect.Failed, i.failure
	case i.running == i.want && (i.stream != nil || i.wait != ""):
		return connect.Running, nil
	case i.started:
		return connect.Restarting, nil
	}
	return connect.Unassigned, nil
}

// waits returns why the instance stores nothing.
func (i *instance) waits() (waits []connect.Wait) {
	i.mutex.Lock()
	s, wait := i.stream, i.wait
	i.mutex.Unlock()
	if wait != "" {
		waits = append(waits, connect.Wait{Component: "worker", Reason: wait})
	}
	if s != nil {
		waits = append(waits, s.Waits()...)
	}
	return waits
}

// pipeline returns the text that the instance runs, "" for none.
func (i *instance) pipeline() string {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.yaml
}

// idle reports whether nothing of the connector runs here.
func (i *instance) idle() bool {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.stream == nil && i.running == nil
}
