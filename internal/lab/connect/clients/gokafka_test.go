//nolint:bodyclose // the client closes each body
package clients

import (
	"context"
	"fmt"
	"testing"

	"github.com/go-kafka/connect"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// The life of a connector with github.com/go-kafka/connect.
func TestGoKafka(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		c, client := newConnector(t, w), connect.NewClient(w.url)
		names, _, err := client.ListConnectors()
		require.NoError(t, err)
		require.NotContains(t, names, c.name)

		created := &connect.Connector{Name: c.name, Config: c.config()}
		response, err := client.CreateConnector(created)
		require.NoError(t, err)
		require.Equal(t, 201, response.StatusCode)
		require.Equal(t, connect.ConnectorConfig(c.named(c.config())), created.Config)
		_, err = client.CreateConnector(&connect.Connector{Name: c.name, Config: c.config("tasks.max", "1")})
		requireAPIError(t, err, 409, "Connector "+c.name+" already exists")
		awaitGoKafka(t, client, c.name, "RUNNING", tasks)
		all := c.sendNew(20)
		c.awaitRows()
		all[3].Quantity, all[7].UserID = 9, "another"
		c.send(all[3], all[7])
		c.awaitRows()

		got, _, err := client.GetConnector(c.name)
		require.NoError(t, err)
		require.Equal(t, &connect.Connector{
			Name: c.name, Config: c.named(c.config()), Tasks: []connect.TaskID{{ConnectorName: c.name}, {ConnectorName: c.name, ID: 1}},
		}, got)
		details, _, err := client.GetConnectorTasks(c.name)
		require.NoError(t, err)
		require.Len(t, details, tasks)
		require.Equal(t, c.topic, details[1].Config["topics"])
		require.NotEmpty(t, details[1].Config["task.class"])

		_, err = client.PauseConnector(c.name)
		require.NoError(t, err)
		awaitGoKafka(t, client, c.name, "PAUSED", tasks)
		unstored := c.sendNew(5)
		changed, response, err := client.UpdateConnectorConfig(c.name, c.config("tasks.max", "1"))
		require.NoError(t, err)
		require.Equal(t, 200, response.StatusCode)
		require.Equal(t, connect.ConnectorConfig(c.named(c.config("tasks.max", "1"))), changed.Config)
		c.requireWithout(unstored)
		_, err = client.ResumeConnector(c.name)
		require.NoError(t, err)
		awaitGoKafka(t, client, c.name, "RUNNING", 1)
		c.awaitRows()
		response, err = client.RestartConnector(c.name)
		require.NoError(t, err)
		require.Equal(t, 204, response.StatusCode)
		awaitGoKafka(t, client, c.name, "RUNNING", 1)
		config, _, err := client.GetConnectorConfig(c.name)
		require.NoError(t, err)
		require.Equal(t, connect.ConnectorConfig(c.named(c.config("tasks.max", "1"))), config)

		_, err = client.DeleteConnector(c.name)
		require.NoError(t, err)
		_, _, err = client.GetConnector(c.name)
		requireAPIError(t, err, 404, "Connector "+c.name+" not found")
		_, err = client.DeleteConnector(c.name)
		requireAPIError(t, err, 404, "Connector "+c.name+" not found")
	})
}

func requireAPIError(t *testing.T, err error, code int, message string) {
	t.Helper()
	var api connect.APIError
	require.ErrorAs(t, err, &api)
	require.Equal(t, code, api.Code)
	require.Equal(t, message, api.Message)
}

// awaitGoKafka waits until the connector and a number of tasks have a state.
func awaitGoKafka(t *testing.T, client *connect.Client, name, state string, tasks int) {
	t.Helper()
	eventuallytest.Succeeds(t, patience, fmt.Sprintf("%s is %s with %d tasks", name, state, tasks), func(context.Context) error {
		s, _, err := client.GetConnectorStatus(name)
		if err != nil {
			return err
		}
		is := s.Connector.State == state && s.Connector.WorkerID != "" && len(s.Tasks) == tasks
		for n, task := range s.Tasks {
			is = is && task.State == state && task.WorkerID != "" && task.ID == n
		}
		if !is {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
}
