package clients

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// reconcile does what Strimzi's operator does for a KafkaConnector: it compares the stored
// configuration with the resource, text by text, writes it if it differs, and copies the
// status into the resource. The operator sends the configuration without a name.
func (c *connector) reconcile(user map[string]string) (written bool) {
	c.Helper()
	want := c.named(user)
	a := c.askWith("GET", c.path("/config"), nil, accept, 200, 404)
	var stored map[string]string
	if a.Status == 200 {
		a.into(&stored)
	}
	switch {
	case a.Status == 404:
		require.Equal(c, "Connector "+c.name+" not found", a.message())
		var created info
		c.ask("POST", "/connectors", map[string]any{"name": c.name, "config": user, "initial_state": "RUNNING"}, 201).into(&created)
		require.Equal(c, want, created.Config)
		written = true
	case !maps.Equal(stored, want):
		c.ask("PUT", c.path("/config"), user, 200).into(&info{})
		written = true
	}
	// The status may be missing for a moment after a create: the operator asks ten times, from
	// 200 ms on, each time after twice as long.
	eventuallytest.Succeeds(c, patience, "there is a status", func(context.Context) error {
		a := c.askWith("GET", c.path("/status"), nil, accept, 200, 404)
		if a.Status == 404 {
			return errors.New(a.message())
		}
		var s status
		a.into(&s)
		require.NotEmpty(c, s.Connector["state"])
		return nil
	})
	return written
}

// accept is the only header of the operator's GET requests.
var accept = map[string]string{"Accept": "application/json"}

func TestStrimzi(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		user := c.config("linger.ms", "5") // a key that no part of the connector has
		require.True(t, c.reconcile(user))
		require.False(t, c.reconcile(user), "the operator would write it for ever")
		c.awaitRunning()
		c.sendNew(10)
		c.awaitRows()
		var topics map[string]struct {
			Topics []string `json:"topics"`
		}
		c.askWith("GET", c.path("/topics"), nil, accept, 200).into(&topics)
		require.Equal(t, []string{c.topic}, topics[c.name].Topics)

		user["tasks.max"] = "1"
		require.True(t, c.reconcile(user))
		require.False(t, c.reconcile(user))
		c.awaitStates("RUNNING", "RUNNING")

		// spec.state: one status code each.
		require.Empty(t, c.askWith("PUT", c.path("/pause"), nil, accept, 202).Body)
		c.awaitStates("PAUSED", "PAUSED")
		require.Empty(t, c.askWith("PUT", c.path("/stop"), nil, accept, 204).Body)
		c.awaitStates("STOPPED")
		unstored := c.sendNew(5)
		require.False(t, c.reconcile(user))
		c.requireWithout(unstored)
		c.listAlterAndResetOffsets()
		require.Empty(t, c.askWith("PUT", c.path("/resume"), nil, accept, 202).Body)
		c.awaitStates("RUNNING", "RUNNING")
		c.awaitRows()

		// The annotations strimzi.io/restart and restart-task.
		c.askWith("POST", c.path("/restart?includeTasks=false&onlyFailed=false"), nil, accept, 204)
		a := c.askWith("POST", c.path("/restart?includeTasks=true&onlyFailed=false"), nil, accept, 202)
		var s status
		a.into(&s)
		require.Equal(t, "RESTARTING", s.Connector["state"])
		c.awaitStates("RUNNING", "RUNNING")
		c.askWith("POST", c.path("/tasks/0/restart"), nil, accept, 204)
		c.awaitStates("RUNNING", "RUNNING")
		c.sendNew(5)
		c.awaitRows()

		require.NotEmpty(t, c.askWith("PUT", c.path("/config"), map[string]string{"connector.class": "no.such.Class"},
			map[string]string{"Accept": "application/json", "Content-Type": "application/json"}, 400, 500).message())
		require.False(t, c.reconcile(user))
		c.ask("DELETE", c.path(""), nil, 204)
		eventuallytest.Succeeds(t, patience, "the status is gone", func(context.Context) error {
			if a := c.askWith("GET", c.path("/status"), nil, accept, 200, 404); a.Status == 200 {
				return errors.New("it is there")
			}
			return nil
		})
	})
}

// listAlterAndResetOffsets does what the annotations strimzi.io/connector-offsets=list, alter
// and reset do. The operator keeps the list as text in a ConfigMap.
func (c *connector) listAlterAndResetOffsets() {
	c.Helper()
	type offset struct {
		Partition struct {
			Topic     string `json:"kafka_topic"`
			Partition int    `json:"kafka_partition"`
		} `json:"partition"`
		Offset *struct {
			Offset int64 `json:"kafka_offset"`
		} `json:"offset"`
	}
	type offsets struct {
		Offsets []offset `json:"offsets"`
	}
	list := func() (sum int64) {
		var all offsets
		c.askWith("GET", c.path("/offsets"), nil, accept, 200).into(&all)
		for _, o := range all.Offsets {
			require.Equal(c, c.topic, o.Partition.Topic)
			sum += o.Offset.Offset
		}
		return sum
	}
	require.Equal(c, int64(10), list())
	var m struct {
		Message string `json:"message"`
	}
	change := json.RawMessage(`{"offsets":[{"partition":{"kafka_topic":"` + c.topic + `","kafka_partition":0},"offset":{"kafka_offset":0}}]}`)
	c.untilChanged(func() answer { return c.ask("PATCH", c.path("/offsets"), change, 200, 400) }).into(&m)
	require.NotEmpty(c, m.Message)
	require.Less(c, list(), int64(10))
	c.ask("DELETE", c.path("/offsets"), nil, 200).into(&m)
	require.Zero(c, list())
}

// untilChanged repeats a change of offsets while the group still has members.
func (c *connector) untilChanged(send func() answer) (a answer) {
	c.Helper()
	eventuallytest.Succeeds(c, patience, "the offsets can be changed", func(context.Context) error {
		if a = send(); a.Status != 200 {
			return errors.New(a.message())
		}
		return nil
	})
	return a
}

// The operator reads and sets the loggers of spec.logging on all workers, and kcctl those of one
// worker.
func TestLoggers(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		read := func() (all map[string]map[string]any) {
			c.askWith("GET", "/admin/loggers/", nil, accept, 200).into(&all)
			for name, logger := range all {
				require.IsType(t, "", logger["level"], name)
			}
			return all
		}
		require.NotEmpty(t, read())
		const name = "org.apache.kafka.connect.runtime"
		require.Empty(t, c.ask("PUT", "/admin/loggers/"+name+"?scope=cluster", map[string]string{"level": "DEBUG"}, 204).Body)
		eventuallytest.Succeeds(t, patience, "the logger has its level", func(context.Context) error {
			if read()[name]["level"] != "DEBUG" {
				return errors.New("not yet")
			}
			return nil
		})
		var changed []string
		c.ask("PUT", "/admin/loggers/"+name, map[string]string{"level": "INFO"}, 200).into(&changed)
		require.Contains(t, changed, name)
		require.Equal(t, "INFO", read()[name]["level"])
		var one struct {
			Level    string `json:"level"`
			Modified *int64 `json:"last_modified"`
		}
		c.ask("GET", "/admin/loggers/"+name, nil, 200).into(&one)
		require.Equal(t, "INFO", one.Level)
		require.NotNil(t, one.Modified)
		require.NotEmpty(t, c.ask("PUT", "/admin/loggers/"+name, map[string]string{"level": "LOUD"}, 404).message())
	})
}
