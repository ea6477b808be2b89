package clients

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// overview is the answer to GET /connectors?expand=info&expand=status.
type overview map[string]struct {
	Info   info   `json:"info"`
	Status status `json:"status"`
}

// health is the word that Redpanda Console shows for a connector.
func health(s status) string {
	running, failed := 0, 0
	for _, task := range s.Tasks {
		switch task.State {
		case "RUNNING":
			running++
		case "FAILED":
			failed++
		}
	}
	switch state := s.Connector["state"]; {
	case state == "PAUSED" || state == "STOPPED" || state == "RESTARTING":
		return state
	case state == "RUNNING" && running == len(s.Tasks) && running > 0:
		return "HEALTHY"
	case state == "RUNNING" && failed > 0 && failed < len(s.Tasks):
		return "DEGRADED"
	}
	return "UNHEALTHY"
}

// reason is the text that Redpanda Console shows for a trace: what stands behind the first
// colon of the first line that begins with "Caused by".
func reason(trace string) string {
	for line := range strings.Lines(trace) {
		if cause, found := strings.CutPrefix(line, "Caused by"); found {
			_, text, _ := strings.Cut(strings.TrimPrefix(cause, ": "), ":")
			return strings.TrimSpace(text)
		}
	}
	return ""
}

func TestRedpandaConsole(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		shown := func() status {
			var all overview
			c.ask("GET", "/connectors?expand=info&expand=status", nil, 200).into(&all)
			one := all[c.name]
			require.Equal(t, c.name, one.Info.Name)
			require.Equal(t, c.name, one.Status.Name)
			require.Equal(t, one.Info.Type, one.Status.Type)
			return one.Status
		}
		c.ask("POST", "/connectors", map[string]any{"name": c.name, "config": c.config("errors.tolerance", "none")}, 201).into(&info{})
		c.awaitRunning()
		require.Equal(t, "HEALTHY", health(shown()))
		good := c.sendNew(4)
		c.awaitRows()
		c.produce(int32(good[0].OrderID[0])%tasks, []byte("no JSON"))
		c.awaitFailed()
		// All tasks of a connector of order-sink share its state.
		want := "DEGRADED"
		if w.ours {
			want = "UNHEALTHY"
		}
		s := shown()
		require.Equal(t, want, health(s))
		for _, task := range s.Tasks {
			require.Equal(t, task.State == "FAILED", reason(task.Trace) != "", task.Trace)
		}

		c.ask("PUT", c.path("/pause"), nil, 202)
		eventuallytest.Succeeds(t, patience, "the connector is paused", func(context.Context) error {
			// A task of the real worker that has failed stays so, and one of order-sink is paused.
			if s := shown(); health(s) != "PAUSED" || s.Tasks[0].State == "RUNNING" || s.Tasks[1].State == "RUNNING" {
				return fmt.Errorf("%+v", s)
			}
			return nil
		})
		c.ask("PUT", c.path("/stop"), nil, 204)
		c.awaitStates("STOPPED")
		require.Equal(t, "STOPPED", health(shown()))
		c.ask("PUT", c.path("/topics/reset"), nil, 202)
		eventuallytest.Succeeds(t, patience, "the connector has no active topics", func(context.Context) error {
			if body := string(c.ask("GET", c.path("/topics"), nil, 200).Body); body != `{"`+c.name+`":{"topics":[]}}` {
				return errors.New(body)
			}
			return nil
		})
		c.ask("DELETE", c.path(""), nil, 204)
	})
}

// The form of a connector in Kafbat, AKHQ and Redpanda Console comes from a validation.
func TestTheFormsOfConsoles(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		var empty, whole validation
		path := "/connector-plugins/" + c.class + "/config/validate"
		c.ask("PUT", path, map[string]string{"connector.class": c.class, "topics": "getPlugins"}, 200).into(&empty)
		empty.requireWords(c)
		require.Positive(t, empty.Errors)
		c.ask("PUT", path, c.named(c.config("transforms", "a", "transforms.a.type", "org.apache.kafka.connect.transforms.RegexRouter",
			"transforms.a.regex", "x", "transforms.a.replacement", "y")), 200).into(&whole)
		whole.requireWords(c)
		require.Zero(t, whole.Errors)
		password := whole.find(c, "connection.password")
		require.Equal(t, "[hidden]", *password.Value.Value)
		require.Equal(t, "y", *whole.find(c, "transforms.a.replacement").Value.Value)
		require.NotContains(t, string(c.ask("PUT", path, c.config("connection.password", "a-secret-word"), 200).Body), "a-secret-word")
	})
}

