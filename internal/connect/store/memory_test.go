package store

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
)

func TestAMemoryStoreKeepsConnectors(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := NewMemoryConfigs()
	defer c.Close()
	require.NoError(t, c.Create(ctx, "a", map[string]string{"k": "v"}, ""))
	require.ErrorIs(t, c.Create(ctx, "a", map[string]string{"k": "other"}, connect.TargetPaused), connect.ErrExists)

	var seen []connect.Change
	var following sync.WaitGroup
	following.Go(func() { _ = c.Follow(ctx, func(change connect.Change) { seen = append(seen, change) }) })
	require.NoError(t, c.Put(ctx, "a", map[string]string{"k": "v2"}))
	require.NoError(t, c.Put(ctx, "a", map[string]string{"k": "v2"}), "no change")
	require.NoError(t, c.SetTarget(ctx, "a", connect.TargetStopped))
	require.NoError(t, c.SetTarget(ctx, "a", connect.TargetStopped), "no change")
	stored, exists := c.Get("a")
	require.True(t, exists)
	require.Equal(t, connect.Stored{Config: map[string]string{"k": "v2"}, Target: connect.TargetStopped, Revision: 2}, stored)
	require.Equal(t, map[string]connect.Stored{"a": stored}, c.Connectors())

	restart := connect.Restart{Connector: "a", Tasks: true, Task: -1}
	one := connect.Restart{Connector: "a", OnlyFailed: true, Task: 2}
	require.NoError(t, c.Restart(ctx, restart))
	require.NoError(t, c.Restart(ctx, one))
	require.NoError(t, c.SetLogLevel(ctx, "root", "DEBUG"))
	require.NoError(t, c.Delete(ctx, "a"))
	_, exists = c.Get("a")
	require.False(t, exists)
	require.NoError(t, c.Create(ctx, "a", nil, connect.TargetPaused), "a deleted name is free")
	stored, _ = c.Get("a")
	require.Equal(t, connect.TargetPaused, stored.Target)

	cancel()
	following.Wait()
	a := connect.Change{Connector: "a"}
	require.Equal(t, []connect.Change{a, a, a, {Restart: &restart}, {Restart: &one}, {LogLevel: &connect.LogLevel{Logger: "root", Level: "DEBUG"}}, a, a}, seen,
		"the first follower also gets what happened before")
}

func TestAMemoryStoreKeepsStates(t *testing.T) {
	s := NewMemoryStatuses()
	defer s.Close(t.Context())
	running := connect.ConnectorState{State: connect.Running, WorkerID: "a:1", Version: "1"}
	s.SetConnector("c", running)
	for _, id := range []int{1, 0} {
		s.SetTask("c", connect.TaskState{ID: id, State: connect.Failed, WorkerID: "b:1", Trace: "java.lang.Error: x"})
	}
	s.SetTask("c", connect.TaskState{ID: 0, State: connect.Unassigned, WorkerID: "a:1"}) // b:1 has it now
	s.SetTask("c", connect.TaskState{ID: 1, State: connect.Unassigned, WorkerID: "b:1"})
	s.AddTopic("c", "orders", 0)
	s.AddTopic("c", "addresses", 1)

	got, known := s.Connector("c")
	require.True(t, known)
	require.Equal(t, running, got)
	require.Equal(t, []connect.TaskState{
		{ID: 0, State: connect.Failed, WorkerID: "b:1", Trace: "java.lang.Error: x"},
		{ID: 1, State: connect.Unassigned, WorkerID: "b:1"},
	}, s.Tasks("c"))
	require.Equal(t, []string{"addresses", "orders"}, s.Topics("c"))
	s.ResetTopics("c")
	require.Empty(t, s.Topics("c"))
	s.Forget("c")
	_, known = s.Connector("c")
	require.False(t, known)
	require.Empty(t, s.Tasks("c"))
}
