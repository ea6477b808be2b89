package clients

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// The commands of kcctl, in the order in which a user meets them.
func TestKcctl(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		// info: Integer.parseInt reads the first two parts of the version, which say what the
		// worker can do.
		var root struct {
			Version string `json:"version"`
			Commit  string `json:"commit"`
			Cluster string `json:"kafka_cluster_id"`
		}
		c.ask("GET", "/", nil, 200).into(&root)
		parts := strings.SplitN(root.Version, ".", 3)
		require.GreaterOrEqual(t, len(parts), 2)
		major, err := strconv.Atoi(parts[0])
		require.NoError(t, err)
		minor, err := strconv.Atoi(parts[1])
		require.NoError(t, err)
		require.Greater(t, 100*major+minor, 306, "offsets can be altered from 3.6 on")
		require.NotEmpty(t, root.Commit)
		require.NotEmpty(t, root.Cluster)

		c.kcctlPlugins()
		c.kcctlApply()
		c.awaitRunning()
		c.sendNew(10)
		c.awaitRows()
		c.kcctlDescribe()

		// pause, resume, restart, stop
		c.ask("PUT", c.path("/pause"), nil, 202)
		c.awaitStates("PAUSED", "PAUSED", "PAUSED")
		c.ask("PUT", c.path("/resume"), nil, 202)
		c.awaitRunning()
		c.ask("POST", c.path("/restart"), nil, 204)
		var s status
		c.ask("POST", c.path("/restart?includeTasks=true&onlyFailed=true"), nil, 202).into(&s)
		require.Equal(t, "RUNNING", s.Connector["state"], "nothing has failed")
		c.ask("POST", c.path("/tasks/1/restart"), nil, 204)
		c.awaitRunning()

		// get connectors: GET /connectors/?expand=status
		var all map[string]struct{ Status status }
		c.ask("GET", "/connectors/?expand=status", nil, 200).into(&all)
		require.Equal(t, "RUNNING", all[c.name].Status.Connector["state"])
		require.Equal(t, "sink", all[c.name].Status.Type)

		c.ask("DELETE", c.path(""), nil, 204)
		require.Equal(t, "Connector "+c.name+" not found", c.ask("DELETE", c.path(""), nil, 404).message())
	})
}

// kcctlPlugins does `get plugins` and `describe plugin`.
func (c *connector) kcctlPlugins() {
	c.Helper()
	type plugin struct{ Class, Type, Version string }
	var sinks, all []plugin
	c.ask("GET", "/connector-plugins?connectorsOnly=true", nil, 200).into(&sinks)
	var found plugin
	for _, p := range sinks {
		require.Contains(c, []string{"sink", "source"}, p.Type)
		if p.Class == c.class {
			found = p
		}
	}
	require.Equal(c, "sink", found.Type)
	require.NotEmpty(c, found.Version)
	c.ask("GET", "/connector-plugins?connectorsOnly=false", nil, 200).into(&all)
	require.Greater(c, len(all), len(sinks), "converters and transforms, too")
	for _, name := range []string{c.class, "JdbcSinkConnector"} {
		if name != c.class && c.ours {
			continue // three classes have this simple name
		}
		var keys []map[string]any
		c.ask("GET", "/connector-plugins/"+name+"/config", nil, 200).into(&keys)
		require.Greater(c, len(keys), 30)
		for _, key := range keys {
			require.IsType(c, "", key["name"])
			require.IsType(c, "", key["type"])
			require.IsType(c, "", key["documentation"])
		}
	}
}

// kcctlApply does `apply`: with a class that the worker does not have, for a new connector,
// and for one that exists.
func (c *connector) kcctlApply() {
	c.Helper()
	unknown := c.config("connector.class", "com.example.NoConnector")
	message := c.ask("PUT", c.path("/config"), unknown, 400, 500).message()
	require.True(c, strings.HasPrefix(message, "Failed to find any class that implements Connector"), "kcctl prints the plugins for: %s", message)

	var first, second info
	c.ask("PUT", c.path("/config"), c.named(c.config()), 201).into(&first)
	require.Equal(c, info{Name: c.name, Config: c.named(c.config()), Tasks: []taskID{}, Type: "sink"}, first)
	c.ask("PUT", c.path("/config"), c.named(c.config("max.retries", "3")), 200).into(&second)
	require.Equal(c, "3", second.Config["max.retries"])
	require.Contains(c, c.ask("PUT", c.path("/config"), c.config("name", "another"), 400).message(), "doesn't match connector name in the URL")
	// --dry-run validates.
	var checked validation
	c.ask("PUT", "/connector-plugins/"+c.class+"/config/validate", c.named(c.config("tasks.max", "0")), 200).into(&checked)
	require.Positive(c, checked.Errors)
	require.Equal(c, []string{"Invalid value 0 for configuration tasks.max: Value must be at least 1"}, checked.find(c, "tasks.max").Value.Errors)
}

