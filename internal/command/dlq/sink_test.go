package dlq

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/plugins/deadletter/headers"
)

// sink starts the sink with the shipped pipeline.
func (u *user) sink() {
	u.t.Helper()
	server := mariadbtest.Shared(u.t)
	_, dsn := server.Orders(u.t, "../../../config")
	child, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(u.t), Dir: ordersinktest.Root(u.t), HTTP: ordersinktest.FreeAddress(u.t), Log: ordersinktest.NewLog(u.t),
		Args: []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml", "pipelines/orders.yaml"},
		Env: map[string]string{
			"KAFKA_BROKERS": u.broker.Seeds()[0], "KAFKA_TOPIC": u.log, "KAFKA_GROUP": u.log,
			"DEAD_LETTER_TOPIC": u.deadLetters, "MARIADB_DSN": dsn,
		},
	})
	if err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() { _ = child.Kill() })
}

// The shipped pipeline writes dead letters, and a replay sends them back to it.
func TestWithTheRealSink(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.sink()
	g := orders.NewGenerator(9)
	var sent []*kgo.Record
	for i, m := range []orders.Message{g.WrongType(), g.NotJSON(), g.BrokenRule()} {
		sent = append(sent, &kgo.Record{
			Topic: u.log, Partition: int32(i), Key: []byte{byte('a' + i)}, Value: m.Value,
			Headers:   []kgo.RecordHeader{{Key: "trace", Value: []byte("1")}},
			Timestamp: base.Add(time.Duration(i) * time.Millisecond),
		})
	}
	sent[1].Key = nil
	u.send(sent...)
	u.eventually(func() bool { return u.count(u.deadLetters) == 3 })
	lines := parseLines[line](t, u.expect(0, "list", "--letters", "-o", "json").out)
	var codes []string
	for _, line := range lines {
		codes = append(codes, line.Code+" "+line.Field)
		original := sent[line.Source.Partition]
		if line.Source.Topic != u.log || *line.Source.Offset != original.Offset || !strings.HasSuffix(line.FailedAt, "Z") {
			t.Errorf("got %+v", line)
		}
		if s := parse[shown](t, u.expect(0, "show", line.Name, "-o", "json").out); s.Message == "" || s.Stage == "" ||
			s.SourceTimestamp != original.Timestamp.UTC().Format(headers.TimeFormat) || len(s.Headers) != 1 || (s.Key == nil) != (original.Key == nil) {
			t.Errorf("got %+v", s)
		}
	}
	slices.Sort(codes)
	if got := strings.Join(codes, ", "); got != "bad_json value, order_range qty, type_mismatch payload.qty" {
		t.Errorf("codes %s", got)
	}

	// The cause is still there: the sink refuses each again, as a new dead letter.
	u.expect(0, "replay", "--all", "--yes", "3")
	u.eventually(func() bool { return u.count(u.deadLetters) == 9 })
	if s := parse[summary](t, u.expect(0, "list", "--replayed", "-o", "json").out); s.Open != 3 || s.Replayed != 3 {
		t.Errorf("got %+v", s)
	}
	for _, record := range u.read(u.log) {
		original := sent[record.Partition]
		if !bytes.Equal(record.Key, original.Key) || !bytes.Equal(record.Value, original.Value) || !record.Timestamp.Equal(original.Timestamp) {
			t.Errorf("key %q, timestamp %s came back as %q, %s, or the value differs", original.Key, original.Timestamp.UTC(), record.Key, record.Timestamp.UTC())
		}
	}
	for _, line := range parseLines[line](t, u.expect(0, "list", "--letters", "-o", "json").out) {
		if s := parse[shown](t, u.expect(0, "show", line.Name, "-o", "json").out); !strings.HasPrefix(s.ReplayedFrom, u.deadLetters+"/") || len(s.Headers) != 1 {
			t.Errorf("got %+v", s)
		}
	}
}
