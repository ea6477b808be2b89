package clients

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// The kubelet of a Strimzi cluster and load balancers send no headers.
func TestProbes(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		var healthy struct {
			Status  string `json:"status"`
			Message string `json:"message"`
		}
		c.askWith("GET", "/health", nil, nil, 200).into(&healthy)
		require.Equal(t, "healthy", healthy.Status)
		require.Equal(t, "Worker has completed startup and is ready to handle requests.", healthy.Message)
		c.askWith("GET", "/", nil, nil, 200)
		c.askWith("HEAD", "/connectors", nil, nil, 200)
	})
}

// The health check of devshawn and the exporters of wakeful and autotrader read the names, and
// then the status of each connector.
func TestExporters(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		c.ask("PUT", c.path("/config"), c.config(), 201)
		if w.ours {
			// An exporter fails on a connector that runs without tasks. A real worker has such a
			// moment after a create.
			c.requireTasks()
		}
		c.awaitRunning()
		if w.ours {
			c.ask("PUT", c.path("/config"), c.config("tasks.max", "3"), 200)
			c.requireTasks()
			c.awaitStates("RUNNING", "RUNNING", "RUNNING", "RUNNING")
			c.ask("POST", c.path("/restart?includeTasks=true"), nil, 202)
			c.requireTasks()
		}
		c.requireTasks()
		c.askWith("GET", c.path(""), nil, nil, 200)
		require.Contains(t, c.askWith("GET", "/connectors/no-such-connector/status", nil, nil, 404).message(), "no-such-connector")
	})
}

// requireTasks reads the names and states as the exporters do.
func (c *connector) requireTasks() {
	c.Helper()
	var names []string
	c.askWith("GET", "/connectors", nil, nil, 200).into(&names)
	require.Contains(c, names, c.name)
	a := c.askWith("GET", c.path("/status"), nil, nil, 200)
	var s struct {
		Connector struct {
			State    string
			WorkerID string `json:"worker_id"`
		}
		Tasks []struct {
			ID       float64
			State    string
			WorkerID string `json:"worker_id"`
		}
	}
	require.NoError(c, json.Unmarshal(a.Body, &s))
	require.NotEmpty(c, s.Connector.WorkerID)
	require.NotEmpty(c, s.Tasks, string(a.Body))
	for _, task := range s.Tasks {
		require.NotEmpty(c, task.WorkerID)
		require.NotEmpty(c, task.State)
	}
}

// Burrow, kminion and kafka-lag-exporter read the consumer group of a connector: its name, its
// members and its committed offsets.
func TestLagExporters(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c := newConnector(t, w)
		c.ask("PUT", c.path("/config"), c.config(), 201)
		c.awaitRunning()
		c.sendNew(20)
		c.awaitRows()
		group := "connect-" + c.name
		described, err := kadm.NewClient(c.kafka).DescribeGroups(t.Context(), group)
		require.NoError(t, err)
		require.Equal(t, "consumer", described[group].ProtocolType)
		require.NotEmpty(t, described[group].Members)
		for _, member := range described[group].Members {
			require.True(t, strings.HasPrefix(member.ClientID, fmt.Sprintf("connector-consumer-%s-", c.name)), member.ClientID)
		}
		c.ask("PUT", c.path("/pause"), nil, 202) // a real worker commits once a minute, and here
		kafkatest.AwaitGroup(t, kafkatest.Shared(t), group, c.topic)
	})
}
