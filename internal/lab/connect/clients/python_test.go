package clients

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/pythontest"
)

// The life of a connector with kafka-connect-py, a client of PyPI.
func TestPython(t *testing.T) {
	interpreter := pythontest.Interpreter(t, filepath.Join("python", "requirements.txt"))
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		client := startCaller(t, interpreter, filepath.Join("python", "client.py"), w.url)
		var root map[string]string
		client.call(&root, "get_cluster_info")
		require.Contains(t, root, "kafka_cluster_id")
		var plugins []map[string]string
		client.call(&plugins, "list_connector_plugins")
		require.NotEmpty(t, plugins)
		var checked validation
		client.call(&checked, "validate_connector_config", c.class, c.named(c.config()))
		require.Zero(t, checked.Errors)

		var created info
		client.call(&created, "create_connector", map[string]any{"name": c.name, "config": c.config()})
		require.Equal(t, c.named(c.config()), created.Config)
		require.ErrorContains(t, client.try(nil, "create_connector", map[string]any{"name": c.name, "config": c.config()}), "409 Client Error")
		c.awaitRunning()
		c.sendNew(10)
		c.awaitRows()
		var got info
		client.call(&got, "get_connector", c.name)
		require.Equal(t, info{Name: c.name, Config: c.named(c.config()), Tasks: []taskID{{c.name, 0}, {c.name, 1}}, Type: "sink"}, got)
		var names []string
		client.call(&names, "list_connectors", nil, c.name, "running") // one request for the names and one for the states
		require.Equal(t, []string{c.name}, names)
		var expanded map[string]struct {
			Info   *info
			Status *status
		}
		client.call(&expanded, "list_connectors", "info", c.name)
		require.Equal(t, got, *expanded[c.name].Info)
		require.Nil(t, expanded[c.name].Status)
		c.pythonChanges(client)

		client.call(nil, "delete_connector", c.name)
		require.ErrorContains(t, client.try(nil, "get_connector", c.name), "404 Client Error")
	})
}

// pythonChanges changes the connector and its state in each way that the client has.
func (c *connector) pythonChanges(client *caller) {
	c.Helper()
	for _, step := range []struct{ method, connector, tasks string }{
		{"pause_connector", "PAUSED", "PAUSED"}, {"resume_connector", "RUNNING", "RUNNING"},
	} {
		client.call(nil, step.method, c.name)
		c.awaitStates(step.connector, step.tasks, step.tasks)
	}
	client.call(nil, "stop_connector", c.name)
	c.awaitStates("STOPPED")
	unstored := c.sendNew(5)
	var changed info
	client.call(&changed, "update_connector", c.name, c.config("batch.size", "100"))
	require.Equal(c, "100", changed.Config["batch.size"])
	c.requireWithout(unstored)
	client.call(nil, "resume_connector", c.name)
	c.awaitRunning()
	c.awaitRows()

	client.call(nil, "restart_connector", c.name)
	var restarting status
	client.call(&restarting, "restart_connector", c.name, true, false) // includeTasks=True
	require.Equal(c, "RESTARTING", restarting.Connector["state"])
	c.awaitRunning()
	client.call(nil, "restart_connector_task", c.name, 1)
	c.awaitRunning()
	var described []map[string]any
	client.call(&described, "list_connector_tasks", c.name)
	require.Len(c, described, tasks)
	var one task
	client.call(&one, "get_connector_task_status", c.name, 1)
	require.Equal(c, 1, one.ID)
	var topics map[string]map[string][]string
	client.call(&topics, "list_connector_topics", c.name)
	require.Equal(c, map[string]map[string][]string{c.name: {"topics": {c.topic}}}, topics)
	client.call(nil, "reset_connector_topics", c.name)
	c.sendNew(5)
	c.awaitRows()
}

// The command kc of the same package.
func TestPythonCommand(t *testing.T) {
	kc := filepath.Join(filepath.Dir(pythontest.Interpreter(t, filepath.Join("python", "requirements.txt"))), "kc")
	w := orderSink(t, debezium)
	c := newConnector(t, w)
	run := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), kc, append([]string{"--url", w.url, "--log-level", "ERROR"}, args...)...).CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	file := filepath.Join(t.TempDir(), "orders-sink.json")
	writeJSON(t, file, c.config())
	require.Contains(t, run("update", c.name, "--config-file", file), `"name": "`+c.name+`"`)
	c.awaitRunning()
	c.sendNew(5)
	c.awaitRows()
	require.Contains(t, run("status", c.name), `"state": "RUNNING"`)
	require.Contains(t, run("restart", c.name, "--include-tasks"), `"connector"`)
	require.Equal(t, "", run("delete", c.name))
	require.Contains(t, run("get", c.name), "404 Client Error")
}
