package store

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func alter(t testing.TB, b kafka.Broker, topic, policy string) error {
	answers, err := kadm.NewClient(kafkatest.Client(t, b)).AlterTopicConfigs(t.Context(),
		[]kadm.AlterConfig{{Op: kadm.SetConfig, Name: "cleanup.policy", Value: &policy}}, topic)
	if err == nil {
		err = answers[0].Err
	}
	return err
}

func TestAMissingTopicIsCreated(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := topicName(t)
		openConfigs(t, b, topic)
		admin := kadm.NewClient(kafkatest.Client(t, b))
		found, err := describe(t.Context(), kafkatest.Client(t, b), topic)
		require.NoError(t, err)
		require.Equal(t, 1, found.partitions)
		configs, err := admin.DescribeTopicConfigs(t.Context(), topic)
		require.NoError(t, err)
		_, err = configs.On(topic, func(c *kadm.ResourceConfig) error {
			for _, setting := range c.Configs {
				if setting.Key == "cleanup.policy" {
					require.Equal(t, "compact", setting.MaybeValue())
				}
			}
			return nil
		})
		require.NoError(t, err)
	})
}

func TestATopicThatWouldLoseRecordsIsRefused(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		refused := func(topic string, replication int16, want string) {
			t.Helper()
			_, err := OpenConfigs(t.Context(), Topic{Name: topic, Replication: replication}, options(b), slog.New(slog.DiscardHandler))
			require.ErrorContains(t, err, want)
		}
		two, deleting := topicName(t), topicName(t)
		require.NoError(t, b.CreateTopic(t.Context(), two, 2, map[string]string{"cleanup.policy": "compact"}))
		refused(two, 1, "is required to have a single partition in order to guarantee consistency of connector configurations, but found 2 partitions")
		for _, policy := range []string{"delete", "compact,delete"} {
			topic := deleting + policy[:1]
			require.NoError(t, b.CreateTopic(t.Context(), topic, 1, map[string]string{"cleanup.policy": policy}))
			refused(topic, 1, "but found the topic currently has 'cleanup.policy="+policy+"'")
		}
		if _, real := b.(*kafka.Java); real {
			refused(topicName(t), 3, "set config.storage.replication.factor to at most the number of brokers")
		}
	})
}

func TestATopicThatWasCreatedAgainIsAnError(t *testing.T) {
	for _, again := range []bool{true, false} {
		kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
			topic := topicName(t)
			c := openConfigs(t, b, topic)
			require.NoError(t, c.Create(t.Context(), "c", config("v"), ""))
			admin := kadm.NewClient(kafkatest.Client(t, b))
			_, err := admin.DeleteTopic(t.Context(), topic)
			require.NoError(t, err)
			if again {
				require.Eventually(t, func() bool {
					return b.CreateTopic(t.Context(), topic, 1, map[string]string{"cleanup.policy": "compact"}) == nil
				}, time.Minute, 10*time.Millisecond)
				require.ErrorContains(t, c.Put(t.Context(), "c", config("new")), "deleted and created again")
				require.Empty(t, kafkatest.Records(t, b, topic))
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err = c.Follow(ctx, func(connect.Change) {})
			require.ErrorContains(t, err, "deleted")
			require.NotErrorIs(t, err, errClosed)
			require.Contains(t, c.Connectors(), "c")
			require.ErrorContains(t, c.Put(t.Context(), "c", config("new")), "deleted")
		})
	}
}
