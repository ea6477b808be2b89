package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestTheLogCleanerChangesNoConnector(t *testing.T) {
	b := kafkatest.Shared(t)
	topic := topicName(t)
	require.NoError(t, b.CreateTopic(t.Context(), topic, 1, map[string]string{
		"cleanup.policy": "compact", "segment.bytes": "1048576", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.001", "delete.retention.ms": "0",
	}))
	stores := []*Configs{openConfigs(t, b, topic), openConfigs(t, b, topic)}
	c := stores[0]
	for i := range 5 {
		race(t, stores, fmt.Sprintf("raced-%d", i))
		require.NoError(t, c.Create(t.Context(), fmt.Sprintf("deleted-%d", i), sink("v"), connect.TargetPaused))
		require.NoError(t, c.Delete(t.Context(), fmt.Sprintf("deleted-%d", i)))
	}
	require.NoError(t, c.Create(t.Context(), "c", config("first"), connect.TargetStopped))
	for i := range 100 {
		require.NoError(t, c.Put(t.Context(), "c", sink(fmt.Sprint(i))))
	}
	want := c.Connectors()
	require.Eventually(t, func() bool { return len(kafkatest.Records(t, b, topic)) < 100 },
		jvmPatience, time.Second, "the cleaner runs every 15 seconds")

	late := openConfigs(t, b, topic)
	got := late.Connectors()
	for name, stored := range got {
		stored.Revision = want[name].Revision // the offset of the first record with this configuration may be gone
		got[name] = stored
	}
	require.Equal(t, want, got)
	for _, c := range append(stores, late) {
		require.NoError(t, c.Put(t.Context(), "c", config("after")))
	}
	for name := range want {
		require.NoError(t, late.Delete(t.Context(), name))
	}
	require.Empty(t, openConfigs(t, b, topic).Connectors())
}
