package kafka

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/loopback"
)

// made is an input that no framework runs.
func made(t *testing.T, config string) *input {
	t.Helper()
	parsed, err := spec().ParseYAML(strings.TrimPrefix(config, "kafka_read:"), nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := newInput(parsed, service.MockResources())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// batches connects an input until the end of the test. The function returns its next batch.
func batches(t *testing.T, config string) (next func() (service.MessageBatch, service.AckFunc)) {
	t.Helper()
	i := made(t, config)
	if err := i.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i.Close(context.Background()) })
	return func() (service.MessageBatch, service.AckFunc) {
		t.Helper()
		batch, acknowledge, err := i.ReadBatch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return batch, acknowledge
	}
}

func mustReach(t *testing.T, i service.ConnectionTestable, times int) {
	t.Helper()
	for range times {
		for _, result := range i.ConnectionTest(t.Context()) {
			if result.Err != nil {
				t.Fatal(result.Err)
			}
		}
	}
}

// A connection test takes no partitions from the members of the group.
func TestAConnectionTestJoinsNoGroup(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	mustReach(t, made(t, open(b, topic, "")), 5)
	groups, err := admin(t, b).ListGroups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if names := groups.Groups(); slices.Contains(names, "readers-of-"+topic) {
		t.Errorf("the test has made the group: %v", names)
	}
}

func TestAConnectionTestLeavesNothingBehind(t *testing.T) {
	b := kafkatest.InMemory(t)
	i := made(t, open(b, kafkatest.Topic(t, b, 1), ""))
	before := goleak.IgnoreCurrent()
	mustReach(t, i, 30)
	goleak.VerifyNone(t, before)
}

// Packets vanish while there is something to commit: the input says soon that it is not
// connected, and ends soon.
func TestABrokerWhosePacketsVanish(t *testing.T) {
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port), kfake.SeedTopics(1, "orders"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	b := &kafka.Memory{Cluster: cluster}
	produce(t, b, &kgo.Record{Topic: "orders", Value: []byte("an order")})
	i := made(t, strings.Replace(open(b, "orders", "idle: 50ms\n"), "commit_period: 100ms", "commit_period: 1h", 1))
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
	cluster.Close()
	silent, err := net.Listen("tcp", loopback.Address(port)) // it accepts connections, and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	within := func(what string, step func()) {
		ended := make(chan struct{})
		go func() { defer close(ended); step() }()
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
			t.Fatalf("%s has not come to its end", what)
		}
	}
	within("reading", func() {
		if _, _, err = i.ReadBatch(t.Context()); !errors.Is(err, service.ErrNotConnected) {
			t.Errorf("reading said %v", err)
		}
	})
	within("the end", func() { _ = i.Close(context.Background()) })
}
