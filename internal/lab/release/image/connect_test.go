package image

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// connect builds the image of the worker.
func connect(t *testing.T) *built { return buildOnce(t, image{"connect", runtime.GOARCH}) }

func TestTheImageOfTheWorkerIsWhatItSaysItIs(t *testing.T) {
	b, sink := connect(t), build(t, runtime.GOARCH)
	c := b.docker.Config
	for _, test := range []struct{ what, got, want string }{
		{"user", c.User, "65532:65532"},
		{"stop signal", c.StopSignal, "SIGTERM"},
		{"entrypoint", strings.Join(c.Entrypoint, " "), "/usr/bin/order-sink"},
		{"command", strings.Join(c.Cmd, " "), "connect-distributed"},
		{"health check", strings.Join(c.Healthcheck.Test, " "), "CMD /usr/bin/order-sink healthcheck --worker"},
		{"ports", strings.Join(slices.Sorted(maps.Keys(c.ExposedPorts)), " "), "8083/tcp"},
		{"version", c.Labels["org.opencontainers.image.version"], version},
		{"environment", strings.Join(c.Env, " "), strings.Replace(strings.Join(sink.docker.Config.Env, " "), " HTTP_ADDRESS=0.0.0.0:4195", "", 1)},
	} {
		if test.got != test.want {
			t.Errorf("the %s is %q, expected %q", test.what, test.got, test.want)
		}
	}
	var links []string
	for _, folder := range []string{"usr/bin", "opt/kafka", "opt/kafka/bin"} {
		entries, err := os.ReadDir(filepath.Join(b.root, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.Type()&os.ModeSymlink != 0 {
				links = append(links, "/"+folder+"/"+entry.Name())
			}
		}
	}
	want := []string{
		"/usr/bin/connect-distributed", "/usr/bin/connect-distributed.sh", "/usr/bin/connect-standalone", "/usr/bin/connect-standalone.sh",
		"/opt/kafka/kafka_connect_run.sh",
		"/opt/kafka/bin/connect-distributed", "/opt/kafka/bin/connect-distributed.sh", "/opt/kafka/bin/connect-standalone", "/opt/kafka/bin/connect-standalone.sh",
	}
	if !slices.Equal(links, want) {
		t.Errorf("the names are %q, expected %q", links, want)
	}
	for _, link := range links {
		if strings.Contains(link, "distributed") || strings.Contains(link, "standalone") {
			out, err := b.program(c.Env, nil, link, "--help").CombinedOutput()
			if command := strings.TrimSuffix(filepath.Base(link), ".sh"); err != nil || !strings.Contains(string(out), "order-sink "+command) {
				t.Errorf("%s --help: %v\n%s", link, err, out)
			}
		}
	}
}

// A worker with the variables of Confluent's images, from a read-only image.
func TestAConnectorStoresARowFromAReadOnlyImage(t *testing.T) {
	b := connect(t)
	w := newWorld(t)
	env := append(slices.Clone(b.docker.Config.Env),
		"CONNECT_BOOTSTRAP_SERVERS="+w.brokers, "CONNECT_GROUP_ID=g-"+w.topic, "CONNECT_REST_PORT="+w.port(),
		"CONNECT_REST_ADVERTISED_HOST_NAME=connect-1",
		"CONNECT_CONFIG_STORAGE_TOPIC=c-"+w.topic, "CONNECT_OFFSET_STORAGE_TOPIC=o-"+w.topic, "CONNECT_STATUS_STORAGE_TOPIC=s-"+w.topic,
		"CONNECT_CONFIG_STORAGE_REPLICATION_FACTOR=1", "CONNECT_OFFSET_STORAGE_REPLICATION_FACTOR=1", "CONNECT_STATUS_STORAGE_REPLICATION_FACTOR=1",
		"CONNECT_KEY_CONVERTER=org.apache.kafka.connect.storage.StringConverter", "CONNECT_VALUE_CONVERTER=org.apache.kafka.connect.json.JsonConverter",
		"CONNECT_PLUGIN_PATH=/usr/share/java,/usr/share/confluent-hub-components", "CONNECT_LOG4J_LOGGERS=org.reflections=ERROR")
	s, log := b.start(t, env, b.readOnly(env, nil, b.docker.Config.Cmd...))
	w.storesAnOrder(t)
	if status := w.get(t, "/connectors/orders-sink/status"); !strings.Contains(status, `"worker_id":"connect-1:`+w.port()+`"`) {
		t.Errorf("the worker has another name: %s", status)
	}
	stop(t, s)
	if text := log.String(); !strings.HasPrefix(text, "{") {
		t.Errorf("the log of a container is not JSON:\n%s", text)
	}
}

// A pod of Strimzi runs this script with this file, and without variables of its own.
func TestThePodOfStrimziRunsTheWorker(t *testing.T) {
	const file = "/opt/kafka/custom-config/kafka-connect.properties"
	b := connect(t)
	w := newWorld(t)
	path := filepath.Join(t.TempDir(), "kafka-connect.properties")
	text := strings.NewReplacer("TOPIC", w.topic, "BROKERS", w.brokers, "PORT", w.port()).Replace(`
bootstrap.servers=BROKERS
security.protocol=PLAINTEXT
producer.security.protocol=PLAINTEXT
consumer.security.protocol=PLAINTEXT
admin.security.protocol=PLAINTEXT
config.providers=strimzienv,strimzifile,strimzidir,strimzisecrets
config.providers.strimzienv.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
config.providers.strimzienv.param.allowlist.pattern=.*
config.providers.strimzifile.class=org.apache.kafka.common.config.provider.FileConfigProvider
config.providers.strimzidir.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider
config.providers.strimzidir.param.allowed.paths=/opt/kafka
config.providers.strimzisecrets.class=io.strimzi.kafka.KubernetesSecretConfigProvider
group.id=g-TOPIC
offset.storage.topic=o-TOPIC
config.storage.topic=c-TOPIC
status.storage.topic=s-TOPIC
offset.storage.replication.factor=1
config.storage.replication.factor=1
status.storage.replication.factor=1
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
rest.advertised.host.name=${strimzienv:ADVERTISED_HOSTNAME}
rest.advertised.port=PORT
rest.port=PORT
`)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	// The kubelet creates the place of a mount.
	place := filepath.Join(b.root, file)
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(place)) })
	probe := append(slices.Clone(b.docker.Config.Env), "CONNECT_REST_PORT="+w.port())
	s, _ := b.start(t, probe, b.program(b.docker.Config.Env, []string{path, file}, "/opt/kafka/kafka_connect_run.sh"))
	w.storesAnOrder(t)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if status := w.get(t, "/connectors/orders-sink/status"); !strings.Contains(status, `"worker_id":"`+host+`:`+w.port()+`"`) {
		t.Errorf("the worker has another name: %s", status)
	}
	stop(t, s)
}

