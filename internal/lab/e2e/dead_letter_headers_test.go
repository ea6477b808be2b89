package e2e

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// reason has the names of the headers that the sink and `dlq` add to a record.
var reason = map[string]bool{
	"order_sink.code": true, "order_sink.field": true, "order_sink.stage": true, "order_sink.failed_at": true,
	"order_sink.timestamp_ms": true, "order_sink.replayed_from": true, "order_sink.replayed": true,
	"__connect.errors.topic": true, "__connect.errors.partition": true, "__connect.errors.offset": true,
	"__connect.errors.connector.name": true, "__connect.errors.task.id": true, "__connect.errors.stage": true,
	"__connect.errors.class.name": true, "__connect.errors.exception.class.name": true,
	"__connect.errors.exception.message": true, "__connect.errors.exception.stacktrace": true,
}

// producers returns the headers of a record that the sink did not add.
func producers(record *kgo.Record) map[string]string {
	headers := map[string]string{}
	for _, h := range record.Headers {
		if !reason[h.Key] {
			headers[h.Key] = string(h.Value)
		}
	}
	return headers
}

// awkward returns headers whose names mean something to a part of the sink, or are
// unusual.
func awkward() []kgo.RecordHeader {
	var headers []kgo.RecordHeader
	for _, name := range []string{
		"kafka_key", "kafka_topic", "kafka_partition", "kafka_offset", "kafka_timestamp_ms", "kafka_timestamp_unix",
		"kafka_tombstone_message", "kafka_batch", "kafka_lag", "kafka_headers", "kafka_replyTopic",
		"order_sink_original", "order_sink_schema", "order_sink.custom", "__connect.errors.custom",
		"fallback_error", "traceparent", "a.b/c~d~1e", "content-type", " key", " topic", "  two blanks", "", "ключ\n", "\xff\x00", "key", "topic",
	} {
		headers = append(headers, kgo.RecordHeader{Key: name, Value: []byte("value of " + name)})
	}
	return append(headers,
		kgo.RecordHeader{Key: "bytes", Value: []byte{0xff, 0, 0xfe}},
		kgo.RecordHeader{Key: "empty", Value: []byte{}},
	)
}

// refusable returns records that no table takes: with a key, without a key, and without
// a value.
func refusable(g *orders.Generator) []orders.Message {
	keyed, plain := g.BrokenRule(), g.BrokenRule()
	keyed.Key, keyed.Headers = []byte{0xff, 0, 'k'}, awkward()
	return []orders.Message{keyed, plain, {Key: []byte("of a tombstone"), Headers: awkward()[:3], Code: "order_missing"}}
}

// compare asserts that the record of a message is among the records n times, each time
// as the producer sent it.
func (w *world) compare(what string, records []*kgo.Record, m orders.Message, n int) {
	w.t.Helper()
	want := producers(&kgo.Record{Headers: m.Headers})
	found := 0
	for _, r := range records {
		if header(r, "order_sink.replayed") != "" {
			continue // a mark
		}
		if !bytes.Equal(r.Key, m.Key) || !bytes.Equal(r.Value, m.Value) || (r.Key == nil) != (m.Key == nil) || (r.Value == nil) != (m.Value == nil) {
			continue
		}
		found++
		if got := producers(r); !maps.Equal(got, want) {
			w.t.Errorf("%s: record %d of key %q has the headers\n%q, expected\n%q", what, found, r.Key, got, want)
		}
	}
	if found != n {
		w.t.Errorf("%s: %d records are that of key %q, expected %d", what, found, m.Key, n)
	}
}

// An order that is refused, replayed in either way and refused again keeps the
// producer's key, value and headers.
func TestARefusedRecordStaysTheProducers(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.startReady()
		messages := refusable(orders.NewGenerator(31))
		w.produce(messages...)
		w.awaitCommitted()
		same := func(what string, letters, log int) {
			t.Helper()
			for _, m := range messages {
				w.compare(what, w.deadLetters(), m, letters)
				w.compare(what+", in the log", w.read(w.topic), m, log)
			}
		}
		same("refused", 1, 1)
		w.dlq(0, "replay", "--through", "pipelines/orders.yaml", "--all", "--yes", "3")
		same("replayed through the pipeline", 2, 1)
		w.dlq(0, "replay", "--all", "--yes", "3")
		w.awaitCommitted()
		same("replayed to the topic", 3, 2)
	})
}

// replay.yaml sends the producer's record unchanged too.
func TestThePipelineReplaysTheProducersRecord(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.startReady()
		messages := refusable(orders.NewGenerator(32))
		w.produce(messages...)
		w.awaitCommitted()
		w.start("pipelines/replay.yaml")
		w.eventually("all are sent again", func(context.Context) error {
			if n := len(w.read(w.topic)); n < 2*len(messages) {
				return fmt.Errorf("the log has %d records", n)
			}
			return nil
		})
		w.awaitCommitted()
		for _, m := range messages {
			w.compare("replayed, in the log", w.read(w.topic), m, 2)
			w.compare("refused again", w.deadLetters(), m, 2)
		}
	})
}

// A message of the framework cannot hold everything. Of two headers with one name the
// sink keeps the last one, and a header without a value comes back empty.
func TestWhatALetterCannotHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.startReady()
	m := orders.NewGenerator(33).BrokenRule()
	m.Headers = []kgo.RecordHeader{{Key: "twice", Value: []byte("first")}, {Key: "none"}, {Key: "twice", Value: []byte("last")}}
	w.produce(m)
	w.awaitCommitted()
	letters := w.deadLetters()
	if len(letters) != 1 {
		t.Fatalf("%d dead letters", len(letters))
	}
	if got, want := producers(letters[0]), map[string]string{"twice": "last", "none": ""}; !maps.Equal(got, want) {
		t.Errorf("the dead letter has the headers %q, expected %q", got, want)
	}
}

