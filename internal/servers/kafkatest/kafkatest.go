// Package kafkatest gives tests a Kafka: a broker in memory for each test, and the real
// broker, which the tests of a process share.
package kafkatest

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// patience is how long a condition may take on a busy machine. Nearly every condition
// is true within a second or two.
const patience = 2 * time.Minute

var (
	broker = sharedtest.Resource[*kafka.Java]{
		Name:  "kafka",
		Start: func(dir string) (*kafka.Java, error) { return start(dir, nil) },
		Stop:  func(b *kafka.Java) { _ = b.Close() }, // Close also deletes its records
	}
	topics atomic.Int64
)

// Main runs the tests of a package and then stops the real broker that they shared:
//
//	func TestMain(m *testing.M) { kafkatest.Main(m) }
func Main(m *testing.M) { sharedtest.Main(m, Close) }

// Close stops the shared broker if a test has started it, for a [sharedtest.Main] with
// more to close.
func Close() { broker.Close() }

// Each runs a test with a new broker in memory, and again with the real broker that the
// tests of this process share. When Java or Maven is missing, it skips the second run. In
// CI (environment CI=true) that run fails.
func Each(t *testing.T, test func(t *testing.T, b kafka.Broker)) {
	t.Run("memory", func(t *testing.T) { test(t, InMemory(t)) })
	t.Run("java", func(t *testing.T) { test(t, Shared(t)) })
}

// InMemory returns a broker in memory for one test.
func InMemory(t testing.TB) *kafka.Memory {
	t.Helper()
	b, err := kafka.NewMemory(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// Shared returns the real broker that the tests of this process share. Each test has its
// own topics (see [Topic]). A test that stops a broker starts its own broker with
// [Private].
func Shared(t testing.TB) *kafka.Java {
	t.Helper()
	b, err := broker.Get()
	javatest.Require(t, err)
	return b
}

// Private returns a real broker for one test. The end of the test stops it.
func Private(t testing.TB) *kafka.Java {
	t.Helper()
	return PrivateSecure(t, nil)
}

// PrivateSecure is [Private] with the listener of [kafka.Secure].
func PrivateSecure(t testing.TB, secure *kafka.Secure) *kafka.Java {
	t.Helper()
	b, err := start(t.TempDir(), secure)
	javatest.Require(t, err)
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func start(dir string, secure *kafka.Secure) (*kafka.Java, error) {
	b, err := kafka.NewJava(context.Background(), dir, secure)
	if err != nil {
		return nil, err
	}
	if err := b.Start(context.Background()); err != nil {
		log, _ := os.ReadFile(b.Log()) // the directory is deleted
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return b, nil
}

var notInTopic = regexp.MustCompile(`[^a-zA-Z0-9._-]+`)

// Topic creates a topic for one test and returns its name.
func Topic(t testing.TB, b kafka.Broker, partitions int32) string {
	t.Helper()
	// A topic's name may have 249 characters.
	name := notInTopic.ReplaceAllString(t.Name(), "-")
	name = fmt.Sprintf("%.200s-%d", name, topics.Add(1))
	if err := b.CreateTopic(t.Context(), name, partitions, nil); err != nil {
		t.Fatal(err)
	}
	return name
}

// Records returns the records of a topic from its start to its current end.
func Records(t testing.TB, b kafka.Broker, topic string) (records []*kgo.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := kafka.Read(ctx, b.Seeds(), topic, func(r *kgo.Record) error {
		records = append(records, r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return records
}

// AwaitGroup waits until a consumer group has committed every offset of a topic.
func AwaitGroup(t testing.TB, b kafka.Broker, group, topic string) {
	t.Helper()
	admin := kadm.NewClient(Client(t, b))
	eventuallytest.Succeeds(t, patience, "group "+group+" has committed topic "+topic, func(ctx context.Context) error {
		return kafka.Behind(ctx, admin, group, topic)
	})
}

// Client returns a client of a broker. It sends a record to the partition that the record
// names. The end of the test closes it.
func Client(t testing.TB, b kafka.Broker, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(b.Seeds()...), kgo.RecordPartitioner(kgo.ManualPartitioner())}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// Consume reads a number of records with a client of its own.
func Consume(t testing.TB, n int, options ...kgo.Opt) (all []*kgo.Record) {
	t.Helper()
	client, err := kgo.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	for len(all) < n {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		all = append(all, fetches.Records()...)
	}
	return all
}