// world has the servers of a worker, and the shipped connector for them.
type world struct{ brokers, topic, dsn, address string }

func newWorld(t *testing.T) *world {
	t.Helper()
	kafka := kafkatest.InMemory(t)
	w := &world{brokers: kafka.Seeds()[0], topic: kafkatest.Topic(t, kafka, 2), address: ordersinktest.FreeAddress(t)}
	_, w.dsn = mariadbtest.Shared(t).Orders(t, filepath.Join(ordersinktest.Root(t), "config"))
	return w
}

func (w *world) port() string { return w.address[strings.LastIndex(w.address, ":")+1:] }

// connector returns config/connect/orders-sink.json for the servers of this test.
func (w *world) connector(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "config/connect/orders-sink.json"))
	if err != nil {
		t.Fatal(err)
	}
	var connector struct {
		Name   string            `json:"name"`
		Config map[string]string `json:"config"`
	}
	if err := json.Unmarshal(text, &connector); err != nil {
		t.Fatal(err)
	}
	dsn, err := mysql.ParseDSN(w.dsn)
	if err != nil {
		t.Fatal(err)
	}
	connector.Config["topics"] = w.topic
	connector.Config["connection.url"] = "jdbc:mariadb://" + dsn.Addr + "/" + dsn.DBName
	connector.Config["connection.user"], connector.Config["connection.password"] = dsn.User, dsn.Passwd
	if text, err = json.Marshal(connector); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// storesAnOrder creates the connector, sends an order, and waits for its row.
func (w *world) storesAnOrder(t *testing.T) {
	t.Helper()
	response, err := http.Post("http://"+w.address+"/connectors", "application/json", strings.NewReader(w.connector(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusCreated {
		t.Fatalf("creating the connector: %s %s", response.Status, body)
	}
	order := orders.Seed()[0]
	if _, err := orders.Produce(t.Context(), []string{w.brokers}, w.topic, slices.Values([]orders.Message{orders.Good(order)}), nil); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("mysql", w.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	eventuallytest.Succeeds(t, patience, "the order is a row", func(ctx context.Context) error {
		var total int64
		err := db.QueryRowContext(ctx, "SELECT total_price FROM orders WHERE order_id = ?", order.OrderID).Scan(&total)
		if err == nil && total != order.TotalPrice {
			err = fmt.Errorf("total_price is %d", total)
		}
		if err != nil {
			return fmt.Errorf("%w; %s", err, w.get(t, "/order-sink/connectors/orders-sink"))
		}
		return nil
	})
}

func (w *world) get(t *testing.T, path string) string {
	t.Helper()
	response, err := http.Get("http://" + w.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