// A pipeline with `fallback` makes the same dead letters, also when a processor refuses
// the order.
func TestAFallbackMakesTheSameDeadLetters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(60) NOT NULL")
	w.startReady("internal/lab/e2e/testdata/fallback.yaml")
	g := orders.NewGenerator(36)
	decoder, database := g.NotJSON(), g.TooLong(60)
	decoder.Key, decoder.Headers = []byte("a"), awkward()
	database.Key, database.Headers = []byte("b"), awkward()
	w.produce(decoder, g.Good(), database)
	w.awaitCommitted()
	w.awaitRows(1)
	letters := w.deadLetters()
	for _, m := range []orders.Message{decoder, database} {
		w.compare("refused", letters, m, 1)
		for _, l := range letters {
			if bytes.Equal(l.Key, m.Key) && header(l, "order_sink.code") != m.Code {
				t.Errorf("the dead letter of key %s has code %s, expected %s", m.Key, header(l, "order_sink.code"), m.Code)
			}
		}
	}
	if len(letters) != 2 {
		t.Errorf("%d dead letters, expected 2", len(letters))
	}
}

// A dead letter is the producer's record with its key and headers. More headers give the
// reason.
func TestADeadLetterReturnsTheRecordWithTheReason(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.startReady()

		g := orders.NewGenerator(2)
		withKey, withoutKey, emptyKey, tombstone := g.WrongType(), g.BrokenRule(), g.NotJSON(), orders.Message{Key: []byte("k")}
		withKey.Key = []byte{0, 0xff, 'k'}
		withKey.Headers = []kgo.RecordHeader{
			{Key: "traceparent", Value: []byte("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")},
			{Key: "binary", Value: []byte{0, 1, 0xfe}},
			{Key: "kafka_replyTopic", Value: []byte("begins like the input's own metadata")},
			{Key: "original", Value: []byte("1")},
			{Key: "schema", Value: []byte("2")},
		}
		emptyKey.Key = []byte{}
		sent := []orders.Message{withKey, withoutKey, emptyKey, tombstone}
		before := time.Now().Add(-time.Second)
		w.produce(sent...)
		w.awaitCommitted()
		w.check(checker.Config{Exactly: true})

		letters := w.deadLetters()
		if len(letters) != len(sent) {
			t.Fatalf("%d refusable records gave %d dead letters", len(sent), len(letters))
		}
		for i, want := range []struct{ code, field, stage, connectStage string }{
			{"type_mismatch", "payload.qty", "connect_json_decode", "VALUE_CONVERTER"},
			{"order_range", "qty", "order_price", "TRANSFORMATION"},
			{"bad_json", "value", "connect_json_decode", "VALUE_CONVERTER"},
			{"order_missing", "value", "order_price", "TRANSFORMATION"},
		} {
			at := slices.IndexFunc(letters, func(l *kgo.Record) bool { return bytes.Equal(l.Value, sent[i].Value) })
			if at < 0 {
				t.Errorf("no dead letter has the bytes of record %d", i)
				continue
			}
			w.compareHeaders(letters[at], sent[i], map[string]string{
				"order_sink.code":        want.code,
				"order_sink.field":       want.field,
				"order_sink.stage":       want.stage,
				"__connect.errors.stage": want.connectStage,
			})
			if failedAt, err := time.Parse(time.RFC3339, header(letters[at], "order_sink.failed_at")); err != nil || failedAt.Before(before) || failedAt.After(time.Now()) {
				t.Errorf("%s: failed_at is %v, %v", want.code, failedAt, err)
			}
		}
	})
}

// compareHeaders asserts that a dead letter has the key and the headers of the record that
// was sent, the reason, and nothing else of the pipeline.
func (w *world) compareHeaders(letter *kgo.Record, sent orders.Message, reason map[string]string) {
	w.t.Helper()
	code := reason["order_sink.code"]
	if !bytes.Equal(letter.Key, sent.Key) || (letter.Key == nil) != (sent.Key == nil) {
		w.t.Errorf("%s: the key %v became %v", code, sent.Key, letter.Key)
	}
	for _, h := range sent.Headers {
		if got := header(letter, h.Key); got != string(h.Value) {
			w.t.Errorf("%s: header %s is %q, expected %q", code, h.Key, got, h.Value)
		}
	}
	reason["__connect.errors.topic"], reason["__connect.errors.connector.name"] = w.topic, "order-sink"
	for name, value := range reason {
		if got := header(letter, name); got != value {
			w.t.Errorf("%s: header %s is %q, expected %q", code, name, got, value)
		}
	}
	if message := header(letter, "__connect.errors.exception.message"); !strings.HasPrefix(message, code+": "+reason["order_sink.field"]+": ") {
		w.t.Errorf("%s: the reason reads %q", code, message)
	}
	for _, h := range letter.Headers {
		if ours := slices.ContainsFunc(sent.Headers, func(s kgo.RecordHeader) bool { return s.Key == h.Key }); !ours &&
			!strings.HasPrefix(h.Key, "order_sink.") && !strings.HasPrefix(h.Key, "__connect.errors.") {
			w.t.Errorf("%s: the pipeline's own metadata %q is among the headers", code, h.Key)
		}
	}
}
