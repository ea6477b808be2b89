package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// The alerts for workers name metrics, labels and states of a worker whose connector has failed.
func TestTheAlertsForWorkersAreOfItsMetrics(t *testing.T) {
	t.Parallel()
	broker := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, broker, 1)
	s := startWorker(t, broker.Seeds()[0], topic)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, s.AwaitReady(ctx))
	createConnector(t, s, topic)
	client := kafkatest.Client(t, broker)
	require.NoError(t, client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("not JSON")}).FirstErr())

	var metrics exposed
	eventuallytest.Succeeds(t, time.Minute, "the task has failed", func(ctx context.Context) (err error) {
		if metrics.Metrics, err = scrape.Read(ctx, s); err != nil {
			return err
		}
		if n := metrics.Sum("kafka_connect_worker_connector_failed_task_count", "connector", "orders"); n != 1 {
			status, _, _ := s.Get(ctx, "/connectors/orders/status")
			return fmt.Errorf("%v tasks have failed: %s", n, status)
		}
		return nil
	})
	require.NotEmpty(t, metrics.Values("kafka_connect_connector_task_status", "status", "failed"))
	for _, q := range alerts(t, "connect.yaml", 3) {
		// A connector has the words of the tasks, but a refused record fails the task alone.
		text := strings.Replace(q.text, `connector_status{status="failed"}`, `connector_status{status="running"}`, 1)
		expression, err := parser.ParseExpr(text)
		require.NoError(t, err, q.from)
		require.Empty(t, metrics.mismatches(expression), q.from)
	}
}

// startWorker starts a worker with variables only. Its topics begin with a name.
func startWorker(t *testing.T, brokers, name string) *ordersink.Sink {
	t.Helper()
	address := ordersinktest.FreeAddress(t)
	s, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(t), Dir: ordersinktest.Root(t), HTTP: address, Log: ordersinktest.NewLog(t),
		Args: []string{"connect-distributed"},
		Env: map[string]string{
			"CONNECT_BOOTSTRAP_SERVERS": brokers, "CONNECT_GROUP_ID": name + "-workers", "CONNECT_LISTENERS": "http://" + address,
			"CONNECT_CONFIG_STORAGE_TOPIC": name + "-c", "CONNECT_OFFSET_STORAGE_TOPIC": name + "-o", "CONNECT_STATUS_STORAGE_TOPIC": name + "-s",
			"CONNECT_CONFIG_STORAGE_REPLICATION_FACTOR": "1", "CONNECT_OFFSET_STORAGE_REPLICATION_FACTOR": "1", "CONNECT_STATUS_STORAGE_REPLICATION_FACTOR": "1",
			"CONNECT_KEY_CONVERTER":   "org.apache.kafka.connect.json.JsonConverter",
			"CONNECT_VALUE_CONVERTER": "org.apache.kafka.connect.json.JsonConverter",
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Kill() })
	return s
}

// createConnector creates a connector from a topic into the table orders of a new database.
func createConnector(t *testing.T, s *ordersink.Sink, topic string) {
	t.Helper()
	_, text := mariadbtest.Shared(t).Orders(t, filepath.Join(ordersinktest.Root(t), "config"))
	dsn, err := mysql.ParseDSN(text)
	require.NoError(t, err)
	body, err := json.Marshal(map[string]any{"name": "orders", "config": map[string]string{
		"connector.class": "io.confluent.connect.jdbc.JdbcSinkConnector", "topics": topic, "table.name.format": "orders",
		"connection.url": "jdbc:mariadb://" + dsn.Addr + "/" + dsn.DBName, "connection.user": dsn.User, "connection.password": dsn.Passwd,
		"insert.mode": "upsert", "pk.mode": "record_value", "pk.fields": "order_id",
	}})
	require.NoError(t, err)
	response, err := http.Post("http://"+s.Address()+"/connectors", "application/json", strings.NewReader(string(body)))
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusCreated, response.StatusCode)
}
