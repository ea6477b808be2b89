package clients

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/java"
	"github.com/order-sink/order-sink/internal/servers/javatest"
)

// The Java client returns its own objects, whose members have names in camel case.
type (
	javaDefinition struct {
		Name   string
		Config map[string]string
		Tasks  []map[string]any
		Type   string
	}
	javaStatus struct {
		Name      string
		Connector map[string]string
		Tasks     []javaTask
		Type      string
	}
	javaTask struct {
		ID       int
		State    string
		WorkerID string
		Trace    string
	}
)

// The life of a connector with kafka-connect-client of SourceLab, through which AKHQ asks:
// the pages of AKHQ make these calls.
func TestJava(t *testing.T) {
	path, err := java.Find(t.Context())
	javatest.Require(t, err)
	classpath := javatest.Compile(t, "java")
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		client := startCaller(t, path, "-cp", classpath, "ordersink.ConnectClient", w.url)
		client.call(nil, "version")
		c.akhqDefinitions(client)

		var created javaDefinition
		client.call(&created, "create", c.name, c.config())
		require.Equal(t, c.named(c.config()), created.Config)
		require.ErrorContains(t, client.try(nil, "create", c.name, c.config()), "Connector "+c.name+" already exists")
		c.awaitRunning()
		c.sendNew(10)
		c.awaitRows()
		var all struct {
			Definitions map[string]javaDefinition
			Statuses    map[string]javaStatus
		}
		client.call(&all, "expanded") // the page of all connectors
		require.Equal(t, c.named(c.config()), all.Definitions[c.name].Config)
		require.Equal(t, "sink", all.Definitions[c.name].Type)
		require.Len(t, all.Definitions[c.name].Tasks, tasks)
		s := all.Statuses[c.name]
		require.Equal(t, "RUNNING", s.Connector["state"])
		require.NotEmpty(t, s.Connector["worker_id"])
		require.Len(t, s.Tasks, tasks)
		for n, task := range s.Tasks {
			require.Equal(t, javaTask{ID: n, State: "RUNNING", WorkerID: s.Connector["worker_id"]}, task)
		}

		for _, step := range []struct{ call, connector, tasks string }{
			{"pause", "PAUSED", "PAUSED"}, {"resume", "RUNNING", "RUNNING"}, {"restart", "RUNNING", "RUNNING"},
		} {
			client.call(nil, step.call, c.name)
			c.awaitStates(step.connector, step.tasks, step.tasks)
		}
		client.call(nil, "restartTask", c.name, 1)
		c.awaitRunning()
		var config map[string]string
		client.call(&created, "update", c.name, c.config("batch.size", "50"))
		client.call(&config, "config", c.name)
		require.Equal(t, c.named(c.config("batch.size", "50")), config)
		c.sendNew(10)
		c.awaitRows()
		client.call(nil, "tasks", c.name)
		client.call(nil, "topics", c.name)
		client.call(nil, "stop", c.name)
		c.awaitStates("STOPPED")

		client.call(nil, "delete", c.name)
		require.ErrorContains(t, client.try(nil, "get", c.name), "Connector "+c.name+" not found")
	})
}

// akhqDefinitions does what AKHQ does before it shows the form of a new connector: it validates
// a configuration of a class and a topic for each plugin.
func (c *connector) akhqDefinitions(client *caller) {
	c.Helper()
	var plugins []struct{ ClassName, Type, Version string }
	client.call(&plugins, "plugins")
	found := false
	for _, plugin := range plugins {
		found = found || plugin.ClassName == c.class
		var results struct {
			Name    string
			Configs []struct {
				Definition struct{ Name, Type, Importance string }
				Value      struct{ Errors []string }
			}
		}
		begin := time.Now()
		client.call(&results, "validate", plugin.ClassName, map[string]string{"connector.class": plugin.ClassName, "topics": "getPlugins"})
		require.Less(c, time.Since(begin), 5*time.Second, "it must not ask MariaDB")
		require.NotEmpty(c, results.Configs)
		errors := 0
		for _, config := range results.Configs {
			require.NotEmpty(c, config.Definition.Type)
			errors += len(config.Value.Errors)
		}
		require.Positive(c, errors, "the URL is missing")
	}
	require.True(c, found)
}
