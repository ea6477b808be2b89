package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
)

// stage lets the Python client send a scenario to a topic of its own, and returns the
// records for the topic of the sink. So the client can ask the registry before it stops.
func (s *avroSink) stage(registry, scenario string) []*kgo.Record {
	s.t.Helper()
	topic := kafkatest.Topic(s.t, s.broker, 1)
	sendAvro(s.t, s.broker, registry, topic, scenario)
	var records []*kgo.Record
	for _, r := range kafkatest.Records(s.t, s.broker, topic) {
		records = append(records, &kgo.Record{Topic: s.topic, Key: r.Key, Value: r.Value, Headers: r.Headers})
	}
	return records
}

func (s *avroSink) send(partition int32, records ...*kgo.Record) {
	s.t.Helper()
	for _, r := range records {
		sent := *r
		sent.Partition = partition
		if err := kafkatest.Client(s.t, s.broker).ProduceSync(s.t.Context(), &sent).FirstErr(); err != nil {
			s.t.Fatal(err)
		}
	}
}

// awaitState waits until the decoder is running or waiting.
func (s *avroSink) awaitState(state string) {
	s.t.Helper()
	eventuallytest.Succeeds(s.t, patience, "the decoder is "+state, func(ctx context.Context) error {
		metrics, err := scrape.Read(ctx, s.Sink)
		if err == nil && metrics.Sum("connect_avro_decode_state", "state", state) != 1 {
			err = fmt.Errorf("it is not")
		}
		return err
	})
}

// While the registry is stopped, records with known schemas are stored. A record with an
// unknown schema holds back its partition and no other one, visibly. It is stored once the
// registry is there again. Nothing is dropped and nothing becomes a dead letter.
func TestTheSinkSurvivesAStoppedRegistry(t *testing.T) {
	b, r := kafkatest.Shared(t), registrytest.Private(t)
	s := startAvro(t, b, r.URL(), nil)
	for _, record := range s.stage(r.URL(), "avro-keys") {
		s.send(0, record)
	}
	count := "SELECT COUNT(*) FROM `" + s.topic + "`"
	s.awaitRows(count, "3")
	known, unknown := s.stage(r.URL(), "later"), s.stage(r.URL(), "new-field")

	if err := r.Stop(); err != nil {
		t.Fatal(err)
	}
	s.send(1, known...)
	s.awaitRows(count, "4")
	for partition := range int32(3) {
		s.send(partition, unknown...)
	}
	s.awaitState("waiting")
	s.send(2, known...) // behind a record that waits
	id := "SELECT order_id FROM `" + s.topic + "` ORDER BY order_id"
	moved := *known[0]
	moved.Value = nil
	s.send(3, &moved) // deletes the row
	s.awaitRows(id, "a-1", "a-2", "주문 🛒")
	metrics, err := scrape.Read(t.Context(), s.Sink)
	if err != nil {
		t.Fatal(err)
	}
	if waits, refused := metrics.Sum("connect_avro_decode_waits_total"), metrics.Sum("connect_avro_decode_refused_total"); waits < 1 || refused != 0 {
		t.Errorf("%v waits and %v refused records are counted", waits, refused)
	}

	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.awaitState("running")
	s.awaitRows(id, "a-1", "a-2", "k-1", "n-1", "주문 🛒")
	kafkatest.AwaitGroup(t, b, s.topic, s.topic)
	if letters := kafkatest.Records(t, b, s.deadLetters); len(letters) > 0 {
		t.Errorf("%d dead letters, the first %v", len(letters), letters[0].Headers)
	}
	for _, text := range []string{"waiting for the schema registry since ", "Reading schemas: the wait is over, after "} {
		if n := strings.Count(s.log.String(), text); n != 1 {
			t.Errorf("the log says %q %d times, expected once", text, n)
		}
	}
}

// A record whose schema the registry does not have is a dead letter. Its neighbours are stored.
func TestARecordWithAnUnknownSchemaIsADeadLetter(t *testing.T) {
	b, r := kafkatest.Shared(t), registrytest.Shared(t)
	s := startAvro(t, b, r.URL(), nil)
	known := s.stage(r.URL(), "later")
	bad := *known[0]
	bad.Value = append([]byte{0, 0x7f, 0xff, 0xff, 0xff}, bad.Value[5:]...)
	s.send(0, &bad)
	s.send(0, known...)
	s.awaitRows("SELECT order_id FROM `"+s.topic+"`", "k-1")
	letter := s.awaitLetter()
	for name, want := range map[string]string{
		"order_sink.code": "unknown_schema", "__connect.errors.stage": "VALUE_CONVERTER", "__connect.errors.topic": s.topic,
	} {
		if letter[name] != want {
			t.Errorf("the header %s is %q, expected %q", name, letter[name], want)
		}
	}
	if got := kafkatest.Records(t, b, s.deadLetters)[0]; string(got.Value) != string(bad.Value) || string(got.Key) != string(bad.Key) {
		t.Errorf("the dead letter is %x = %x, expected the producer's record", got.Key, got.Value)
	}
}
