package herder

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/group"
	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/connect/store"
	"github.com/order-sink/order-sink/internal/connect/stream"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
	_ "github.com/order-sink/order-sink/internal/tracing"
	_ "github.com/order-sink/order-sink/plugins"
)

const patience = 20 * time.Second

func TestMain(m *testing.M) { sharedtest.Main(m, kafkatest.Close, mariadbtest.Close) }

// world is a Kafka, a database and a worker.
type world struct {
	*Herder
	t      *testing.T
	broker kafka.Broker
	dsn    string
	db     *sql.DB
	client *kgo.Client
	admin  *kadm.Client
	topic  string
	stop   func()
}

func newWorld(t *testing.T) *world {
	server := mariadbtest.Shared(t)
	return newWorldAt(t, server.DSN(server.Database(t)))
}

func newWorldAt(t *testing.T, dsn string) *world {
	w := &world{t: t, dsn: dsn, broker: kafkatest.InMemory(t)}
	w.topic = kafkatest.Topic(t, w.broker, 3)
	w.client = kafkatest.Client(t, w.broker)
	w.admin = kadm.NewClient(w.client)
	var err error
	w.db, err = sql.Open("mysql", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { w.db.Close() })
	streams, err := stream.NewRunner()
	require.NoError(t, err)
	worker, _, err := properties.ReadWorker(properties.Standalone, map[string]string{
		"bootstrap.servers": strings.Join(w.broker.Seeds(), ","), "listeners": "http://127.0.0.1:8083",
		"offset.storage.file.filename": "unused",
		"key.converter":                "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":              "org.apache.kafka.connect.json.JsonConverter",
	}, nil)
	require.NoError(t, err)
	w.Herder = New(Options{
		Worker: worker, Streams: streams,
		ClusterID: func() string { return "cluster" },
		Logger:    func(string) *slog.Logger { return slog.New(slog.NewTextHandler(logs, nil)) },
		SetLevel:  func(string, string) ([]string, error) { return nil, nil },
	})
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() {
		over <- w.Run(ctx, Cluster{store.NewMemoryConfigs(), store.NewMemoryStatuses(), group.Single("worker:8083")})
	}()
	w.stop = func() {
		cancel()
		if over != nil {
			require.NoError(t, <-over)
			over = nil
		}
	}
	t.Cleanup(func() { w.stop() })
	eventuallytest.Succeeds(t, patience, "the worker is healthy", func(context.Context) error {
		if state, message := w.Health(); state != "healthy" {
			return errors.New(message)
		}
		return nil
	})
	return w
}

// member joins the group of a connector with another consumer, as a worker of Kafka Connect
// would.
func (w *world) member(name, clientID string) *kgo.Client {
	client := kafkatest.Client(w.t, w.broker, kgo.ClientID(clientID), kgo.ConsumerGroup("connect-"+name), kgo.ConsumeTopics(w.topic))
	eventuallytest.Succeeds(w.t, patience, "the consumer is in the group", func(ctx context.Context) error {
		ctx, done := context.WithTimeout(ctx, 10*time.Millisecond)
		defer done()
		client.PollFetches(ctx)
		if w.members(name) != 1 {
			return errors.New("not yet")
		}
		return nil
	})
	return client
}

func privateMariaDB(t *testing.T) *mariadbtest.Server { return mariadbtest.Private(t) }

// current returns the stream of a connector.
func (w *world) current(name string) *stream.Stream {
	i := w.get(name)
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.stream
}

// awaitOther waits until another stream runs.
func (w *world) awaitOther(name string, than *stream.Stream) {
	w.t.Helper()
	eventuallytest.Succeeds(w.t, patience, "another stream runs", func(context.Context) error {
		if now := w.current(name); now == nil || now == than {
			return errors.New("not yet")
		}
		return nil
	})
}

// awaitWait waits until a component of a connector waits for a reason.
func (w *world) awaitWait(name, component, reason string) {
	w.t.Helper()
	eventuallytest.Succeeds(w.t, patience, name+" waits", func(context.Context) error {
		waits, err := w.Waits(name)
		for _, wait := range waits {
			if wait.Component == component && strings.Contains(wait.Reason, reason) {
				return nil
			}
		}
		return fmt.Errorf("%v, %w", waits, err)
	})
}

// config is a connector that writes the topic into the table t.
func (w *world) config(set ...string) map[string]string {
	server, err := mysql.ParseDSN(w.dsn)
	require.NoError(w.t, err)
	config := map[string]string{
		"connector.class": "io.confluent.connect.jdbc.JdbcSinkConnector", "topics": w.topic, "tasks.max": "2",
		"connection.url": "jdbc:mariadb://" + server.Addr + "/" + server.DBName, "connection.user": server.User, "connection.password": server.Passwd,
		"table.name.format": "t", "insert.mode": "upsert", "pk.mode": "record_value", "pk.fields": "id", "auto.create": "true",
		"errors.tolerance": "all",
	}
	for n := 0; n < len(set); n += 2 {
		config[set[n]] = set[n+1]
	}
	return config
}

