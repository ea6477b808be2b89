package kafka

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// made is an input that no framework runs.
func made(t *testing.T, config string) *input {
	t.Helper()
	parsed, err := InputSpec().ParseYAML(strings.TrimPrefix(config, "kafka_read:"), nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := newInput(parsed, service.MockResources())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// Whoever asks whether all fits takes no partitions from those who read.
func TestAskingJoinsNoGroup(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	i := made(t, open(b, topic, ""))
	for range 5 {
		for _, result := range i.ConnectionTest(t.Context()) {
			if result.Err != nil {
				t.Fatal(result.Err)
			}
		}
	}
	groups, err := kadm.NewClient(connect(t, b)).ListGroups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if names := groups.Groups(); slices.Contains(names, "readers-of-"+topic) {
		t.Errorf("asking has made the group: %v", names)
	}
}

// An answer that is there before its reader counts. A closed client answers at once.
func TestAnAnswerIsHeard(t *testing.T) {
	client := connect(t, kafkatest.InMemory(t))
	client.Close()
	for range 20_000 {
		if err := ask(t.Context(), client, nil); err == nil || strings.HasPrefix(err.Error(), "waiting") {
			t.Fatalf("asking says: %v", err)
		}
	}
}

// one is a cluster of one broker with one record.
func one(t *testing.T) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: []byte("an order")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	return c
}

// Packets vanish while there is something to commit: the framework is told soon that
// the input is not connected, and the end comes soon too.
func TestABrokerWhosePacketsVanish(t *testing.T) {
	c := one(t)
	i := made(t, "kafka_read:\n  seed_brokers: [ '"+c.ListenAddrs()[0]+"' ]\n  topics: [ orders ]\n  consumer_group: readers\n  commit_period: 1h\n  idle: 50ms\n")
	var gone atomic.Bool
	i.options = append(i.options, kgo.Dialer(func(ctx context.Context, network, host string) (net.Conn, error) {
		if gone.Load() {
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Second): // the client's own patience
			}
			return nil, os.ErrDeadlineExceeded
		}
		return new(net.Dialer).DialContext(ctx, network, host)
	}))
	if err := i.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, acknowledge, err := i.ReadBatch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := acknowledge(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	gone.Store(true)
	c.Close()
	within := func(what string, most time.Duration, step func()) {
		ended := make(chan struct{})
		go func() { defer close(ended); step() }()
		select {
		case <-ended:
		case <-time.After(most):
			t.Fatalf("%s has not come to its end after %v", what, most)
		}
	}
	within("reading", askFor+closeFor, func() {
		if _, _, err = i.ReadBatch(t.Context()); !errors.Is(err, service.ErrNotConnected) {
			t.Errorf("reading said %v", err)
		}
	})
	within("the end", 3*closeFor, func() { _ = i.Close(context.Background()) })
}

// The headers of a record are held too.
func TestHeadersCount(t *testing.T) {
	r := &kgo.Record{Value: make([]byte, 10), Headers: []kgo.RecordHeader{{Key: "trace", Value: make([]byte, 1000)}}}
	if n := size(r); n < 1015 {
		t.Errorf("a record with a header of 1,000 bytes counts for %d", n)
	}
}
