package herder

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

var ctx = context.Background()

func TestAConnectorStoresRows(t *testing.T) {
	w := newWorld(t)
	info, err := w.Create(ctx, "orders", w.config(), "")
	require.NoError(t, err)
	expected := w.config("name", "orders")
	require.Equal(t, connect.Info{Name: "orders", Config: expected, Tasks: []connect.TaskID{}, Type: "sink"}, info)

	w.send(0, 30)
	w.awaitRows(30)
	status := w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
	require.Equal(t, connect.TaskState{ID: 1, State: connect.Running, WorkerID: "worker:8083", Version: status.Connector.Version}, status.Tasks[1])
	require.Equal(t, "sink", status.Type)
	info, err = w.Info("orders")
	require.NoError(t, err)
	require.Equal(t, connect.Info{Name: "orders", Config: expected, Type: "sink", Tasks: []connect.TaskID{{Connector: "orders", Task: 0}, {Connector: "orders", Task: 1}}}, info)
	require.Equal(t, []string{"orders"}, w.Connectors())
	tasks, err := w.Tasks("orders")
	require.NoError(t, err)
	require.Len(t, tasks, 2)
	require.Equal(t, "io.confluent.connect.jdbc.sink.JdbcSinkTask", tasks[1].Config["task.class"])
	waits, err := w.Waits("orders")
	require.NoError(t, err)
	require.Empty(t, waits)
	topics, _ := w.ActiveTopics("orders")
	require.Equal(t, []string{w.topic}, topics)

	_, err = w.Create(ctx, "orders", w.config(), "")
	expectError(t, 409, "Connector orders already exists", err)
	_, err = w.Create(ctx, "other", map[string]string{"connector.class": "no.such.Class"}, "")
	expectError(t, 400, "Failed to find any class", err)
}

func TestPauseStopAndResume(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config(), "")
	require.NoError(t, err)
	w.send(0, 30)
	w.awaitRows(30)

	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetPaused))
	w.awaitStates("orders", connect.Paused, connect.Paused, connect.Paused)
	w.awaitNoMembers("orders")
	w.send(30, 60)
	require.Equal(t, map[int32]int64{0: 10, 1: 10, 2: 10}, w.offsets("orders"))
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStarted))
	w.awaitRows(60)
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)

	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStopped))
	w.awaitStates("orders", connect.Stopped)
	info, err := w.Info("orders")
	require.NoError(t, err)
	require.Empty(t, info.Tasks)
	w.awaitNoMembers("orders")
	w.send(60, 90)
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStarted))
	w.awaitRows(90)
	expectError(t, 404, "Unknown connector nope", w.SetTarget(ctx, "nope", connect.TargetPaused))
}

// awaitNoMembers waits until the stream has left its group.
func (w *world) awaitNoMembers(name string) {
	w.t.Helper()
	eventuallytest.Succeeds(w.t, patience, "the group has no members", func(context.Context) error {
		if n := w.members(name); n > 0 {
			return connect.Errorf(500, "%d members", n)
		}
		return nil
	})
}

func TestADeletedConnectorContinuesWhenItIsCreatedAgain(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config(), "")
	require.NoError(t, err)
	w.send(0, 30)
	w.awaitRows(30)
	require.NoError(t, w.Delete(ctx, "orders"))
	_, err = w.Status("orders")
	expectError(t, 404, "No status found for connector orders", err)
	_, err = w.Info("orders")
	expectError(t, 404, "Connector orders not found", err)
	expectError(t, 404, "Connector orders not found", w.Delete(ctx, "orders"))

	_, err = w.db.Exec("DELETE FROM t")
	require.NoError(t, err)
	_, err = w.Create(ctx, "orders", w.config(), "") // at once, while the old stream stops
	require.NoError(t, err)
	w.send(30, 45)
	w.awaitRows(15)
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
}

func TestTheInitialState(t *testing.T) {
	w := newWorld(t)
	w.send(0, 3)
	_, err := w.Create(ctx, "orders", w.config(), connect.TargetStopped)
	require.NoError(t, err)
	w.awaitStates("orders", connect.Stopped)
	require.Equal(t, -1, w.rows(), "there is no table")
	_, created, err := w.Put(ctx, "other", w.config("table.name.format", "t2"))
	require.NoError(t, err)
	require.True(t, created)
	w.awaitStates("other", connect.Running, connect.Running, connect.Running)
}