// send sends records with the ids from up to to, and waits until Kafka has them.
func (w *world) send(from, to int) {
	w.t.Helper()
	for id := from; id < to; id++ {
		w.sendValue(id%3, fmt.Sprintf(`{"schema":{"type":"struct","fields":[{"field":"id","type":"int32"},{"field":"v","type":"string"}]},"payload":{"id":%d,"v":"v%d"}}`, id, id))
	}
}

func (w *world) sendValue(partition int, value string) {
	w.t.Helper()
	r := &kgo.Record{Topic: w.topic, Partition: int32(partition), Key: []byte("k"), Value: []byte(value)}
	require.NoError(w.t, w.client.ProduceSync(context.Background(), r).FirstErr())
}

// sendAll is send without waiting for each record.
func (w *world) sendAll(from, to int) {
	for id := from; id < to; id++ {
		w.client.Produce(context.Background(), &kgo.Record{
			Topic: w.topic, Partition: int32(id % 3), Key: []byte("k"), Value: []byte(strings.ReplaceAll(good, "ID", fmt.Sprint(id))),
		}, nil)
		if id%10 == 0 {
			_ = w.client.Flush(context.Background())
		}
	}
	_ = w.client.Flush(context.Background())
}

// awaitCount waits until a query gives a number.
func (w *world) awaitCount(query string, n int) {
	w.t.Helper()
	eventuallytest.Succeeds(w.t, patience, fmt.Sprintf("%s gives %d", query, n), func(context.Context) error {
		got := -1
		err := w.db.QueryRow(query).Scan(&got)
		if got != n {
			return fmt.Errorf("%d, %w", got, err)
		}
		return nil
	})
}

// awaitRows waits until the table has n rows.
func (w *world) awaitRows(n int) {
	w.t.Helper()
	eventuallytest.Succeeds(w.t, patience, fmt.Sprintf("the table has %d rows", n), func(context.Context) error {
		if got := w.rows(); got != n {
			return fmt.Errorf("%d rows", got)
		}
		return nil
	})
}

func (w *world) rows() int { return w.count("t") }

// count returns the number of rows of a table, -1 if it does not exist.
func (w *world) count(table string) int {
	n := -1
	if err := w.db.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil {
		return -1
	}
	return n
}

// awaitMore waits until a table has more than n rows.
func (w *world) awaitMore(table string, n int) {
	w.t.Helper()
	eventuallytest.Succeeds(w.t, patience, fmt.Sprintf("%s has more than %d rows", table, n), func(context.Context) error {
		if got := w.count(table); got <= n {
			return fmt.Errorf("%d rows", got)
		}
		return nil
	})
}

// awaitStates waits until the connector and all of its tasks have states.
func (w *world) awaitStates(name string, connector connect.State, tasks ...connect.State) connect.Status {
	w.t.Helper()
	var status connect.Status
	eventuallytest.Succeeds(w.t, patience, fmt.Sprintf("%s is %s with tasks %v", name, connector, tasks), func(context.Context) error {
		var err error
		if status, err = w.Status(name); err != nil {
			return err
		}
		is := status.Connector.State == connector && len(status.Tasks) == len(tasks)
		for n, task := range status.Tasks {
			is = is && task.State == tasks[n] && task.ID == n
		}
		if !is {
			text, _ := json.Marshal(status)
			return fmt.Errorf("%s", text)
		}
		return nil
	})
	return status
}

// awaitEmptyGroup waits until the group of a connector has no member.
func (w *world) members(name string) int {
	groups, err := w.admin.DescribeGroups(context.Background(), "connect-"+name)
	require.NoError(w.t, err)
	return len(groups["connect-"+name].Members)
}

func (w *world) offsets(name string) map[int32]int64 {
	w.t.Helper()
	all, err := w.Offsets(context.Background(), name)
	require.NoError(w.t, err)
	offsets := map[int32]int64{}
	for _, o := range all {
		offsets[o.Partition] = *o.Offset
	}
	return offsets
}

// expectError expects an answer other than 2xx.
func expectError(t *testing.T, status int, message string, err error) {
	t.Helper()
	var answer *connect.Error
	require.ErrorAs(t, err, &answer)
	require.Equal(t, status, answer.Status, answer.Message)
	require.Contains(t, answer.Message, message)
}

// logs is where the workers of the tests log to: HERDER_LOG=1 shows it.
var logs = func() io.Writer {
	if os.Getenv("HERDER_LOG") != "" {
		return os.Stderr
	}
	return io.Discard
}()
