package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

func TestRecordsComeBackAsTheyWereSent(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 3)
		send(t, b, &kgo.Record{Topic: topic, Key: []byte("k"), Value: []byte("주문 🛒"),
			Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte{0, 255}}}})
		got := receive(t, b, topic)
		if string(got.Key) != "k" || string(got.Value) != "주문 🛒" {
			t.Errorf("key %q, value %q; expected k, 주문 🛒", got.Key, got.Value)
		}
		if len(got.Headers) != 1 || got.Headers[0].Key != "trace" || string(got.Headers[0].Value) != "\x00\xff" {
			t.Errorf("headers %v, expected one, trace = 00ff", got.Headers)
		}
	})
}

func TestCreateTopicMakesWhatItIsTold(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		name := fmt.Sprintf("made-to-measure-%d", time.Now().UnixNano())
		configs := map[string]string{"max.message.bytes": "2048"}
		if err := b.CreateTopic(t.Context(), name, 6, configs); err != nil {
			t.Fatal(err)
		}
		admin := kadm.NewClient(connect(t, b))
		topics, err := admin.ListTopics(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(topics[name].Partitions); n != 6 {
			t.Errorf("%d partitions, expected 6", n)
		}
		described, err := admin.DescribeTopicConfigs(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, config := range described[0].Configs {
			if config.Key == "max.message.bytes" && config.MaybeValue() != "2048" {
				t.Errorf("max.message.bytes is %s, expected 2048", config.MaybeValue())
			}
		}
		if err := b.CreateTopic(t.Context(), name, 6, nil); err == nil {
			t.Error("a topic that exists was created again")
		}
	})
}

func TestTheRealBrokerComesBackWithItsRecords(t *testing.T) {
	b := kafkatest.Private(t)
	topic := kafkatest.Topic(t, b, 1)
	seeds := b.Seeds()[0]
	for _, end := range []struct {
		how  string
		call func() error
	}{{"killed", b.Kill}, {"stopped", b.Stop}} {
		send(t, b, &kgo.Record{Topic: topic, Value: []byte(end.how)})
		if err := end.call(); err != nil {
			t.Fatal(err)
		}
		if conn, err := net.Dial("tcp", seeds); err == nil {
			_ = conn.Close()
			t.Fatalf("%s, but a server still listens on %s", end.how, seeds)
		}
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := receive(t, b, topic); string(got.Value) != "killed" {
		t.Errorf("the first record is %q, expected the one sent before the kill", got.Value)
	}
	if b.Seeds()[0] != seeds {
		t.Errorf("the broker moved from %s to %s", seeds, b.Seeds()[0])
	}
}

func TestStartThatIsGivenUpLeavesNoProcess(t *testing.T) {
	b, err := kafka.NewJava(t.Context(), t.TempDir(), nil)
	javatest.Require(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Start(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("starting under a cancelled context: %v", err)
	}
	select {
	case <-b.Process().Done():
	default:
		t.Fatal("the broker still runs")
	}
}

func connect(t *testing.T, b kafka.Broker, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(b.Seeds()...))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func send(t *testing.T, b kafka.Broker, record *kgo.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := connect(t, b).ProduceSync(ctx, record).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// receive returns the first record of the topic.
func receive(t *testing.T, b kafka.Broker, topic string) *kgo.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	fetches := connect(t, b, kgo.ConsumeTopics(topic)).PollFetches(ctx)
	if err := fetches.Err(); err != nil {
		t.Fatal(err)
	}
	return fetches.Records()[0]
}
