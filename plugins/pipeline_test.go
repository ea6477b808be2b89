package plugins

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
	"github.com/order-sink/order-sink/plugins/mariadb"
)

func TestMain(m *testing.M) { sharedtest.Main(m, kafkatest.Close, mariadbtest.Close) }

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

// pipeline has the topics, the database and the stream of one test.
type pipeline struct {
	*testing.T
	broker  kafka.Broker
	client  *kgo.Client
	topics  []string
	db      *sql.DB
	dsn     string
	told    chan mariadb.Stop // gets what stops the output; nil for nothing
	content sync.Mutex
	decoded []string // the records that the processors have handled
}

const (
	partitions = 2
	keys       = 2 // of each partition
	runs       = 8
	run        = 5 // consecutive versions of a key
)

func newPipeline(t *testing.T, b kafka.Broker, topics int) *pipeline {
	t.Helper()
	p := storing(t, strings.Split(tables, ";\n")...)
	p.broker = b
	for range topics {
		p.topics = append(p.topics, kafkatest.Topic(t, b, partitions))
	}
	p.client = kafkatest.Client(t, b)
	return p
}

// storing returns a pipeline with a database only.
func storing(t *testing.T, statements ...string) *pipeline {
	t.Helper()
	p := &pipeline{T: t}
	server := mariadbtest.Shared(t)
	p.dsn = server.DSN(server.Database(t))
	var err error
	p.db, err = sql.Open("mysql", p.dsn)
	require.NoError(p, err)
	t.Cleanup(func() { p.db.Close() })
	for _, statement := range statements {
		p.exec(statement)
	}
	return p
}

func (p *pipeline) exec(statement string) {
	p.Helper()
	_, err := p.db.ExecContext(p.Context(), statement)
	require.NoError(p, err)
}

func (p *pipeline) rows(query string) (all []string) {
	p.Helper()
	rows, err := p.db.QueryContext(p.Context(), query)
	require.NoError(p, err)
	defer rows.Close()
	for rows.Next() {
		var row string
		require.NoError(p, rows.Scan(&row))
		all = append(all, row)
	}
	require.NoError(p, rows.Err())
	return all
}

// produce sends a version of a key to a partition of a topic.
func (p *pipeline) produce(topic string, partition int32, id, n int) {
	p.client.Produce(p.Context(), &kgo.Record{Topic: topic, Partition: partition, Value: fmt.Appendf(nil, `{"id":%d,"n":%d}`, id, n)},
		func(_ *kgo.Record, err error) {
			assert.NoError(p, err)
		})
}

// upsert returns the YAML of an output.
func (p *pipeline) upsert(table string, inFlight int) string {
	return fmt.Sprintf("{ mariadb_upsert: { dsn: %q, table: %s, columns: [ id, n ], key: [ id ], max_in_flight: %d } }", p.dsn, table, inFlight)
}

// start runs a stream with a number of records in each batch, and with more processors.
func (p *pipeline) start(batch int, output string, processors ...string) (stop func()) {
	p.Helper()
	env := service.GlobalEnvironment().Clone()
	require.NoError(p, env.RegisterProcessor("decoded", service.NewConfigSpec(), func(*service.ParsedConfig, *service.Resources) (service.Processor, error) {
		return p, nil
	}))
	builder := env.NewStreamBuilder()
	require.NoError(p, builder.SetYAML(fmt.Sprintf(`
input:
  kafka_read: { seed_brokers: [ %q ], topics: [ %s ], consumer_group: %s, max_batch_records: %d, commit_period: 100ms }
pipeline:
  threads: 1
  processors: [ %s ]
output: %s
logger: { level: NONE }
`, p.broker.Seeds()[0], strings.Join(p.topics, ", "), p.topics[0], batch, strings.Join(append([]string{"{ decoded: {} }"}, processors...), ", "), output)))
	stream, err := builder.Build()
	require.NoError(p, err)
	patience := time.Minute
	if p.told != nil {
		patience = 4 * time.Second // a stopped output acknowledges nothing more
		stream.Resources().SetGeneric(mariadb.StopKey{}, func(s mariadb.Stop) { p.told <- s })
	}
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	stop = sync.OnceFunc(func() {
		assert.NoError(p, errors.Join(stream.StopWithin(patience), <-ended))
	})
	p.Cleanup(stop)
	return stop
}

// Process implements service.Processor.
func (p *pipeline) Process(_ context.Context, m *service.Message) (service.MessageBatch, error) {
	text, err := m.AsBytes()
	p.content.Lock()
	defer p.content.Unlock()
	p.decoded = append(p.decoded, string(text))
	return service.MessageBatch{m}, err
}

// Close implements service.Processor. Each start has a new processor.
func (p *pipeline) Close(context.Context) error { return nil }

func (p *pipeline) eventually(what string, condition func() error) {
	p.Helper()
	eventuallytest.Succeeds(p, 30*time.Second, what, func(context.Context) error { return condition() })
}

// awaitRows waits until a table has these rows, written as "id n".
func (p *pipeline) awaitRows(table string, expected ...string) {
	p.Helper()
	slices.Sort(expected)
	p.eventually("table "+table+" is up to date", func() error {
		got := p.rows("SELECT CONCAT(id, ' ', n) FROM " + table)
		if slices.Sort(got); !slices.Equal(got, expected) {
			return fmt.Errorf("it has %v, expected %v", got, expected)
		}
		return nil
	})
}

// neverBack asserts that no row of a table became older than it was.
func (p *pipeline) neverBack(table string) {
	p.Helper()
	assert.NotEqual(p, []string{"0"}, p.rows("SELECT COUNT(*) FROM "+table+"_log"), "table %s has no history", table)
	assert.Empty(p, p.rows("SELECT CONCAT(id, ': ', was, ' became ', n) FROM (SELECT id, n, LAG(n) OVER (PARTITION BY id ORDER BY i) AS was FROM "+
		table+"_log) history WHERE n < was"), "table %s went back", table)
}

// awaitSettled waits until the group has acknowledged all records.
func (p *pipeline) awaitSettled() {
	p.Helper()
	admin := kadm.NewClient(p.client)
	for _, topic := range p.topics {
		p.eventually("all records are acknowledged", func() error {
			return kafka.Behind(p.Context(), admin, p.topics[0], topic)
		})
	}
}