// kcctlDescribe does `describe connector`.
func (c *connector) kcctlDescribe() {
	c.Helper()
	require.Equal(c, []taskID{{c.name, 0}, {c.name, 1}}, c.info().Tasks)
	var described []struct {
		ID     taskID            `json:"id"`
		Config map[string]string `json:"config"`
	}
	c.ask("GET", c.path("/tasks"), nil, 200).into(&described)
	require.Len(c, described, tasks)
	for n, task := range described {
		require.Equal(c, taskID{c.name, n}, task.ID)
		require.NotEmpty(c, task.Config["task.class"])
	}
	var topics map[string]struct{ Topics []string }
	c.ask("GET", c.path("/topics"), nil, 200).into(&topics)
	require.Len(c, topics, 1, "kcctl takes the only entry")
	require.Equal(c, []string{c.topic}, topics[c.name].Topics)
	var offsets struct {
		Offsets []struct{ Partition, Offset map[string]any }
	}
	c.ask("GET", c.path("/offsets"), nil, 200).into(&offsets)
	for _, o := range offsets.Offsets {
		require.Equal(c, c.topic, o.Partition["kafka_topic"])
		require.Contains(c, o.Partition, "kafka_partition")
		require.Contains(c, o.Offset, "kafka_offset")
	}
}

// awaitFailed waits until a task has failed, and returns it.
func (c *connector) awaitFailed() (failed task) {
	c.Helper()
	eventuallytest.Succeeds(c, patience, "a task has failed", func(context.Context) error {
		s := c.status()
		require.Equal(c, "RUNNING", s.Connector["state"], "a task fails, not the connector")
		for _, task := range s.Tasks {
			if task.State == "FAILED" {
				failed = task
				return nil
			}
			require.Empty(c, task.Trace)
		}
		return fmt.Errorf("%+v", s)
	})
	return failed
}

// A failed task has a trace in Java's form: `describe connector` edits it and fails without
// it, and Redpanda Console shows the text behind the first "Caused by".
func TestKcctlShowsAFailedTask(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		c.ask("PUT", c.path("/config"), c.config("errors.tolerance", "none"), 201)
		c.awaitRunning()
		good := c.sendNew(4)
		c.awaitRows()
		partition := int32(good[0].OrderID[0]) % tasks
		c.produce(partition, []byte(`{"schema":{"type":"struct","fields":[{"field":"order_id","type":"string"}]},"payload":{"order_id":7}}`))
		failed := c.awaitFailed()
		require.Regexp(t, `\A[a-z.]+\.[A-Z]\w+Exception: .+\n\tat `, failed.Trace)
		require.Regexp(t, regexp.MustCompile(`(?m)^Caused by: [\w.$]+: .+`), failed.Trace)
		var one task
		c.ask("GET", c.path("/tasks/"+strconv.Itoa(failed.ID)+"/status"), nil, 200).into(&one)
		require.Equal(t, failed, one)
		var all map[string]struct{ Status status }
		c.ask("GET", "/connectors?expand=status", nil, 200).into(&all)
		require.Contains(t, all[c.name].Status.Tasks, one)

		// The restart reads the record again.
		var s status
		c.ask("POST", c.path("/restart?includeTasks=true&onlyFailed=true"), nil, 202).into(&s)
		require.Len(t, s.Tasks, tasks)
		for _, task := range s.Tasks { // in any order
			if task.ID == failed.ID {
				require.Equal(t, "RESTARTING", task.State)
			}
		}
		// A change starts the task again, and now it skips the record.
		c.ask("PUT", c.path("/config"), c.config("errors.tolerance", "all"), 200)
		c.awaitRunning()
		c.sendNew(6)
		c.awaitRows()
	})
}
