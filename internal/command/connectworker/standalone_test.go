package connectworker

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
	_ "github.com/order-sink/order-sink/internal/tracing"
	_ "github.com/order-sink/order-sink/plugins"
)

const patience = time.Minute

func TestMain(m *testing.M) { sharedtest.Main(m, kafkatest.Close, mariadbtest.Close) }

// running is a worker that a test has started with a properties file.
type running struct {
	t      *testing.T
	url    string
	output *bytes.Buffer // valid after the end
	stop   func() error
	ended  chan struct{} // closed at the end
}

// start runs a worker until the end of the test, or until stop.
func run(t *testing.T, mode properties.Mode, text string, connectors ...string) *running {
	port, err := loopback.Port(0)
	require.NoError(t, err)
	address := loopback.Address(port)
	file := filepath.Join(t.TempDir(), "worker.properties")
	require.NoError(t, os.WriteFile(file, []byte(text+"\nlisteners=http://"+address+"\n"), 0o600))
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: t, url: "http://" + address, output: new(bytes.Buffer), ended: make(chan struct{})}
	var result error
	go func() {
		defer close(r.ended)
		result = start(ctx, command{mode: mode, commit: "abc", file: file, connectors: connectors, output: r.output})
	}()
	r.stop = func() error {
		cancel()
		<-r.ended
		return result
	}
	t.Cleanup(func() {
		_ = r.stop()
		if t.Failed() {
			t.Log(r.output)
		}
	})
	return r
}

// call sends a request and returns the status and the body.
func (r *running) call(method, path, body string) (int, string) {
	r.t.Helper()
	request, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	require.NoError(r.t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(r.t, err)
	return response.StatusCode, strings.TrimSpace(string(text))
}

// await waits until a GET answers with a status and a text.
func (r *running) await(path string, status int, text string) {
	r.t.Helper()
	eventuallytest.Succeeds(r.t, patience, fmt.Sprintf("GET %s answers %d with %s", path, status, text), func(context.Context) error {
		if got, body := r.call("GET", path, ""); got != status || !strings.Contains(body, text) {
			return fmt.Errorf("%d %s", got, body)
		}
		return nil
	})
}

const converters = "\nkey.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.json.JsonConverter\n"

// sink is the configuration of a connector of a topic to a table of its name.
func sink(t *testing.T, dsn, topic string) map[string]string {
	c, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	return map[string]string{
		"connector.class": "JdbcSinkConnector", "topics": topic,
		"connection.url": "jdbc:mysql://" + c.Addr + "/" + c.DBName, "connection.user": c.User, "connection.password": c.Passwd,
		"insert.mode": "upsert", "pk.mode": "record_value", "pk.fields": "id", "auto.create": "true", "table.name.format": "orders",
	}
}

func produce(t *testing.T, b kafka.Broker, topic string, from, to int) {
	client := kafkatest.Client(t, b)
	for id := from; id < to; id++ {
		value := fmt.Sprintf(`{"schema":{"type":"struct","fields":[{"field":"id","type":"int32"}]},"payload":{"id":%d}}`, id)
		require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: []byte(value)}).FirstErr())
	}
}

func awaitRows(t *testing.T, dsn, table string, n int) {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	require.NoError(t, err)
	defer db.Close()
	eventuallytest.Succeeds(t, patience, fmt.Sprintf("%s has %d rows", table, n), func(context.Context) error {
		got := -1
		err := db.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&got)
		if got != n {
			return fmt.Errorf("%d rows, %w", got, err)
		}
		return nil
	})
}

