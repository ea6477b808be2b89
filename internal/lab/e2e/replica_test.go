package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// recorded returns the records that a real connector has sent for a table, for a topic.
func recorded(t *testing.T, table, topic string) (records []*kgo.Record) {
	t.Helper()
	file, err := os.Open(filepath.Join(ordersinktest.Root(t), "plugins", "mariadb", "change", "testdata", "debezium", table+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct{ Key, Value json.RawMessage }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		record := &kgo.Record{Topic: topic}
		if string(line.Key) != "null" {
			record.Key = line.Key
		}
		if string(line.Value) != "null" {
			record.Value = line.Value
		}
		records = append(records, record)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return records
}

// replica.yaml applies what Debezium's connector has recorded: snapshots, changes, an added
// column, a changed key, an emptied table, and records that concern no row. Records of a
// table without a key become dead letters. A second delivery changes nothing.
func TestAReplicaFollowsItsSource(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		sources := []string{"keyed", "uniques", "numbers", "times", "shapes", "keyless", "heartbeats", "transactions", "schema-changes"}
		var records []*kgo.Record
		for _, source := range sources {
			w.must(b.CreateTopic(t.Context(), w.topic+"."+source, 1, nil))
			records = append(records, recorded(t, source, w.topic+"."+source)...)
		}
		client := kafkatest.Client(t, b)
		w.must(client.ProduceSync(t.Context(), records...).FirstErr())
		w.env = map[string]string{"KAFKA_TOPICS_PATTERN": strings.ReplaceAll(w.topic, ".", "[.]") + "[.].*"}
		w.grantAll()
		w.startReady("pipelines/replica.yaml")
		for range 2 {
			w.awaitTopics(sources)
			for query, want := range map[string][]string{
				"SELECT a, b, COALESCE(c_int, 'NULL'), COALESCE(c_note, 'NULL'), c_kind FROM keyed ORDER BY a, b": {"1 snapshot 1 in the snapshot std", "2 moved 2 NULL std", "3 new NULL last std"},
				"SELECT COUNT(*) FROM uniques": {"0"},
				"SELECT id, COALESCE(c_tinyint, 'NULL'), COALESCE(c_int_unsigned, 'NULL') FROM numbers ORDER BY id": {"0 NULL NULL", "1 -128 4294967295", "2 127 0", "3 NULL NULL"},
				"SELECT id, c_time_6 FROM times ORDER BY id":                                                        {"1 -838:59:59.999999", "2 -00:00:00.000001", "18446744073709551615 24:00:00.000001"},
				"SELECT id, ST_AsText(c_point), ST_SRID(c_point) FROM shapes WHERE id = 1":                          {"1 POINT(1.5 -2.5) 4326"},
			} {
				if got := w.rows(query); strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("%s gives %q, expected %q", query, got, want)
				}
			}
			w.must(client.ProduceSync(t.Context(), records...).FirstErr())
		}
		for _, letter := range w.deadLetters() {
			if topic, code := header(letter, "__connect.errors.topic"), header(letter, "order_sink.code"); topic != w.topic+".keyless" || code != "row_missing" {
				t.Errorf("a record of %s was refused: %s %s", topic, code, header(letter, "__connect.errors.exception.message"))
			}
		}
	})
}

// awaitTopics waits until the group has acknowledged these topics of the test.
func (w *world) awaitTopics(names []string) {
	w.t.Helper()
	admin := kadm.NewClient(kafkatest.Client(w.t, w.broker))
	for _, name := range names {
		topic := w.topic + "." + name
		w.eventually(fmt.Sprintf("%s is committed", topic), func(ctx context.Context) error {
			return kafka.Behind(ctx, admin, w.topic, topic)
		})
	}
}
