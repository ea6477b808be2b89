package store

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestAWriteDuringAnOutageChangesNothing(t *testing.T) {
	b := kafkatest.Private(t)
	topic := topicName(t)
	c := openConfigs(t, b, topic)
	require.NoError(t, c.Create(t.Context(), "c", config("before"), ""))
	require.NoError(t, b.Kill())
	for _, write := range []func() error{
		func() error { return c.Put(t.Context(), "c", config("lost")) },
		func() error { return c.Create(t.Context(), "lost", nil, connect.TargetPaused) },
		func() error { return c.SetTarget(t.Context(), "c", connect.TargetStopped) },
	} {
		start := time.Now()
		err := write()
		require.ErrorIs(t, err, errNothing)
		require.Less(t, time.Since(start), writeLimit+time.Second)
		t.Log(err)
	}
	errs := make(chan error, 100)
	start := time.Now()
	for range cap(errs) {
		go func() { errs <- c.Delete(t.Context(), "c") }()
	}
	for range cap(errs) {
		require.ErrorContains(t, <-errs, "nothing was changed")
	}
	require.Less(t, time.Since(start), writeLimit+2*time.Second, "all at once")

	require.NoError(t, b.Start(t.Context()))
	require.Eventually(t, func() bool { return c.SetTarget(t.Context(), "c", connect.TargetPaused) == nil }, patience, 10*time.Millisecond)
	want := map[string]content{"c": {config("before"), connect.TargetPaused}}
	require.Equal(t, want, c.view.contents(), "reading goes on by itself")
	require.Equal(t, want, contents(t, kafkatest.Records(t, b, topic), true), "nothing was sent later")
}

// A broker that takes the records, and does not answer, leaves the outcome open.
func TestAWriteWithoutAnAnswerMayTakeEffect(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := topicName(t)
	c := openConfigs(t, b, topic)
	require.NoError(t, c.Create(t.Context(), "c", config("before"), ""))
	requests := 0
	answer := make(chan struct{})
	b.Cluster.ControlKey(kmsg.Produce.Int16(), func(kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster.KeepControl()
		requests++
		b.Cluster.SleepControl(func() { <-answer })
		return nil, nil, false // and now the broker stores it
	})
	start := time.Now()
	err := c.Put(t.Context(), "c", config("after"))
	require.ErrorIs(t, err, errUnknown)
	require.NotErrorIs(t, err, errNothing)
	require.Less(t, time.Since(start), writeLimit+time.Second)
	stored, _ := c.Get("c")
	require.Equal(t, config("before"), stored.Config)
	close(answer)
	require.NoError(t, c.SetTarget(t.Context(), "c", connect.TargetPaused), "the next write works")
	require.Equal(t, 2, requests, "each record was sent once")
}

func TestARecordIsSentAgainOnlyIfTheBrokerHasNotStoredIt(t *testing.T) {
	for _, test := range []struct {
		answer *kerr.Error
		want   error
		sent   int
	}{
		{kerr.NotLeaderForPartition, nil, 2}, // another broker leads the partition now
		{kerr.NotEnoughReplicas, nil, 2},
		{kerr.NotEnoughReplicasAfterAppend, errUnknown, 1},
		{kerr.RequestTimedOut, errUnknown, 1},
		{kerr.TopicAuthorizationFailed, errNothing, 1},
	} {
		b := kafkatest.InMemory(t)
		c := openConfigs(t, b, topicName(t))
		sent := 0
		b.Cluster.ControlKey(kmsg.Produce.Int16(), func(request kmsg.Request) (kmsg.Response, error, bool) {
			b.Cluster.KeepControl()
			if sent++; sent > 1 {
				return nil, nil, false
			}
			asked := request.(*kmsg.ProduceRequest)
			answer := asked.ResponseKind().(*kmsg.ProduceResponse)
			topic, partition := kmsg.NewProduceResponseTopic(), kmsg.NewProduceResponseTopicPartition()
			topic.Topic, topic.TopicID = asked.Topics[0].Topic, asked.Topics[0].TopicID
			partition.ErrorCode = test.answer.Code
			topic.Partitions = append(topic.Partitions, partition)
			answer.Topics = append(answer.Topics, topic)
			return answer, nil, true
		})
		require.ErrorIs(t, c.Put(t.Context(), "c", config("v")), test.want, test.answer.Message)
		require.Equal(t, test.sent, sent, test.answer.Message)
	}
}

func TestARefusedWriteChangesNothing(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		c := openConfigs(t, b, topicName(t))
		big := map[string]string{"big": strings.Repeat("x", 2<<20)}
		err := c.Create(t.Context(), "c", big, "")
		require.ErrorIs(t, err, errNothing)
		require.ErrorContains(t, err, "MESSAGE_TOO_LARGE")
		require.Empty(t, c.Connectors())
		require.NoError(t, c.Create(t.Context(), "c", config("v"), ""))
	})
}

func TestTheStartWaitsForKafka(t *testing.T) {
	b := kafkatest.Private(t)
	topic := topicName(t)
	require.NoError(t, openConfigs(t, b, topic).Create(t.Context(), "c", config("v"), ""))
	require.NoError(t, b.Kill())
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	_, err := OpenConfigs(ctx, Topic{Name: topic, Replication: 1}, options(b), slog.New(slog.DiscardHandler))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	t.Log(err)

	opened := make(chan error, 1)
	var c *Configs
	go func() {
		var err error
		c, err = OpenConfigs(t.Context(), Topic{Name: topic, Replication: 1}, options(b), slog.New(slog.DiscardHandler))
		opened <- err
	}()
	require.NoError(t, b.Start(t.Context()))
	require.NoError(t, <-opened)
	defer c.Close()
	require.Contains(t, c.Connectors(), "c")
}

func TestOnlyAnAnswerOfTheBrokerSaysThatNothingIsStored(t *testing.T) {
	require.False(t, refusedByBroker(errors.New("EOF")))
	require.False(t, refusedByBroker(context.DeadlineExceeded))
	require.False(t, refusedByBroker(kgo.ErrRecordTimeout))
}
