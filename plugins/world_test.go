package plugins

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	kafkatest.Close()
	mariadbtest.Close()
	os.Exit(code)
}

// tables creates the tables quick and slow with a history of each. A row of slow takes
// longer.
const tables = `
CREATE TABLE quick (id INT NOT NULL PRIMARY KEY, n INT NOT NULL);
CREATE TABLE quick_log (i INT AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL, n INT NOT NULL);
CREATE TRIGGER quick_1 AFTER INSERT ON quick FOR EACH ROW INSERT INTO quick_log (id, n) VALUES (NEW.id, NEW.n);
CREATE TRIGGER quick_2 AFTER UPDATE ON quick FOR EACH ROW INSERT INTO quick_log (id, n) VALUES (NEW.id, NEW.n);
CREATE TABLE slow (id INT NOT NULL PRIMARY KEY, n INT NOT NULL);
CREATE TABLE slow_log (i INT AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL, n INT NOT NULL);
CREATE TRIGGER slow_0 BEFORE INSERT ON slow FOR EACH ROW DO SLEEP(RAND() * 0.02);
CREATE TRIGGER slow_1 AFTER INSERT ON slow FOR EACH ROW INSERT INTO slow_log (id, n) VALUES (NEW.id, NEW.n);
CREATE TRIGGER slow_2 AFTER UPDATE ON slow FOR EACH ROW INSERT INTO slow_log (id, n) VALUES (NEW.id, NEW.n)
`

// world has the topics, the database and the stream of one test.
type world struct {
	*testing.T
	broker  kafka.Broker
	client  *kgo.Client
	topics  []string
	db      *sql.DB
	dsn     string
	content sync.Mutex
	decoded []string // the records that the processors have handled
}

const (
	partitions = 2
	keys       = 2 // of each partition
	runs       = 8
	run        = 5 // consecutive versions of a key
)

func newWorld(t *testing.T, b kafka.Broker, topics int) *world {
	t.Helper()
	w := storing(t, strings.Split(tables, ";\n")...)
	w.broker = b
	for range topics {
		w.topics = append(w.topics, kafkatest.Topic(t, b, partitions))
	}
	var err error
	w.client, err = kgo.NewClient(kgo.SeedBrokers(b.Seeds()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	w.must(err)
	t.Cleanup(w.client.Close)
	return w
}

// storing returns a world with a database only.
func storing(t *testing.T, statements ...string) *world {
	t.Helper()
	w := &world{T: t}
	server := mariadbtest.Shared(t)
	w.dsn = server.DSN(server.Database(t))
	var err error
	w.db, err = sql.Open("mysql", w.dsn)
	w.must(err)
	t.Cleanup(func() { w.db.Close() })
	for _, statement := range statements {
		w.exec(statement)
	}
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(statement string) {
	w.Helper()
	_, err := w.db.ExecContext(w.Context(), statement)
	w.must(err)
}

func (w *world) rows(query string) (all []string) {
	w.Helper()
	rows, err := w.db.QueryContext(w.Context(), query)
	w.must(err)
	defer rows.Close()
	for rows.Next() {
		var row string
		w.must(rows.Scan(&row))
		all = append(all, row)
	}
	w.must(rows.Err())
	return all
}

// produce sends a version of a key to a partition of a topic.
func (w *world) produce(topic string, partition int32, id, n int) {
	w.client.Produce(w.Context(), &kgo.Record{Topic: topic, Partition: partition, Value: fmt.Appendf(nil, `{"id":%d,"n":%d}`, id, n)},
		func(_ *kgo.Record, err error) {
			if err != nil {
				w.Error(err)
			}
		})
}

// upsert returns the YAML of an output.
func (w *world) upsert(table string, inFlight int) string {
	return fmt.Sprintf("{ mariadb_upsert: { dsn: %q, table: %s, columns: [ id, n ], key: [ id ], max_in_flight: %d } }", w.dsn, table, inFlight)
}

// start runs a stream with a number of records in each batch.
func (w *world) start(batch int, output string) (stop func()) {
	w.Helper()
	env := service.GlobalEnvironment().Clone()
	w.must(env.RegisterProcessor("decoded", service.NewConfigSpec(), func(*service.ParsedConfig, *service.Resources) (service.Processor, error) {
		return w, nil
	}))
	builder := env.NewStreamBuilder()
	w.must(builder.SetYAML(fmt.Sprintf(`
input:
  kafka_read: { seed_brokers: [ %q ], topics: [ %s ], consumer_group: %s, max_batch_records: %d, commit_period: 100ms }
pipeline:
  threads: 1
  processors: [ { decoded: {} } ]
output: %s
logger: { level: NONE }
`, w.broker.Seeds()[0], strings.Join(w.topics, ", "), w.topics[0], batch, output)))
	stream, err := builder.Build()
	w.must(err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	stop = sync.OnceFunc(func() {
		if err := errors.Join(stream.StopWithin(time.Minute), <-ended); err != nil {
			w.Error(err)
		}
	})
	w.Cleanup(stop)
	return stop
}

// Process implements service.Processor.
func (w *world) Process(_ context.Context, m *service.Message) (service.MessageBatch, error) {
	text, err := m.AsBytes()
	w.content.Lock()
	defer w.content.Unlock()
	w.decoded = append(w.decoded, string(text))
	return service.MessageBatch{m}, err
}

// Close implements service.Processor. Each start has a new processor.
func (w *world) Close(context.Context) error { return nil }

func (w *world) eventually(what string, condition func() error) {
	w.Helper()
	eventuallytest.Succeeds(w, 30*time.Second, what, func(context.Context) error { return condition() })
}

// awaitRows waits until a table has these rows, written as "id n".
func (w *world) awaitRows(table string, expected ...string) {
	w.Helper()
	slices.Sort(expected)
	w.eventually("table "+table+" is up to date", func() error {
		got := w.rows("SELECT CONCAT(id, ' ', n) FROM " + table)
		if slices.Sort(got); !slices.Equal(got, expected) {
			return fmt.Errorf("it has %v, expected %v", got, expected)
		}
		return nil
	})
}

// neverBack asserts that no row of a table became older than it was.
func (w *world) neverBack(table string) {
	w.Helper()
	if n := w.rows("SELECT COUNT(*) FROM " + table + "_log"); n[0] == "0" {
		w.Errorf("table %s has no history", table)
	}
	if back := w.rows("SELECT CONCAT(id, ': ', was, ' became ', n) FROM (SELECT id, n, LAG(n) OVER (PARTITION BY id ORDER BY i) AS was FROM " +
		table + "_log) history WHERE n < was"); len(back) > 0 {
		w.Errorf("table %s went back %d times: %v", table, len(back), back)
	}
}

// awaitSettled waits until the group has acknowledged all records.
func (w *world) awaitSettled() {
	w.Helper()
	admin := kadm.NewClient(w.client)
	for _, topic := range w.topics {
		w.eventually("all records are acknowledged", func() error {
			return kafka.Behind(w.Context(), admin, w.topics[0], topic)
		})
	}
}
