package store

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

const patience = time.Minute

func openStatuses(t testing.TB, b kafka.Broker, topic, self string, generation func() int) *Statuses {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, err := OpenStatuses(ctx, Topic{Name: topic, Replication: 1}, self, generation, options(b), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { s.Close(t.Context()) })
	return s
}

func one() int { return 1 }

func running(worker string) connect.ConnectorState {
	return connect.ConnectorState{State: connect.Running, WorkerID: worker}
}

func task(id int, state connect.State, worker string) connect.TaskState {
	return connect.TaskState{ID: id, State: state, WorkerID: worker}
}

// eventually waits until a worker sees the tasks of connector c.
func eventually(t testing.TB, s *Statuses, want ...connect.TaskState) {
	t.Helper()
	require.EventuallyWithT(t, func(t *assert.CollectT) { require.Equal(t, want, s.Tasks("c")) }, patience, 5*time.Millisecond)
}

func TestEachWorkerSeesTheStatesOfAll(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := topicName(t)
		x, y := openStatuses(t, b, topic, "x:1", one), openStatuses(t, b, topic, "y:1", one)
		x.SetConnector("c", running("x:1"))
		x.SetTask("c", task(0, connect.Running, "x:1"))
		failed := connect.TaskState{ID: 1, State: connect.Failed, WorkerID: "y:1", Trace: "java.lang.Error: <&>\n\tat x", Version: "1.0"}
		y.SetTask("c", failed)
		x.AddTopic("c", "orders", 0)
		for _, s := range []*Statuses{x, y} {
			eventually(t, s, task(0, connect.Running, "x:1"), failed)
			require.Eventually(t, func() bool { return len(s.Topics("c")) == 1 }, patience, 5*time.Millisecond)
		}
		late := openStatuses(t, b, topic, "z:1", one)
		eventually(t, late, task(0, connect.Running, "x:1"), failed)
		state, known := late.Connector("c")
		require.True(t, known)
		require.Equal(t, running("x:1"), state)

		y.Forget("c")
		for _, s := range []*Statuses{x, late} {
			require.Eventually(t, func() bool { return s.Tasks("c") == nil && s.Topics("c") == nil }, patience, 5*time.Millisecond)
		}
		last := map[string]string{}
		for _, r := range kafkatest.Records(t, b, topic) {
			last[string(r.Key)] = string(r.Value)
			if string(r.Key) == "status-task-c-1" && r.Value != nil {
				require.JSONEq(t, `{"state":"FAILED","trace":"java.lang.Error: <&>\n\tat x","worker_id":"y:1","generation":1,"version":"1.0"}`, string(r.Value))
			}
		}
		require.Equal(t, map[string]string{"status-connector-c": "", "status-task-c-0": "", "status-task-c-1": "", "status-topic-orders:connector-c": ""}, last)
	})
}

func TestTheStatesOfEveryWorkerAreRead(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 3)
	require.NoError(t, alter(t, b, topic, "compact"))
	for _, r := range [][2]string{
		{"status-connector-a-0", `{"state":"PAUSED","trace":null,"worker_id":"j:8083","generation":7}`},
		{"status-task-a-0-12", `{"state":"FAILED","trace":"t","worker_id":"j:8083","generation":7,"version":"v"}`},
		{"status-topic-my.topic:connector-a-0", `{"topic":{"name":"my.topic","connector":"a-0","task":12,"discoverTimestamp":1}}`},
		{"status-task-a-0-x", `{"state":"RUNNING"}`},
		{"status-task-a-0-1", `{}`},
		{"status-task-a-0-2", `"RUNNING"`},
		{"status-topic-nothing", `{}`},
		{"other", `{}`},
		{"status-task-a-0-3", `{"state":"RUNNING","trace":null,"worker_id":"j:8083","generation":7}`},
		{"status-task-a-0-3", ""},
	} {
		produce(t, b, topic, r[0], r[1])
	}
	s := openStatuses(t, b, topic, "x:1", one)
	state, known := s.Connector("a-0")
	require.True(t, known)
	require.Equal(t, connect.ConnectorState{State: connect.Paused, WorkerID: "j:8083"}, state)
	require.Equal(t, []connect.TaskState{{ID: 12, State: connect.Failed, WorkerID: "j:8083", Trace: "t", Version: "v"}}, s.Tasks("a-0"))
	require.Equal(t, []string{"my.topic"}, s.Topics("a-0"))
}

func TestOnlyTheNewestStateIsSentAfterAnOutage(t *testing.T) {
	b := kafkatest.Private(t)
	topic := topicName(t)
	s := openStatuses(t, b, topic, "x:1", one)
	s.SetTask("c", task(0, connect.Running, "x:1"))
	other := openStatuses(t, b, topic, "y:1", one)
	eventually(t, other, task(0, connect.Running, "x:1"))
	require.NoError(t, b.Kill())
	for i := range 1000 {
		s.SetTask("c", connect.TaskState{ID: 0, State: connect.Failed, WorkerID: "x:1", Trace: fmt.Sprint(i)})
	}
	want := connect.TaskState{ID: 0, State: connect.Failed, WorkerID: "x:1", Trace: "999"}
	require.Equal(t, []connect.TaskState{want}, s.Tasks("c"), "visible here at once")
	require.NoError(t, b.Start(t.Context()))
	eventually(t, other, want)
	require.Less(t, len(kafkatest.Records(t, b, topic)), 20)
	s.Close(t.Context())
	s = openStatuses(t, b, topic, "x:1", one)
	eventually(t, s, want)
}

func TestALateStateDoesNotHideWhereATaskRuns(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := topicName(t)
		var generation atomic.Int64
		generation.Store(8)
		now := func() int { return int(generation.Load()) }
		owner, leader := openStatuses(t, b, topic, "x:1", now), openStatuses(t, b, topic, "l:1", now)
		owner.SetTask("c", task(0, connect.Running, "x:1"))
		eventually(t, leader, task(0, connect.Running, "x:1"))

		// A worker that was separated from Kafka sends what it did in an older generation.
		late := openStatuses(t, b, topic, "late:1", func() int { return 7 })
		late.SetTask("c", task(0, connect.Running, "late:1"))
		require.Eventually(t, func() bool {
			return len(kafkatest.Records(t, b, topic)) == 3
		}, patience, 20*time.Millisecond, "the owner writes its state again")
		for _, s := range []*Statuses{owner, leader, late} {
			eventually(t, s, task(0, connect.Running, "x:1"))
		}
		late.SetTask("c", task(0, connect.Unassigned, "late:1"))
		eventually(t, late, task(0, connect.Running, "x:1"))

		// The leader takes the owner for dead. Later the task moves.
		leader.SetTask("c", task(0, connect.Unassigned, "x:1"))
		require.Eventually(t, func() bool {
			return len(kafkatest.Records(t, b, topic)) == 5
		}, patience, 20*time.Millisecond, "the owner lives, and writes its state again")
		eventually(t, leader, task(0, connect.Running, "x:1"))
		generation.Store(9)
		leader.SetTask("c", task(0, connect.Running, "l:1"))
		for _, s := range []*Statuses{owner, leader, late} {
			eventually(t, s, task(0, connect.Running, "l:1"))
		}
	})
}
