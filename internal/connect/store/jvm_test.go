package store

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

const jvmPatience = 3 * time.Minute

// jvm is a real worker of Kafka Connect.
type jvm struct {
	*connectworker.Worker
	t *testing.T
}

func startJVM(t *testing.T, seeds []string, group string) jvm {
	t.Helper()
	w, err := connectworker.StartIn(t.Context(), t.TempDir(), seeds, group, connectworker.JDBCSink)
	javatest.Require(t, err)
	t.Cleanup(func() { _ = w.Close() })
	return jvm{w, t}
}

// ask sends a request until the worker does not rebalance, and reads the answer into into.
func (w jvm) ask(method, path string, body, into any) {
	w.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(w.t, err)
	require.EventuallyWithT(w.t, func(t *assert.CollectT) {
		request, err := http.NewRequestWithContext(w.t.Context(), method, "http://"+w.Address()+path, bytes.NewReader(text))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, 2, response.StatusCode/100, string(answer))
		if into != nil {
			require.NoError(t, json.Unmarshal(answer, into))
		}
	}, jvmPatience, 50*time.Millisecond)
}

// sink is the configuration of a connector whose tasks fail, because there is no database.
func sink(value string) map[string]string {
	return map[string]string{
		"connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector", "tasks.max": "2", "topics": "orders",
		"connection.url": "jdbc:mariadb://127.0.0.1:1/db", "connection.username": "u", "connection.password": "p",
		"custom": value,
	}
}

// named adds the member that a JVM worker requires in what is stored.
func named(name string, config map[string]string) map[string]string {
	config = maps.Clone(config)
	config["name"] = name
	return config
}

type jvmStatus struct {
	Connector connect.ConnectorState
	Tasks     []connect.TaskState
}

func TestAJVMWorkerReadsWhatThisWorkerWrote(t *testing.T) {
	b := kafkatest.Shared(t)
	group := topicName(t)
	x, y := openConfigs(t, b, group+"-configs"), openConfigs(t, b, group+"-configs")
	ctx := t.Context()
	require.NoError(t, x.Create(ctx, "started", named("started", sink("${file:/tmp/none:x}<&>")), connect.TargetStarted))
	require.NoError(t, x.Create(ctx, "paused-0", named("paused-0", sink("1")), connect.TargetPaused))
	require.NoError(t, x.Create(ctx, "stopped", named("stopped", sink("1")), ""))
	require.NoError(t, x.SetTarget(ctx, "stopped", connect.TargetStopped))
	require.NoError(t, x.Put(ctx, "stopped", named("stopped", sink("2"))))
	require.NoError(t, x.Create(ctx, "deleted", named("deleted", sink("1")), connect.TargetStopped))
	require.NoError(t, x.Delete(ctx, "deleted"))
	race(t, []*Configs{x, y}, "raced")
	s := openStatuses(t, b, group+"-status", "gone:8083", one)
	s.SetConnector("started", running("gone:8083"))
	s.SetTask("started", task(0, connect.Running, "gone:8083"))
	s.Close(ctx)

	w := startJVM(t, b.Seeds(), group)
	want := x.Connectors()
	var names []string
	w.ask(http.MethodGet, "/connectors", nil, &names)
	require.ElementsMatch(t, []string{"started", "paused-0", "stopped", "raced"}, names)
	states := map[connect.Target]connect.State{connect.TargetStarted: connect.Running, connect.TargetPaused: connect.Paused, connect.TargetStopped: connect.Stopped}
	for name, stored := range want {
		var config map[string]string
		w.ask(http.MethodGet, "/connectors/"+name+"/config", nil, &config)
		require.Equal(t, stored.Config, config)
		require.EventuallyWithT(t, func(t *assert.CollectT) {
			var status jvmStatus
			w.ask(http.MethodGet, "/connectors/"+name+"/status", nil, &status)
			require.Equal(t, states[stored.Target], status.Connector.State, "%s: %s", name, status.Connector.Trace)
		}, jvmPatience, 50*time.Millisecond)
	}

	// What the worker writes does not disturb the readers here.
	w.ask(http.MethodPut, "/connectors/started/config", sink("new"), nil)
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		stored, _ := y.Get("started")
		require.Equal(t, "new", stored.Config["custom"])
		require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(y.Connectors())))
	}, jvmPatience, 10*time.Millisecond)
}

func TestThisWorkerReadsWhatAJVMWorkerWrote(t *testing.T) {
	b := kafkatest.Shared(t)
	group := topicName(t)
	w := startJVM(t, b.Seeds(), group)
	for name, target := range map[string]string{"started": "RUNNING", "paused-0": "PAUSED", "stopped": "STOPPED", "later": "RUNNING", "deleted": "RUNNING"} {
		w.ask(http.MethodPost, "/connectors", map[string]any{"name": name, "config": sink(name), "initial_state": target}, nil)
	}
	w.ask(http.MethodPut, "/connectors/later/stop", nil, nil)
	w.ask(http.MethodDelete, "/connectors/deleted", nil, nil)
	w.ask(http.MethodPut, "/connectors/paused-0/config", sink("changed"), nil)

	early := openConfigs(t, b, group+"-configs")
	states := openStatuses(t, b, group+"-status", "x:1", one)
	var all map[string]struct {
		Info   connect.Info
		Status jvmStatus
	}
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		w.ask(http.MethodGet, "/connectors?expand=info&expand=status", nil, &all)
		require.Len(t, all, 4)
		require.Len(t, all["started"].Status.Tasks, 2)
		for _, task := range all["started"].Status.Tasks {
			require.Equal(t, connect.Failed, task.State)
		}
		for name, want := range all {
			state, known := states.Connector(name)
			require.True(t, known)
			require.Equal(t, want.Status.Connector, state)
			require.Equal(t, want.Status.Tasks, append([]connect.TaskState{}, states.Tasks(name)...))
		}
	}, jvmPatience, 50*time.Millisecond)
	require.NoError(t, w.Close())

	targets := map[string]connect.Target{}
	for name, stored := range early.Connectors() {
		require.Equal(t, all[name].Info.Config, stored.Config)
		targets[name] = stored.Target
	}
	require.Equal(t, map[string]connect.Target{
		"started": connect.TargetStarted, "paused-0": connect.TargetPaused, "stopped": connect.TargetStopped, "later": connect.TargetStopped,
	}, targets)
	require.Equal(t, early.Connectors(), openConfigs(t, b, group+"-configs").Connectors())
}
