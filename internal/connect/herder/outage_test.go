package herder

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
)

func TestValidateConnectsOnlyWithoutErrors(t *testing.T) {
	w := newWorld(t)
	v, err := w.Validate(ctx, "JdbcSinkConnector", w.config("name", "orders"))
	require.NoError(t, err)
	require.Zero(t, v.ErrorCount, errorsOf(v, "connection.url"))

	v, err = w.Validate(ctx, "JdbcSinkConnector", w.config("name", "orders", "connection.password", "no-such-password"))
	require.NoError(t, err)
	require.Equal(t, 1, v.ErrorCount)
	problem := errorsOf(v, "connection.url")
	require.True(t, strings.HasPrefix(problem, "Could not connect to database. "), problem)
	require.NotContains(t, problem, "no-such-password")

	// Port 1 refuses the connection, but is not asked.
	v, err = w.Validate(ctx, "JdbcSinkConnector", w.config("name", "orders", "connection.url", "jdbc:mariadb://127.0.0.1:1/d", "insert.mode", "nope"))
	require.NoError(t, err)
	require.Equal(t, 1, v.ErrorCount)
	require.Empty(t, errorsOf(v, "connection.url"))
	require.NotEmpty(t, errorsOf(v, "insert.mode"))
	_, err = w.Validate(ctx, "Nope", map[string]string{"connector.class": "Nope"})
	expectError(t, 400, "Failed to find any class that implements Connector", err)
}

func errorsOf(v connect.Validation, key string) string {
	for _, config := range v.Configs {
		if config.Value.Name == key {
			return strings.Join(config.Value.Errors, "\n")
		}
	}
	return ""
}

func TestOffsetsWhileKafkaIsDown(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config(), connect.TargetStopped)
	require.NoError(t, err)
	require.NoError(t, w.broker.Close())
	began := time.Now()
	_, err = w.Offsets(ctx, "orders")
	expectError(t, 500, "connection refused", err)
	_, err = w.ResetOffsets(ctx, "orders")
	expectError(t, 500, "connection refused", err)
	require.Less(t, time.Since(began), 15*time.Second)

	// A connector that starts meanwhile waits.
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStarted))
	w.awaitWait("orders", "worker", "asking Kafka for the members of the consumer group")
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
}
