package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// race lets stores create the same connector at once, with targets that differ. It returns
// the content of the winner.
func race(t *testing.T, stores []*Configs, name string) content {
	t.Helper()
	targets := []connect.Target{connect.TargetPaused, "", connect.TargetStopped, connect.TargetStarted}
	errs := make([]error, len(stores))
	var running sync.WaitGroup
	for i, c := range stores {
		running.Go(func() { errs[i] = c.Create(t.Context(), name, named(name, sink(fmt.Sprint(i))), targets[i%4]) })
	}
	running.Wait()
	winner := -1
	for i, err := range errs {
		if err == nil {
			require.Equal(t, -1, winner, "two workers have created connector %s", name)
			winner = i
		} else {
			require.ErrorIs(t, err, connect.ErrExists)
		}
	}
	require.NotEqual(t, -1, winner)
	return content{named(name, sink(fmt.Sprint(winner))), started(targets[winner%4])}
}

func TestOneOfManyCreationsWins(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := topicName(t)
		var stores []*Configs
		for range 4 {
			stores = append(stores, openConfigs(t, b, topic))
		}
		want := map[string]content{}
		for i := range 60 {
			name := fmt.Sprintf("sink-%d", i)
			want[name] = race(t, stores, name)
		}
		log := kafkatest.Records(t, b, topic)
		t.Logf("%d records for 60 connectors", len(log))
		require.Equal(t, want, contents(t, log, true))
		require.Equal(t, want, contents(t, log, false), "a JVM worker")
		for _, c := range append(stores, openConfigs(t, b, topic)) {
			require.NoError(t, c.Put(t.Context(), "last", config("v"))) // it has read everything before
			require.NoError(t, c.Delete(t.Context(), "last"))
			c.mutex.Lock()
			require.Equal(t, want, c.view.contents())
			require.Empty(t, c.broken)
			c.mutex.Unlock()
		}
	})
}

// A worker that has lost a race, or has died between its two records, leaves them behind.
func TestTheLeaderRepairsWhatADeadWorkerLeft(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := topicName(t)
		c := openConfigs(t, b, topic)
		require.NoError(t, c.Create(t.Context(), "c", config("winner"), connect.TargetStopped))
		dead := func(records ...*kgo.Record) {
			for _, r := range records {
				r.Topic = topic
				require.NoError(t, kafkatest.Client(t, b).ProduceSync(t.Context(), r).FirstErr())
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		var leader atomic.Bool
		var running sync.WaitGroup
		running.Go(func() { c.Repair(ctx, leader.Load) })
		want := map[string]content{"c": {config("winner"), connect.TargetStopped}}
		settled := func() bool {
			log := kafkatest.Records(t, b, topic)
			require.Equal(t, want, contents(t, log, true))
			return assert.ObjectsAreEqual(want, contents(t, log, false))
		}
		dead(creation("1", "loser", connect.TargetPaused)...)
		require.False(t, settled())
		leader.Store(true)
		require.Eventually(t, settled, patience, 50*time.Millisecond)
		dead(creation("2", "loser", connect.TargetPaused)[:1]...)
		require.False(t, settled())
		require.Eventually(t, settled, patience, 50*time.Millisecond)

		orphan := addHeader(targetRecord("never", connect.TargetPaused), createHeader, "3")
		dead(orphan)
		require.Eventually(t, func() bool {
			var last *kgo.Record
			for _, r := range kafkatest.Records(t, b, topic) {
				if string(r.Key) == string(orphan.Key) {
					last = r
				}
			}
			return last.Value == nil
		}, patience, 50*time.Millisecond, "a JVM worker would pause the next connector of this name")
		require.True(t, settled())
		cancel()
		running.Wait()
	})
}
