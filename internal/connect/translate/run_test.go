package translate_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect/translate"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) { sharedtest.Main(m, kafkatest.Close, mariadbtest.Close) }

// record is a line of a file NAME.records. A text is the bytes of a key or a value, and
// another JSON value stands for its own text.
type record struct {
	Topic      string
	Key, Value json.RawMessage
	Headers    map[string]string
	Timestamp  int64
}

// TestRecordsBecomeRows runs the pipelines of the connectors whose records testdata has, and
// compares the tables with NAME.rows. NAME.sql creates tables.
func TestRecordsBecomeRows(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.records")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		name := strings.TrimSuffix(path, ".records")
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			server, broker := mariadbtest.Shared(t), kafkatest.InMemory(t)
			dsn := server.DSN(server.Database(t))
			db := mariadbtest.Script(t, dsn, nil)
			if text, err := os.ReadFile(name + ".sql"); err == nil {
				_, err = db.ExecContext(t.Context(), string(text))
				require.NoError(t, err)
			}
			topics := produce(t, broker, path)
			p, err := translate.Translate(there(t, connector(t, name+".json"), dsn, broker))
			require.NoError(t, err)
			start(t, p)
			for _, topic := range topics {
				kafkatest.AwaitGroup(t, broker, p.Group, topic)
			}
			same(t, name+".rows", dump(t, db))
		})
	}
}

// there returns a connector that reads from a broker and writes to a database.
func there(t *testing.T, c translate.Connector, dsn string, b kafka.Broker) translate.Connector {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	c.Worker, c.Config = maps.Clone(c.Worker), maps.Clone(c.Config)
	c.Worker["bootstrap.servers"] = strings.Join(b.Seeds(), ",")
	c.Worker["offset.flush.interval.ms"] = "100"
	scheme := "jdbc:mariadb://"
	if c.Config["connector.class"] == aiven { // both drivers
		scheme = "jdbc:mysql://"
	}
	c.Config["connection.url"] = scheme + config.Addr + "/" + config.DBName
	for _, key := range []string{"connection.user", "connection.username"} {
		if c.Config[key] != "" {
			c.Config[key] = config.User
		}
	}
	c.Config["connection.password"] = config.Passwd
	return c
}

// produce sends the records of a file, and returns their topics.
func produce(t *testing.T, b kafka.Broker, path string) (topics []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	client := kafkatest.Client(t, b)
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var r record
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r), "%s", lines.Text())
		if !slices.Contains(topics, r.Topic) {
			topics = append(topics, r.Topic)
			require.NoError(t, b.CreateTopic(t.Context(), r.Topic, 1, nil))
		}
		sent := &kgo.Record{Topic: r.Topic, Key: bytesOf(r.Key), Value: bytesOf(r.Value), Timestamp: time.UnixMilli(max(r.Timestamp, 1_700_000_000_000))}
		for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
			sent.Headers = append(sent.Headers, kgo.RecordHeader{Key: name, Value: []byte(r.Headers[name])})
		}
		require.NoError(t, client.ProduceSync(t.Context(), sent).FirstErr())
	}
	return topics
}

func bytesOf(value json.RawMessage) []byte {
	var text string
	switch {
	case value == nil || string(value) == "null":
		return nil
	case json.Unmarshal(value, &text) == nil:
		return []byte(text)
	}
	var compact bytes.Buffer
	if json.Compact(&compact, value) != nil {
		return value
	}
	return compact.Bytes()
}

// start runs a pipeline until the end of the test.
func start(t *testing.T, p translate.Pipeline) {
	t.Helper()
	run(t, build(t, p), time.Minute)
}

func build(t *testing.T, p translate.Pipeline) *service.Stream {
	t.Helper()
	builder := service.NewStreamBuilder()
	builder.SetEnvVarLookupFunc(p.Lookup)
	require.NoError(t, builder.SetYAML(p.YAML), "%s", p.YAML)
	require.NoError(t, builder.SetLoggerYAML("level: NONE"))
	stream, err := builder.Build()
	require.NoError(t, err)
	return stream
}

// run runs a stream until the end of the test. Batches in flight have some time to finish.
func run(t *testing.T, stream *service.Stream, within time.Duration) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	t.Cleanup(func() { require.NoError(t, errors.Join(stream.StopWithin(within), <-ended)) })
}

// dump returns the definition and the rows of each table.
func dump(t *testing.T, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	for _, table := range rows(t, db, "SHOW TABLES") {
		name := "`" + table + "`"
		definition := rows(t, db, "SHOW CREATE TABLE "+name)[0]
		_, definition, _ = strings.Cut(definition, " | ")
		b.WriteString(definition + ";\n")
		for _, row := range rows(t, db, "SELECT * FROM "+name+" ORDER BY 1, 2") {
			b.WriteString(row + "\n")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// rows returns rows as text, with bars between the columns.
func rows(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	found, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer found.Close()
	columns, err := found.Columns()
	require.NoError(t, err)
	for found.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, found.Scan(into...))
		texts := make([]string, len(columns))
		for i, v := range values {
			if texts[i] = v.String; !v.Valid {
				texts[i] = "NULL"
			}
		}
		all = append(all, strings.Join(texts, " | "))
	}
	require.NoError(t, found.Err())
	return all
}
