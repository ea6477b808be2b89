package store

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

var names atomic.Int64

// topicName returns the name of a topic that does not exist.
func topicName(t testing.TB) string {
	return fmt.Sprintf("%s-%d", strings.NewReplacer("/", "-", "#", "-").Replace(t.Name()), names.Add(1))
}

func options(b kafka.Broker) []kgo.Opt { return []kgo.Opt{kgo.SeedBrokers(b.Seeds()...)} }

func openConfigs(t testing.TB, b kafka.Broker, topic string) *Configs {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := OpenConfigs(ctx, Topic{Name: topic, Replication: 1}, options(b), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// produce writes a record as another program would.
func produce(t testing.TB, b kafka.Broker, topic, key, value string) {
	t.Helper()
	r := &kgo.Record{Topic: topic, Key: []byte(key), Value: []byte(value)}
	if value == "" {
		r.Value = nil
	}
	require.NoError(t, kafkatest.Client(t, b).ProduceSync(t.Context(), r).FirstErr())
}

func TestConnectorsAreStoredInKafka(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := topicName(t)
		c := openConfigs(t, b, topic)
		ctx := t.Context()
		require.NoError(t, c.Create(ctx, "orders-sink", map[string]string{"password": "${file:/s:k}", "x": "<&>"}, connect.TargetStopped))
		require.ErrorIs(t, c.Create(ctx, "orders-sink", nil, ""), connect.ErrExists)
		require.NoError(t, c.Create(ctx, "gone", nil, ""))
		require.NoError(t, c.Delete(ctx, "gone"))
		require.NoError(t, c.Restart(ctx, connect.Restart{Connector: "orders-sink", Tasks: true, Task: -1}))
		require.NoError(t, c.SetLogLevel(ctx, "root", "WARN"))

		type record struct{ key, value string }
		var got []record
		for _, r := range kafkatest.Records(t, b, topic) {
			got = append(got, record{string(r.Key), string(r.Value)})
		}
		require.Equal(t, []record{
			{"target-state-orders-sink", `{"state":"PAUSED","state.v2":"STOPPED"}`},
			{"connector-orders-sink", `{"properties":{"password":"${file:/s:k}","x":"<&>"}}`},
			{"connector-gone", `{"properties":{}}`},
			{"connector-gone", ""}, {"target-state-gone", ""},
			{"restart-connector-orders-sink", `{"include-tasks":true,"only-failed":false}`},
			{"logger-cluster-root", `{"level":"WARN"}`},
		}, got)

		again := openConfigs(t, b, topic)
		require.Equal(t, c.Connectors(), again.Connectors())
		stored, _ := again.Get("orders-sink")
		require.Equal(t, connect.TargetStopped, stored.Target)
		again.Close()
		err := again.Follow(ctx, func(change connect.Change) { t.Errorf("a change from before the start: %+v", change) })
		require.ErrorIs(t, err, errClosed)
		require.ErrorIs(t, again.Put(ctx, "orders-sink", nil), errClosed)
	})
}

func TestAWriteReturnsAfterTheFollowersHaveSeenIt(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := topicName(t)
		writer, other := openConfigs(t, b, topic), openConfigs(t, b, topic)
		ctx, cancel := context.WithCancel(t.Context())
		var following sync.WaitGroup
		var seen, elsewhere atomic.Int64
		following.Go(func() { _ = writer.Follow(ctx, func(connect.Change) { seen.Add(1) }) })
		following.Go(func() { _ = other.Follow(ctx, func(connect.Change) { elsewhere.Add(1) }) })
		require.NoError(t, writer.Create(ctx, "c", nil, ""))
		for i := range int64(20) {
			require.NoError(t, writer.Put(ctx, "c", map[string]string{"i": fmt.Sprint(i)}))
			require.Eventually(t, func() bool { return seen.Load() == i+2 }, time.Minute, time.Millisecond)
		}
		require.NoError(t, other.SetTarget(ctx, "c", connect.TargetPaused), "it reads what is in front of its own record")
		require.EqualValues(t, 22, elsewhere.Load())
		cancel()
		following.Wait()
	})
}

func TestRecordsOfEveryWorkerAreRead(t *testing.T) {
	var log strings.Builder
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	for _, r := range [][2]string{
		{"session-key", `{"key":"c2VjcmV0","algorithm":"HmacSHA256","creation-timestamp":1}`},
		{"target-state-a-b-0", `{"state":"PAUSED","state.v2":"STOPPED"}`},
		{"connector-a-b-0", `{"properties":{"text":"t","null":null,"number":10,"big":12345678901234567890,"yes":true,"list":["a",1]}}`},
		{"task-a-b-0-0", `{"properties":{"task.class":"T"}}`},
		{"commit-a-b-0", `{"tasks":1}`},
		{"tasks-fencing-a-b-0", `{"task-count":1}`},
		{"connector-envelope", `{"schema":{"type":"map"},"payload":{"properties":{"k":"v"}}}`},
		{"target-state-envelope", `{"schema":null,"payload":{"state":"PAUSED"}}`},
		{"restart-connector-a-b-0", `{"include-tasks":true,"only-failed":false}`},
		{"logger-cluster-root", `{"level":"DEBUG"}`},
		{"connector-number", `7`},
		{"connector-list", `[]`},
		{"connector-text", `{"properties":"secret-password"}`},
		{"connector-broken", `{"properties":{"password":"secret-password"`},
		{"target-state-envelope", `{"state":"DANCING"}`},
		{"target-state-envelope", `[1]`},
		{"\xff\xfe", `{}`},
		{"", `{}`},
		{"connector-deleted", `{"properties":{}}`},
		{"connector-deleted", ""},
		{"connector-envelope", `{"no":"properties, so the last record stays valid"}`},
	} {
		produce(t, b, topic, r[0], r[1])
	}
	require.NoError(t, alter(t, b, topic, "compact"))
	c, err := OpenConfigs(t.Context(), Topic{Name: topic, Replication: 3}, options(b), slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	c.Close()
	require.Equal(t, map[string]connect.Stored{
		"a-b-0": {
			Config: map[string]string{"text": "t", "number": "10", "big": "12345678901234567890", "yes": "true", "list": `["a",1]`},
			Target: connect.TargetStopped, Revision: 3,
		},
		"envelope": {Config: map[string]string{"k": "v"}, Target: connect.TargetPaused, Revision: 7},
	}, c.Connectors())
	require.NotContains(t, log.String(), "secret")
	require.NotContains(t, log.String(), "c2VjcmV0")
	require.Contains(t, log.String(), "connector-text")
	require.Equal(t, 9, strings.Count(log.String(), "is ignored"), log.String())
	require.Empty(t, c.followers.waiting)
}
