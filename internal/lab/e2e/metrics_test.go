package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// exposed is what a sink shows to Prometheus.
type exposed struct{ scrape.Metrics }

// The operations page, the alerts and the dashboard name the metrics of a sink of orders and of
// a sink of Avro that have stored, refused, retried and waited, and no other metrics.
func TestWhatIsSaidOfMetricsIsWhatASinkExposes(t *testing.T) {
	t.Parallel()
	metrics := eventful(t)
	for name, family := range eventfulAvro(t).Metrics {
		if metrics.Metrics[name] == nil {
			metrics.Metrics[name] = family
		}
	}
	t.Run("operations page", func(t *testing.T) { checkOperationsPage(t, metrics) })
	t.Run("units", func(t *testing.T) { checkUnits(t, metrics) })
	t.Run("alerts and dashboard", func(t *testing.T) { checkQueries(t, metrics) })
	t.Run("mismatches", func(t *testing.T) { checkMismatches(t, metrics) })
}

// eventful runs a sink through every event that leaves a metric.
func eventful(t *testing.T) exposed {
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Private(t))
	w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(64) NOT NULL")
	w.deadLetterTopic += "-later"
	s := w.startReady()
	g := orders.NewGenerator(5)
	send := func() {
		wrongTotal := g.Order()
		wrongTotal.TotalPrice++
		unknownField := g.Good()
		unknownField.Value = bytes.Replace(unknownField.Value, []byte(`"payload":{`), []byte(`"payload":{"note":"",`), 1)
		replayed := g.Good()
		replayed.Headers = []kgo.RecordHeader{{Key: "order_sink.replayed_from", Value: []byte("letters/0/0")}}
		w.produce(replayed, unknownField, orders.Good(wrongTotal), g.NotJSON(), g.BrokenRule(), g.TooLong(64))
	}
	send()
	w.eventually("the dead letters wait for their topic", func(context.Context) error {
		if waits := w.metric(s, "dead_letter_send_waits_total"); waits == 0 {
			return errors.New("there was no wait")
		}
		return nil
	})
	w.must(w.broker.CreateTopic(t.Context(), w.deadLetterTopic, 1, nil))
	w.awaitCommitted()

	// Their connections are ended while they lie idle: the next statement fails,
	// and is tried again.
	w.endSessions()
	send()
	w.awaitCommitted()

	w.admin("SET GLOBAL read_only = 1")
	send()
	w.awaitState(s, "waiting")
	w.admin("SET GLOBAL read_only = 0")
	w.awaitCommitted()

	var metrics exposed
	w.eventually("the lag is shown as gone", func(ctx context.Context) error {
		var err error
		if metrics.Metrics, err = scrape.Read(ctx, s); err != nil {
			return err
		}
		if lag := metrics.Values("kafka_read_lag"); len(lag) == 0 || metrics.Sum("kafka_read_lag") != 0 {
			return fmt.Errorf("kafka_read_lag is %v", lag)
		}
		return nil
	})
	if rows := metrics.Sum("mariadb_upsert_rows_total"); rows != 18 {
		t.Errorf("18 orders came in, and %v have an outcome", rows)
	}
	return metrics
}

// endSessions ends every connection of the sink, as the wait_timeout of a server does.
func (w *world) endSessions() {
	w.t.Helper()
	db, err := sql.Open("mysql", w.server.AdminDSN(""))
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(w.t.Context(), "SELECT id FROM information_schema.processlist WHERE user = 'sink' AND command = 'Sleep'")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var ended int
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			w.t.Fatal(err)
		}
		w.admin(fmt.Sprint("KILL CONNECTION ", id))
		ended++
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || ended == 0 {
		w.t.Fatalf("ended %d connections: %v", ended, err)
	}
}

// labels returns the labels of a metric, without those that the framework gives to every
// metric.
func (e exposed) labels(name string) []string {
	labels := make(map[string]bool)
	for _, m := range e.Metrics[name].GetMetric() {
		for _, pair := range m.GetLabel() {
			labels[pair.GetName()] = true
		}
	}
	for _, common := range []string{"label", "path", "stream"} {
		delete(labels, common)
	}
	return slices.Sorted(maps.Keys(labels))
}

var tableRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)(?:\\{([a-z_,]+)\\})?` \\| ([a-z]+) \\|")

// The table of docs/operations.md has each of the sink's own metrics, with its type
// and its labels, and no others.
func checkOperationsPage(t *testing.T, metrics exposed) {
	page, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	var documented, real []string
	for _, cells := range tableRow.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, fmt.Sprintf("%s{%s} %s", cells[1], cells[2], cells[3]))
	}
	own := regexp.MustCompile(`^(connect_json_decode|connect_avro_decode|order_price|mariadb_upsert|kafka_read|dead_letter_send)_|^kafka_read_lag$`)
	for name, family := range metrics.Metrics {
		if own.MatchString(name) {
			real = append(real, fmt.Sprintf("%s{%s} %s", name, strings.Join(metrics.labels(name), ","), strings.ToLower(family.GetType().String())))
		}
	}
	slices.Sort(documented)
	slices.Sort(real)
	if !slices.Equal(documented, real) {
		t.Errorf("the table of docs/operations.md has\n\t%s\nand a sink exposes\n\t%s", strings.Join(documented, "\n\t"), strings.Join(real, "\n\t"))
	}
}

// checkUnits asserts that a duration is a histogram in seconds, by its name and by its
// buckets.
func checkUnits(t *testing.T, metrics exposed) {
	var histograms int
	for name, family := range metrics.Metrics {
		if strings.HasSuffix(name, "_ns") {
			t.Errorf("%s is exposed under the name of another unit", name)
		}
		if family.GetType() != dto.MetricType_HISTOGRAM || strings.HasPrefix(name, "go_") {
			continue
		}
		histograms++
		if !strings.HasSuffix(name, "_seconds") {
			t.Errorf("%s is a histogram without a unit", name)
		}
		for _, m := range family.GetMetric() {
			// None of these took hours, and as nanoseconds each would.
			if mean := m.GetHistogram().GetSampleSum() / float64(m.GetHistogram().GetSampleCount()); mean > 600 {
				t.Errorf("%s has a mean of %v seconds", name, mean)
			}
		}
	}
	for _, name := range []string{"mariadb_upsert_statement_seconds", "mariadb_upsert_commit_lag_seconds"} {
		if metrics.Sum(name) == 0 {
			t.Errorf("%s has observed nothing", name)
		}
	}
	if histograms < 3 {
		t.Errorf("there are %d histograms", histograms)
	}
	if version := metrics.labels("mariadb_upsert_build_info"); !slices.Equal(version, []string{"version"}) {
		t.Errorf("the build is told by the labels %v", version)
	}
}
