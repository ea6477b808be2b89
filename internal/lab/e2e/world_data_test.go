package e2e

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// rows reads a query's answer as text, a line a row.
func (w *world) rows(query string) []string {
	w.t.Helper()
	return w.rowsOf(w.db, query)
}

// adminRows reads what others may not see.
func (w *world) adminRows(query string) []string {
	w.t.Helper()
	db, err := sql.Open("mysql", w.server.AdminDSN(""))
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	return w.rowsOf(db, query)
}

func (w *world) rowsOf(db *sql.DB, query string) []string {
	w.t.Helper()
	rows, err := db.QueryContext(w.t.Context(), query)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		cells := make([]sql.NullString, len(names))
		targets := make([]any, len(names))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			w.t.Fatal(err)
		}
		texts := make([]string, len(names))
		for i, cell := range cells {
			texts[i] = cell.String
			if !cell.Valid {
				texts[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(texts, " "))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return lines
}

// deadLetters reads the dead letter topic as it is now.
func (w *world) deadLetters() []*kgo.Record { return w.read(w.deadLetterTopic) }

// read reads a topic as it is now.
func (w *world) read(topic string) []*kgo.Record {
	w.t.Helper()
	return kafkatest.Records(w.t, w.broker, topic)
}

// metric sums the series of a sink's metric that have these labels.
func (w *world) metric(s *ordersink.Sink, name string, labels ...string) float64 {
	w.t.Helper()
	metrics, err := scrape.Read(w.t.Context(), s)
	w.must(err)
	return metrics.Sum(name, labels...)
}

func header(record *kgo.Record, name string) string {
	for _, h := range record.Headers {
		if h.Key == name {
			return string(h.Value)
		}
	}
	return ""
}

// spread sends so many messages to each of the first partitions.
func (w *world) spread(partitions int32, each int, next func() orders.Message) {
	w.t.Helper()
	client := kafkatest.Client(w.t, w.broker, kgo.ProducerBatchMaxBytes(900_000))
	var records []*kgo.Record
	for partition := range partitions {
		for range each {
			m := next()
			records = append(records, &kgo.Record{Topic: w.topic, Partition: partition, Key: m.Key, Value: m.Value, Headers: m.Headers})
		}
	}
	w.must(client.ProduceSync(w.t.Context(), records...).FirstErr())
}

// noise is refusable, and does not shrink when it is compressed.
func noise(bytes int) orders.Message {
	value := make([]byte, bytes)
	for i := range value {
		value[i] = byte(rand.Uint32())
	}
	value[0] = '<'
	return orders.Message{Value: value, Code: "bad_json"}
}

// distinct counts the dead letters, and the records that they are of.
func (w *world) distinct() (letters, records int) {
	w.t.Helper()
	seen := map[string]bool{}
	for _, l := range w.deadLetters() {
		letters++
		seen[header(l, "__connect.errors.partition")+":"+header(l, "__connect.errors.offset")] = true
	}
	return letters, len(seen)
}

func (w *world) produce(messages ...orders.Message) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if _, err := orders.Produce(ctx, w.broker.Seeds(), w.topic, slices.Values(messages), nil); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(query string) {
	w.t.Helper()
	if _, err := w.db.ExecContext(w.t.Context(), query); err != nil {
		w.t.Fatalf("%.60s…: %v", query, err)
	}
}

// runSQL runs a file of config/.
func (w *world) runSQL(file string) {
	w.t.Helper()
	if err := mariadb.RunFile(w.t.Context(), w.tables, filepath.Join(ordersinktest.Root(w.t), "config", file)); err != nil {
		w.t.Fatal(err)
	}
}

// grant lets the sink write another table than that of config/schema.sql.
func (w *world) grant(table string) {
	w.t.Helper()
	w.admin("GRANT SELECT, INSERT, UPDATE ON " + table + " TO order_sink")
}

// admin does what a sink may not, in the database of the test.
func (w *world) admin(query string) {
	w.t.Helper()
	db, err := sql.Open("mysql", w.server.AdminDSN(w.tables[strings.LastIndexByte(w.tables, '/')+1:]))
	if err == nil {
		defer db.Close()
		_, err = db.ExecContext(w.t.Context(), query)
	}
	if err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
}

// dlq runs the command of that name.
func (w *world) dlq(status int, args ...string) string {
	w.t.Helper()
	cmd := w.dlqCommand(args...)
	out, err := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != status {
		w.t.Errorf("dlq %v: exit status %d, expected %d (%v)\n%s", args, got, status, err, out)
	}
	return string(out)
}

func (w *world) dlqCommand(args ...string) *exec.Cmd {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), ordersinktest.Binary(w.t), append([]string{"dlq", args[0], "-r", "config/resources.yaml"}, args[1:]...)...)
	cmd.Dir = ordersinktest.Root(w.t)
	cmd.Env = append(cmd.Environ(), "KAFKA_BROKERS="+strings.Join(w.broker.Seeds(), ","), "DEAD_LETTER_TOPIC="+w.deadLetterTopic, "MARIADB_DSN="+w.dsn)
	return cmd
}
