package group

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/java"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestAJVMWorkerAndThisWorkerKeepEachOtherOut(t *testing.T) {
	b := kafkatest.Shared(t)
	topic := kafkatest.Topic(t, b, 1)
	jvm, err := connectworker.StartIn(t.Context(), t.TempDir(), b.Seeds(), topic)
	javatest.Require(t, err)
	t.Cleanup(func() { _ = jvm.Close() })

	x := join(t, b, topic, "x:1")
	require.Eventually(t, func() bool {
		return strings.HasPrefix(x.Blocked(), "JVM workers are active in group "+topic+": connect-")
	}, patience, 10*time.Millisecond)
	t.Log(x.Blocked())
	require.NoError(t, jvm.Close())
	require.Eventually(t, func() bool { return x.Blocked() == "" }, patience, 10*time.Millisecond, "it joins by itself")

	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	second, err := connectworker.StartIn(ctx, dir, b.Seeds(), topic)
	if err == nil {
		_ = second.Close()
	}
	require.Error(t, err, "Kafka lets no JVM worker into the group")
	require.False(t, errors.Is(err, java.ErrNotInstalled))
	log, err := os.ReadFile(dir + "/connect.log")
	require.NoError(t, err)
	require.Contains(t, string(log), "InconsistentGroupProtocolException")
	awaitWorkers(t, []string{"x:1"}, x)
}

func TestForeignMembersAreNamed(t *testing.T) {
	b := kafkatest.Shared(t)
	topic := kafkatest.Topic(t, b, 4)
	group := "connect-" + topic
	own := Own(topic)
	require.Eventually(t, func() bool { // a new broker has no coordinator yet
		none, err := ForeignMembers(t.Context(), options(b), group, own)
		return err == nil && len(none) == 0
	}, patience, 10*time.Millisecond, "the group does not exist")
	for _, id := range []string{ClientID(topic, 0), "connector-consumer-" + topic + "-0", "connector-consumer-" + topic + "-12"} {
		client := kafkatest.Client(t, b, kgo.ClientID(id), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.Balancers(kgo.RangeBalancer()))
		require.Eventually(t, func() bool { _, n := client.GroupMetadata(); return n > 0 }, patience, 10*time.Millisecond)
	}
	found, err := ForeignMembers(t.Context(), options(b), group, own)
	require.NoError(t, err)
	require.Equal(t, []string{"connector-consumer-" + topic + "-0 (127.0.0.1)", "connector-consumer-" + topic + "-12 (127.0.0.1)"}, found)
	require.True(t, own("connector-consumer-"+topic+"-order-sink-3"))
	require.False(t, own("connector-consumer-"+topic+"-order-sink-3-0"))
}