// Kafbat shows asterisks for a password, and sends them back when a user edits the connector.
// The real worker stores them, and the connector fails.
func TestAsterisksAreNoPassword(t *testing.T) {
	for _, class := range []string{confluent, debezium} {
		c := newConnector(t, orderSink(t, class))
		c.ask("POST", "/connectors", map[string]any{"name": c.name, "config": c.config()}, 201)
		c.awaitRunning()
		message := c.ask("PUT", c.path("/config"), c.named(c.config("connection.password", "******")), 400).message()
		require.Contains(t, message, "connection.password")
		require.Contains(t, message, "asterisks")
		require.Equal(t, c.named(c.config()), c.info().Config)
		c.sendNew(3)
		c.awaitRows()
		c.ask("DELETE", c.path(""), nil, 204)
	}
}

// Kafbat sends numbers and booleans of the form as they are. It retries an answer that speaks
// of a rebalance.
func TestKafbat(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		config := anyValues(c.config())
		config["tasks.max"], config["value.converter.schemas.enable"] = tasks, true
		var created info
		c.ask("POST", "/connectors", map[string]any{"name": c.name, "config": config}, 201).into(&created)
		require.Equal(t, c.named(c.config()), created.Config)
		c.awaitRunning()
		c.sendNew(5)
		c.awaitRows()
		var names []string
		c.ask("GET", "/connectors", nil, 200).into(&names)
		require.Contains(t, names, c.name)
		for _, expand := range []string{"info", "status"} {
			var one map[string]map[string]any
			c.ask("GET", "/connectors?expand="+expand, nil, 200).into(&one)
			require.Len(t, one[c.name], 1)
			require.Contains(t, one[c.name], expand)
		}
		for _, task := range c.status().Tasks {
			require.Contains(t, []string{"RUNNING", "FAILED", "PAUSED", "RESTARTING", "UNASSIGNED"}, task.State)
		}
		c.ask("PUT", c.path("/stop"), nil, 204)
		c.awaitStates("STOPPED")
		c.untilChanged(func() answer { return c.ask("DELETE", c.path("/offsets"), nil, 200, 400) })
		_, err := c.db.ExecContext(t.Context(), "DELETE FROM orders")
		require.NoError(t, err)
		c.ask("PUT", c.path("/resume"), nil, 202)
		c.awaitRunning()
		c.awaitRows() // from the first record again
		c.ask("DELETE", c.path(""), nil, 204)
	})
}

// kafka-connect-ui calls every path with a slash at its end, from the page of another origin.
func TestKafkaConnectUI(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		c.ask("POST", "/connectors/", map[string]any{"name": c.name, "config": c.config()}, 201)
		c.awaitRunning()
		for _, path := range []string{"/connectors/", c.path("/"), c.path("/tasks/"), c.path("/status/"), c.path("/config/"), "/connector-plugins/"} {
			c.ask("GET", path, nil, 200)
		}
		c.ask("PUT", "/connector-plugins/"+c.class+"/config/validate/", c.named(c.config()), 200)
		c.ask("POST", c.path("/restart/"), nil, 204)
		c.ask("POST", c.path("/tasks/0/restart/"), nil, 204)
		c.ask("DELETE", c.path("/"), nil, 204)
	})
	w := orderSink(t, debezium)
	c := newConnector(t, w)
	a := c.askWith("GET", "/connectors", nil, map[string]string{"Origin": origin}, 200)
	require.Equal(t, origin, a.Header.Get("Access-Control-Allow-Origin"))
	a = c.askWith("OPTIONS", c.path("/config"), nil, map[string]string{
		"Origin": origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type",
	}, 200)
	require.Contains(t, a.Header.Get("Access-Control-Allow-Methods"), "PUT")
	require.Contains(t, strings.ToLower(a.Header.Get("Access-Control-Allow-Headers")), "content-type")
	a = c.askWith("GET", "/connectors", nil, map[string]string{"Origin": "http://other.example"}, 200)
	require.Empty(t, a.Header.Get("Access-Control-Allow-Origin"))
}
