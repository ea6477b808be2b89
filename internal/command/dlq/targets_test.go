package dlq

import (
	"regexp"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestPartitionOfAReplay(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		messages := u.some(30)
		other := kafkatest.Topic(t, b, 3)
		u.expect(0, "replay", "--all", "--yes", "30", "--to-topic", other)
		// A producer of these keys chooses the same partitions.
		producer, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...))
		if err != nil {
			t.Fatal(err)
		}
		defer producer.Close()
		used := map[int32]bool{}
		for _, m := range messages {
			sent := &kgo.Record{Topic: u.log, Key: m.Key, Value: m.Value}
			if err := producer.ProduceSync(t.Context(), sent).FirstErr(); err != nil {
				t.Fatal(err)
			}
			used[sent.Partition] = true
		}
		log := u.read(u.log)
		for _, record := range u.read(other) {
			if want := find(log, record.Value).Partition; record.Partition != want {
				t.Errorf("key %s: partition %d, expected %d", record.Key, record.Partition, want)
			}
		}
		if len(used) != 3 {
			t.Errorf("the keys use %d partitions: the test needs more", len(used))
		}
	})
}

// A version guard on the Kafka timestamp must not treat a replayed order as a new one.
func TestATopicThatStampsRecordsItselfIsRefused(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		u.some(1)
		stamping := u.log + "-stamping"
		if err := b.CreateTopic(t.Context(), stamping, 1, map[string]string{"message.timestamp.type": "LogAppendTime", "retention.ms": "60000"}); err != nil {
			t.Fatal(err)
		}
		args := []string{"replay", "--all", "--yes", "1", "--to-topic", stamping}
		if got := u.expect(exitError, args...); !strings.Contains(got.err, "LogAppendTime") || u.count(stamping) != 0 {
			t.Errorf("printed %q", got.err)
		}
		got := u.expect(0, append(args, "--broker-timestamps")...)
		// The dead letter failed 10 hours ago, at a whole hour. The rounded age is 11 hours in
		// the last half minute of an hour.
		if !regexp.MustCompile(`is 1[01]h\d+m0s old and topic \S+ keeps records for 1m0s`).MatchString(got.err) {
			t.Errorf("printed no warning of the retention: %q", got.err)
		}
	})
}

// The topic refuses one dead letter and accepts the others.
func TestARefusedDeadLetterRemainsOpen(t *testing.T) {
	u := newUser(t, kafkatest.Shared(t))
	small := u.log + "-small"
	if err := u.broker.CreateTopic(t.Context(), small, 1, map[string]string{"max.message.bytes": "4000"}); err != nil {
		t.Fatal(err)
	}
	u.some(20)
	g := orders.NewGenerator(2)
	var noise strings.Builder // snappy must not make it fit
	for range 300 {
		noise.WriteString(g.Order().OrderID)
	}
	u.refuse(refusal{Message: orders.Message{Value: []byte(noise.String())}, code: "bad_json", field: "value"})
	got := u.expect(exitError, "replay", "--code", "bad_json", "--to-topic", small, "--yes", "1", "-o", "json")
	if r := parse[result](t, got.out); r.Refused != 1 || r.Replayed != 0 || !strings.Contains(r.Error, "MESSAGE_TOO_LARGE") || !strings.Contains(r.Error, "0:20") {
		t.Errorf("got %+v", r)
	}
	u.expect(0, "replay", "--code", "order_range", "--to-topic", small, "--yes", "20")
	if s := parse[summary](t, u.expect(0, "list", "-o", "json").out); s.Open != 1 || s.Replayed != 20 {
		t.Errorf("got %+v", s)
	}
}

func TestADeadLetterOfUnknownOriginNeedsATopic(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.refuse(refusal{Message: orders.NewGenerator(1).NotJSON(), code: "bad_json", without: []string{"__connect.errors.topic"}})
	if got := u.expect(exitError, "replay", "--all", "--yes", "1"); !strings.Contains(got.err, "0:0") || !strings.Contains(got.err, "--to-topic") {
		t.Errorf("printed %q", got.err)
	}
	u.expect(0, "replay", "--all", "--yes", "1", "--to-topic", u.log)
	if u.count(u.log) != 1 {
		t.Error("it was not sent")
	}
}

// A topic got partitions after the orders were refused.
func TestPartitionsAddedSince(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		u.some(20)
		if _, err := kadm.NewClient(u.client).CreatePartitions(t.Context(), 5, u.log); err != nil {
			t.Fatal(err)
		}
		u.expect(0, "replay", "--all", "--yes", "20", "--by-key")
		used := map[int32]int{}
		for _, record := range u.read(u.log) {
			used[record.Partition]++
		}
		if len(used) < 3 {
			t.Errorf("the partitions have %v", used)
		}
		if u.count(u.log) != 20 {
			t.Errorf("%d records", u.count(u.log))
		}
	})
}
