package e2e

import (
	"bytes"
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

// A transform (RegexRouter) has changed the topic of a record before it was refused. A replay
// sends the record to the topic of the producer, never to the other, and the record goes
// through the transform once more.
func TestAReplayGoesToTheTopicOfTheProducer(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for name, c := range map[string]struct {
			sent   int // records of the topic after the replay
			replay func(w *world, pipeline string)
		}{
			"by order-sink dlq replay": {2, func(w *world, _ string) {
				if out := w.dlq(0, "replay", "--all", "--dry-run"); !strings.Contains(out, "  "+w.topic+"/2\n") {
					w.t.Errorf("a rehearsal says %s", out)
				}
				w.dlq(0, "replay", "--all", "--yes", "1")
			}},
			"by order-sink dlq replay --through": {1, func(w *world, pipeline string) {
				cmd := w.dlqCommand("replay", "--through", pipeline, "--all", "--yes", "1")
				cmd.Env = append(cmd.Env, "KAFKA_TOPICS="+w.topic)
				if out, err := cmd.CombinedOutput(); err != nil {
					w.t.Errorf("%v: %s", err, out)
				}
			}},
			"by replay.yaml": {2, func(w *world, _ string) { w.start("pipelines/replay.yaml") }},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, b, mariadbtest.Shared(t))
				const routed = "a_topic_that_no_producer_uses"
				pipeline := w.routing(routed)
				w.grantAll()
				w.exec("CREATE TABLE `" + routed + "` (id BIGINT PRIMARY KEY, text VARCHAR(5))")
				w.env = map[string]string{"KAFKA_TOPICS": w.topic}
				w.startReady(pipeline)
				sent := refusedHere(w.topic)
				w.must(kafkatest.Client(t, b).ProduceSync(t.Context(), sent).FirstErr())
				w.awaitCommitted()
				letters := w.deadLetters()
				if len(letters) != 1 || header(letters[0], "order_sink.code") != "row_too_long" || header(letters[0], "order_sink.table") != routed {
					t.Fatalf("the dead letters are %v", letters)
				}

				w.exec("ALTER TABLE `" + routed + "` MODIFY text VARCHAR(50)")
				c.replay(w, pipeline)
				w.awaitAnswerOf("SELECT id, text FROM `"+routed+"`", "7 too long for it")
				w.awaitCommitted()
				w.onlyInTheTopicOfTheProducer(sent, c.sent, routed)
			})
		}
	})
}

// routing writes tables.yaml with a transform that changes the topic of each record.
func (w *world) routing(to string) (file string) {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(w.t), "pipelines", "tables.yaml"))
	w.must(err)
	const end = "        store_original_metadata: order_sink_original\n"
	chain := end + "    - connect_transform:\n        schema_metadata: order_sink_schema\n        transforms:\n" +
		"          - { name: route, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '.*', replacement: '" + to + "' }\n"
	if strings.Count(string(text), end) != 1 {
		w.t.Fatal("tables.yaml has another decoder")
	}
	file = filepath.Join(w.t.TempDir(), "routed.yaml")
	w.must(os.WriteFile(file, []byte(strings.Replace(string(text), end, chain, 1)), 0o600))
	return file
}

// refusedHere is a record whose text is too long for the table.
func refusedHere(topic string) *kgo.Record {
	return &kgo.Record{
		Topic: topic, Partition: 2, Headers: []kgo.RecordHeader{{Key: "source", Value: []byte("web")}},
		Key:   []byte(`{"schema":{"type":"struct","optional":false,"fields":[{"type":"int64","optional":false,"field":"id"}]},"payload":{"id":7}}`),
		Value: []byte(`{"schema":{"type":"struct","optional":false,"fields":[{"type":"int64","optional":false,"field":"id"},{"type":"string","optional":true,"field":"text"}]},"payload":{"id":7,"text":"too long for it"}}`),
	}
}

// onlyInTheTopicOfTheProducer asserts that the topic of the producer has the record so often,
// each time as it was, and that Kafka has no topic of the other name.
func (w *world) onlyInTheTopicOfTheProducer(sent *kgo.Record, times int, other string) {
	w.t.Helper()
	log := w.read(w.topic)
	if len(log) != times {
		w.t.Fatalf("the topic has %d records, expected %d", len(log), times)
	}
	for i, r := range log {
		if r.Partition != sent.Partition || !bytes.Equal(r.Key, sent.Key) || !bytes.Equal(r.Value, sent.Value) || header(r, "source") != "web" || !r.Timestamp.Equal(log[0].Timestamp) {
			w.t.Errorf("record %d is %v", i, r)
		}
	}
	if want := fmt.Sprint(w.deadLetterTopic, "/0/0"); times > 1 && header(log[1], "order_sink.replayed_from") != want {
		w.t.Errorf("it was replayed with the headers %q", log[1].Headers)
	}
	topics, err := kadm.NewClient(kafkatest.Client(w.t, w.broker)).ListTopics(w.t.Context())
	w.must(err)
	if topics.Has(other) {
		w.t.Errorf("there is a topic %s", other)
	}
}
