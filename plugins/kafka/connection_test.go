package kafka

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	require.NoError(t, err)
	i, err := newInput(parsed, service.MockResources())
	require.NoError(t, err)
	return i
}

// batches connects an input until the end of the test. The function returns its next batch.
func batches(t *testing.T, config string) (next func() (service.MessageBatch, service.AckFunc)) {
	t.Helper()
	i := made(t, config)
	require.NoError(t, i.Connect(t.Context()))
	t.Cleanup(func() { _ = i.Close(context.Background()) })
	return func() (service.MessageBatch, service.AckFunc) {
		t.Helper()
		batch, acknowledge, err := i.ReadBatch(t.Context())
		require.NoError(t, err)
		return batch, acknowledge
	}
}

func mustReach(t *testing.T, i service.ConnectionTestable, times int) {
	t.Helper()
	for range times {
		for _, result := range i.ConnectionTest(t.Context()) {
			require.NoError(t, result.Err)
		}
	}
}

// A connection test takes no partitions from the members of the group.
func TestAConnectionTestJoinsNoGroup(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	mustReach(t, made(t, open(b, topic, "")), 5)
	groups, err := admin(t, b).ListGroups(t.Context())
	require.NoError(t, err)
	require.NotContains(t, groups.Groups(), "readers-of-"+topic, "the test has made the group")
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
	require.NoError(t, err)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port), kfake.SeedTopics(1, "orders"))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	b := &kafka.Memory{Cluster: cluster}
	produce(t, b, &kgo.Record{Topic: "orders", Value: []byte("an order")})
	i := made(t, strings.Replace(open(b, "orders", "idle: 50ms\n"), "commit_period: 100ms", "commit_period: 1h", 1))
	require.NoError(t, i.Connect(t.Context()))
	_, acknowledge, err := i.ReadBatch(t.Context())
	require.NoError(t, err)
	require.NoError(t, acknowledge(t.Context(), nil))
	cluster.Close()
	silent, err := net.Listen("tcp", loopback.Address(port)) // it accepts connections, and never answers
	require.NoError(t, err)
	defer silent.Close()
	within := func(what string, step func()) {
		ended := make(chan struct{})
		go func() { defer close(ended); step() }()
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
			require.FailNow(t, what+" has not come to its end")
		}
	}
	within("reading", func() {
		_, _, err := i.ReadBatch(t.Context())
		assert.ErrorIs(t, err, service.ErrNotConnected)
	})
	within("the end", func() { _ = i.Close(context.Background()) })
}
