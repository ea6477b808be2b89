package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// idSchema is the schema of keys.
const idSchema = `{"type":"struct","fields":[{"type":"int64","optional":false,"field":"id"}],"optional":false}`

// keyed is a record with a key {id} and a value of these fields and members, "" for a
// tombstone.
func keyed(topic string, id int, fields, members string) *kgo.Record {
	r := &kgo.Record{Topic: topic, Key: fmt.Appendf(nil, `{"schema":%s,"payload":{"id":%d}}`, idSchema, id)}
	if fields != "" {
		r.Value = fmt.Appendf(nil, `{"schema":{"type":"struct","fields":[{"type":"int64","optional":false,"field":"id"}%s],"optional":false},"payload":{"id":%d%s}}`, fields, id, members)
	}
	return r
}

// grantAll lets the sink create and alter the tables of the test's database.
func (w *world) grantAll() {
	w.t.Helper()
	var database string
	w.must(w.db.QueryRowContext(w.t.Context(), "SELECT DATABASE()").Scan(&database))
	w.admin("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER ON `" + database + "`.* TO order_sink")
}

func (w *world) awaitAnswerOf(query string, want ...string) {
	w.t.Helper()
	w.eventually(query, func(context.Context) error {
		if _, err := w.db.ExecContext(w.t.Context(), query); err != nil {
			return err // no such table yet
		}
		if got := w.rows(query); strings.Join(got, "\n") != strings.Join(want, "\n") {
			return fmt.Errorf("%q", got)
		}
		return nil
	})
}

// tables.yaml: a topic has the table of its name, also a topic that is new. The table gets a
// column for each field of its records.
func TestTopicsBecomeTables(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		first, second := w.topic+".first", w.topic+".second"
		w.must(b.CreateTopic(t.Context(), first, 1, nil))
		w.env = map[string]string{"KAFKA_TOPICS_PATTERN": strings.ReplaceAll(w.topic, ".", "[.]") + "[.].*", "CREATE_TABLES": "true"}
		w.grantAll()
		w.startReady("pipelines/tables.yaml")
		client := kafkatest.Client(t, b)
		const name = `,{"type":"string","optional":true,"field":"name"}`
		w.must(client.ProduceSync(t.Context(),
			keyed(first, 1, name, `,"name":"한국어 😀"`), keyed(first, 2, name, `,"name":null`), keyed(first, 3, name, `,"name":"gone"`),
			keyed(first, 3, "", ""),
		).FirstErr())
		w.awaitAnswerOf("SELECT id, COALESCE(name, 'NULL') FROM `"+first+"` ORDER BY id", "1 한국어 😀", "2 NULL")

		// The schema gets a field, and a record of the old schema leaves its column as it is.
		const price = name + `,{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2","connect.decimal.precision":"10"},"optional":true,"field":"price"}`
		w.must(client.ProduceSync(t.Context(), keyed(first, 1, price, `,"name":"b","price":"BNI="`), keyed(first, 1, name, `,"name":"c"`)).FirstErr())
		w.awaitAnswerOf("SELECT id, name, price FROM `"+first+"` WHERE id = 1", "1 c 12.34")

		w.must(b.CreateTopic(t.Context(), second, 1, nil))
		w.must(client.ProduceSync(t.Context(), keyed(second, 7, name, `,"name":"x"`), &kgo.Record{Topic: second, Value: []byte("no JSON")}).FirstErr())
		w.awaitAnswerOf("SELECT id, name FROM `"+second+"`", "7 x")
		w.eventually("the dead letter is there", func(context.Context) error {
			if letters := w.deadLetters(); len(letters) != 1 || header(letters[0], "order_sink.code") != "bad_json" || header(letters[0], "__connect.errors.topic") != second {
				return fmt.Errorf("%d dead letters", len(letters))
			}
			return nil
		})
	})
}

// A table that does not fit holds back the records of its topic, and no other topic. The
// state names the table and what ends the wait.
func TestATableThatMustWaitDelaysNoOtherTable(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		waits, goes := w.topic+".waits", w.topic+".goes"
		for _, topic := range []string{waits, goes} {
			w.must(b.CreateTopic(t.Context(), topic, 2, nil))
		}
		w.admin("CREATE TABLE `" + goes + "` (id BIGINT PRIMARY KEY)")
		w.env = map[string]string{"KAFKA_TOPICS": waits + "," + goes}
		w.grantAll()
		s := w.startReady("pipelines/tables.yaml")
		client := kafkatest.Client(t, b)
		const none = " "
		for round := range 3 {
			for partition := range int32(2) {
				for i, topic := range []string{waits, goes} {
					record := keyed(topic, round*10+int(partition)+i*100, none, "")
					record.Partition = partition
					w.must(client.ProduceSync(t.Context(), record).FirstErr())
				}
			}
			// The records of the other topic arrive in each round, although the first one waits.
			w.awaitAnswerOf("SELECT COUNT(*) FROM `"+goes+"`", fmt.Sprint(2*(round+1)))
			if round == 0 {
				w.awaitAnswer(s, "/tables/ready", 503, "waiting for MariaDB since .*table `.*[.]waits` does not exist")
			}
		}
		w.admin("CREATE TABLE `" + waits + "` (id BIGINT PRIMARY KEY)")
		w.awaitAnswerOf("SELECT COUNT(*) FROM `"+waits+"`", "6")
	})
}
