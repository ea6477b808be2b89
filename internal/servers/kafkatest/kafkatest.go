// Package kafkatest gives tests a Kafka: one in memory for each test, and the real
// one, which the tests of a process share.
package kafkatest

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
)

var (
	shared     *kafka.Java
	sharedErr  error
	sharedOnce sync.Once
	topics     atomic.Int64
)

// Main runs a package's tests and then ends the real broker that they shared:
//
//	func TestMain(m *testing.M) { kafkatest.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	Close()
	os.Exit(code)
}

// Close ends the shared broker, if a test has started it, for a TestMain that
// has more to close. Where tests panic or time out it is not reached: then the
// kernel ends the broker with the process (see internal/process).
func Close() {
	if shared != nil {
		_ = shared.Close() // its records go with it
	}
}

// Each runs a test against a broker in memory of its own and against the real
// one that the tests of this process share. Where Java or Maven is missing the
// second is skipped, save in CI (environment CI=true), where it fails.
func Each(t *testing.T, test func(t *testing.T, b kafka.Broker)) {
	t.Run("memory", func(t *testing.T) { test(t, InMemory(t)) })
	t.Run("java", func(t *testing.T) { test(t, Shared(t)) })
}

// InMemory is a broker in memory for one test alone.
func InMemory(t testing.TB) *kafka.Memory {
	t.Helper()
	b, err := kafka.NewMemory(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// Shared is the real broker that the tests of this process share; topics keep
// them apart (see [Topic]). A test that stops a broker starts its own with
// [Private].
func Shared(t testing.TB) *kafka.Java {
	t.Helper()
	sharedOnce.Do(func() {
		var dir string
		if dir, sharedErr = os.MkdirTemp("", "order-sink-kafka-"); sharedErr != nil {
			return
		}
		if shared, sharedErr = start(dir, nil); sharedErr != nil {
			_ = os.RemoveAll(dir)
		}
	})
	javatest.Require(t, sharedErr)
	return shared
}

// Private is a real broker for one test alone, which ends with it.
func Private(t testing.TB) *kafka.Java {
	t.Helper()
	return PrivateSecure(t, nil)
}

// PrivateSecure has one more way in, see [kafka.Secure].
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
		log, _ := os.ReadFile(b.Log()) // goes with the directory
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return b, nil
}

var notInTopic = regexp.MustCompile(`[^a-zA-Z0-9._-]+`)

// Topic makes a topic that no other test has and returns its name.
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
