package interop

import (
	"context"
	"fmt"
	"net/http"
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

// awaitReady waits until an address of health answers with this status and text.
func (s *avroSink) awaitReady(path string, status int, text string) {
	s.t.Helper()
	eventuallytest.Succeeds(s.t, patience, fmt.Sprintf("%s answers %d %s", path, status, text), func(ctx context.Context) error {
		body, got, err := s.Get(ctx, path)
		if err == nil && (got != status || !strings.Contains(body, text)) {
			err = fmt.Errorf("it answers %d: %s", got, body)
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
	sent := 0
	for _, record := range s.stage(r.URL(), "avro-keys") {
		s.send(0, record)
		sent++
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
	s.awaitReady("/avro/ready", http.StatusServiceUnavailable, `"label":"registry","path":"input.broker.inputs.1","connected":false,"error":"waiting for the schema registry since 20`)
	s.awaitReady("/ready", http.StatusServiceUnavailable, "avro")
	s.send(2, known...) // behind a record that waits
	id := "SELECT order_id FROM `" + s.topic + "` ORDER BY order_id"
	moved := *known[0]
	moved.Value = nil
	s.send(3, &moved) // deletes the row
	s.awaitRows(id, "a-1", "a-2", "주문 🛒")
	if body, status, err := s.Get(t.Context(), "/avro/ready"); err != nil || status != http.StatusServiceUnavailable || !strings.Contains(body, r.URL()) {
		t.Errorf("after a record went past, /avro/ready answers %d: %s, %v", status, body, err)
	}
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
	s.awaitReady("/ready", http.StatusOK, "")
	s.awaitRows(id, "a-1", "a-2", "k-1", "n-1", "주문 🛒")
	kafkatest.AwaitGroup(t, b, s.topic, s.topic)
	sent += 3*len(unknown) + 2*len(known) + 1
	if metrics, err = scrape.Read(t.Context(), s.Sink); err != nil || metrics.Sum("input_received") != float64(sent) {
		t.Errorf("%d records were sent, and the input gave out %v: %v", sent, metrics.Sum("input_received"), err)
	}
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
