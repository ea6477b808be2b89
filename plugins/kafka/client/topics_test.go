package client_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/kafka/client"
)

// A closed client answers at once. Check must return its answer, and not wait for another.
func TestCheckReturnsTheAnswerOfTheClient(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	c, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...))
	require.NoError(t, err)
	require.NoError(t, client.Check(t.Context(), c, client.Named(topic)), "the topic can be read")
	err = client.Check(t.Context(), c, client.Named(topic, "missing"))
	require.ErrorIs(t, err, kerr.UnknownTopicOrPartition)
	require.True(t, strings.HasPrefix(err.Error(), "topic missing does not exist"), "of a missing topic: %v", err)
	c.Close()
	for range 100 {
		err := client.Check(t.Context(), c, client.Named())
		require.Error(t, err, "of a closed client")
		require.NotErrorIs(t, err, context.DeadlineExceeded, "of a closed client")
	}
}