func body(t *testing.T, value any) string {
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

func TestAStandaloneWorkerStoresRows(t *testing.T) {
	b, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	topic, dsn := kafkatest.Topic(t, b, 1), server.DSN(server.Database(t))
	file := filepath.Join(t.TempDir(), "sink.properties")
	var text strings.Builder
	second := sink(t, dsn, topic)
	second["name"], second["table.name.format"] = "second", "t2"
	for key, value := range second {
		fmt.Fprintf(&text, "%s=%s\n", key, value)
	}
	require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
	w := run(t, properties.Standalone, "bootstrap.servers="+b.Seeds()[0]+converters, file)
	w.await("/health", 200, "healthy")

	status, answer := w.call("POST", "/connectors", body(t, map[string]any{"name": "orders", "config": sink(t, dsn, topic)}))
	require.Equal(t, 201, status, answer)
	produce(t, b, topic, 0, 10)
	awaitRows(t, dsn, "orders", 10)
	awaitRows(t, dsn, "t2", 10)
	w.await("/connectors", 200, `["orders","second"]`)
	w.await("/connectors/orders/status", 200, `"tasks":[{"id":0,"state":"RUNNING","worker_id":"`+strings.TrimPrefix(w.url, "http://"))
	w.await("/ready", 200, `{"ready":true,"connectors":{}}`)
	w.await("/order-sink/connectors/orders", 200, `mariadb_upsert:`)
	w.await("/order-sink/connectors/nope", 404, `{"error_code":404,"message":"Connector nope not found"}`)
	w.await("/connectors/orders/offsets", 200, `{"kafka_offset":10}`)
	w.await("/", 200, `"commit":"abc","kafka_cluster_id":"`)
	for _, metric := range []string{
		`kafka_connect_connector_status{connector="orders",status="running"} 1`,
		`kafka_connect_connector_task_status{connector="second",status="running",task="0"} 1`,
		`kafka_connect_worker_connector_count 2`, `kafka_connect_worker_task_count 2`,
		`kafka_connect_worker_connector_failed_task_count{connector="orders"} 0`,
		`mariadb_upsert_rows_total{label="table",outcome="inserted",path="root.output",stream="orders",table="orders"} 10`,
		`kafka_read_lag{label="topics",partition="0",path="root.input",stream="orders",topic="` + topic + `"} 0`,
		`kafka_connect_sink_task_sink_record_read_total{connector="orders",task="0"} 10`,
		`kafka_connect_sink_task_sink_record_send_total{connector="orders",task="0"} 10`,
		`order_sink_connector_waiting{connector="orders"} 0`,
		`go_goroutines `, `process_resident_memory_bytes `,
	} {
		w.await("/metrics", 200, metric)
	}
	require.NoError(t, w.stop())
}

func TestASecretOfAConfigProviderStaysHidden(t *testing.T) {
	b, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	topic, dsn := kafkatest.Topic(t, b, 1), server.DSN(server.Database(t))
	config := sink(t, dsn, topic)
	secret := config["connection.password"]
	file := filepath.Join(t.TempDir(), "secrets.properties")
	require.NoError(t, os.WriteFile(file, []byte("password="+secret), 0o600))
	config["connection.password"] = "${file:" + file + ":password}"
	w := run(t, properties.Standalone, "bootstrap.servers="+b.Seeds()[0]+converters+
		"config.providers=file\nconfig.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider\n")
	w.await("/health", 200, "healthy")
	status, answer := w.call("POST", "/connectors", body(t, map[string]any{"name": "orders", "config": config}))
	require.Equal(t, 201, status, answer)
	produce(t, b, topic, 0, 3)
	awaitRows(t, dsn, "orders", 3)
	w.await("/connectors/orders/config", 200, "${file:"+file+":password}")
	_, answer = w.call("GET", "/order-sink/connectors/orders", "")
	require.Contains(t, answer, "CONNECTION_PASSWORD")
	require.NotContains(t, answer, ":"+secret+"@")
	require.NoError(t, w.stop())
	require.NotContains(t, w.output.String(), ":"+secret+"@")
}

func TestAConnectorFileThatCannotBeCreatedEndsTheWorker(t *testing.T) {
	b := kafkatest.InMemory(t)
	file := filepath.Join(t.TempDir(), "sink.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"name":"x","config":{"connector.class":"no.such.Class"}}`), 0o600))
	w := run(t, properties.Standalone, "bootstrap.servers="+b.Seeds()[0]+converters, file)
	select {
	case <-w.ended:
	case <-time.After(patience):
		t.Fatal("the worker runs")
	}
	var files *filesError
	require.ErrorAs(t, w.stop(), &files)
	require.ErrorContains(t, files, "Failed to find any class that implements Connector")
}
