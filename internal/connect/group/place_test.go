package group

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func drawWorkers(t *rapid.T) []string {
	return rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,8}:80[0-9]{2}`), 1, 12, rapid.ID[string]).Draw(t, "workers")
}

func TestEachTaskHasAWorkerAndTasksAreSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		workers := drawWorkers(t)
		connector, tasks := rapid.String().Draw(t, "connector"), rapid.IntRange(0, 40).Draw(t, "tasks")
		placed := Place(workers, connector, tasks)
		require.Len(t, placed, tasks)
		load := map[string]int{}
		for _, worker := range workers {
			load[worker] = 0
		}
		for _, worker := range placed {
			require.Contains(t, load, worker)
			load[worker]++
		}
		for _, n := range load {
			require.GreaterOrEqual(t, n, tasks/len(workers))
			require.LessOrEqual(t, n, (tasks+len(workers)-1)/len(workers))
		}
		shuffled := rapid.Permutation(workers).Draw(t, "shuffled")
		require.Equal(t, placed, Place(shuffled, connector, tasks), "each worker computes the same")
	})
}

// A worker runs one pipeline for all tasks of a connector that it has, so only a worker that
// gets its first task, or loses its last one, starts or stops anything.
func TestALeavingWorkerMovesOnlyItsOwnPipelines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		workers := drawWorkers(t)
		connector, tasks := rapid.String().Draw(t, "connector"), rapid.IntRange(1, 40).Draw(t, "tasks")
		leaving := rapid.SampledFrom(workers).Draw(t, "leaving")
		left := slices.DeleteFunc(slices.Clone(workers), func(worker string) bool { return worker == leaving })
		if len(left) == 0 {
			require.Empty(t, Place(left, connector, tasks))
			return
		}
		before, after := Place(workers, connector, tasks), Place(left, connector, tasks)
		started := 0
		for _, worker := range left {
			had, has := slices.Contains(before, worker), slices.Contains(after, worker)
			require.False(t, had && !has, "%s loses the connector", worker)
			if has && !had {
				started++
			}
		}
		if !slices.Contains(before, leaving) {
			require.Equal(t, before, after)
		}
		require.LessOrEqual(t, started, 1)
	})
}

func TestConnectorsWithOneTaskAreSpread(t *testing.T) {
	workers := []string{"10.0.0.1:8083", "10.0.0.2:8083", "10.0.0.3:8083"}
	load := map[string]int{}
	for i := range 3000 {
		load[Place(workers, fmt.Sprintf("sink-%d", i), 1)[0]]++
	}
	for worker, n := range load {
		require.InDelta(t, 1000, n, 150, worker)
	}
}

func TestTheClientIDsOfAConnectorAreItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		connector := rapid.OneOf(rapid.String(), rapid.Just("\xff"), rapid.Just("a.*")).Draw(t, "connector")
		task := rapid.IntRange(0, 1000).Draw(t, "task")
		require.True(t, Own(connector)(ClientID(connector, task)))
		require.False(t, Own(connector)(ClientID(connector+"x", task)))
		require.False(t, Own(connector)(fmt.Sprintf("connector-consumer-%s-%d", connector, task)), "a task of a JVM worker")
	})
	require.False(t, Own("a")("connector-consumer-a-order-sink-"))
	require.False(t, Own("a")("connector-consumer-a-order-sink-+1"))
}
