package breaker

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatExceedsTheLimitIsHeldBack(t *testing.T) {
	t.Parallel()
	type step struct {
		after          time.Duration // since the step before
		total, refused int
		passes         bool
	}
	few := Limit{Ratio: 0.5, Window: time.Minute, MinCount: 10, Pause: 5 * time.Minute}
	for name, c := range map[string]struct {
		limit Limit
		steps []step
	}{
		"half is not more than half":   {few, []step{{0, 100, 50, true}, {0, 100, 50, true}, {0, 1, 1, false}}},
		"a few are no flood":           {few, []step{{0, 9, 9, true}, {0, 1, 1, false}}},
		"good ones make up for it":     {few, []step{{0, 1000, 0, true}, {0, 900, 900, true}, {0, 101, 101, false}}},
		"old ones do not":              {few, []step{{0, 1000, 0, true}, {70 * time.Second, 10, 10, false}}},
		"old refusals are forgotten":   {few, []step{{0, 9, 9, true}, {70 * time.Second, 9, 9, true}, {30 * time.Second, 1, 1, false}}},
		"good batches always pass":     {few, []step{{0, 10, 10, false}, {time.Second, 100, 0, true}, {time.Second, 100, 1, false}}},
		"a long silence":               {few, []step{{0, 9, 9, true}, {1000 * time.Hour, 9, 9, true}}},
		"nothing may be refused":       {Limit{0, time.Minute, 1, time.Second}, []step{{0, 100, 0, true}, {0, 100, 1, false}}},
		"one batch a pause":            {few, []step{{0, 10, 10, false}, {5*time.Minute - 1, 10, 10, false}, {1, 10, 10, true}, {0, 10, 10, false}, {5 * time.Minute, 10, 10, true}}},
		"the probe is not counted":     {few, []step{{0, 10, 10, false}, {5 * time.Minute, 900, 900, true}, {0, 18, 9, true}, {0, 20, 10, true}, {0, 1, 1, false}}},
		"a good batch is no probe":     {few, []step{{0, 10, 10, false}, {5 * time.Minute, 100, 0, true}, {0, 900, 900, true}, {0, 9, 9, true}}},
		"what was held is not counted": {few, []step{{0, 900, 900, false}, {5 * time.Minute, 900, 900, true}, {0, 9, 9, true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, now := New(c.limit), time.Unix(1e9, 0)
			for i, s := range c.steps {
				now = now.Add(s.after)
				require.Equal(t, s.passes, b.Allow(now, s.total, map[string]int{"order_range": s.refused}), "step %d", i)
			}
		})
	}
	require.Nil(t, New(Limit{Ratio: 1}), "off")
}

func TestAStopSaysWhyAndEndsWhenTold(t *testing.T) {
	t.Parallel()
	b, now := New(Limit{Ratio: 0.5, Window: time.Minute, MinCount: 10, Pause: 5 * time.Minute}), time.Unix(1e9, 0)
	require.True(t, b.Allow(now, 20, map[string]int{"bad_json": 4}))
	require.Empty(t, b.Stopped(now))
	b.Resume() // before there is anything to resume
	require.False(t, b.Allow(now, 30, map[string]int{"order_range": 20, "a": 1, "b": 1, "c": 1, "d": 1}))
	require.Equal(t, "28 of the last 50 orders within 1m0s were refused, more than dead_letter_limit allows (0.5): order_range 20, bad_json 4, a 1, b 1, c 1. "+
		"The output holds back these orders. It tries again at 2001-09-09T01:51:40Z, or at once when the process gets SIGUSR1", b.Stopped(now))
	require.NotEmpty(t, b.Stopped(now.Add(5*time.Minute-1)))
	b.Resume()
	require.Empty(t, b.Stopped(now))
	require.True(t, b.Allow(now, 30, map[string]int{"order_range": 24}))
}

func TestManyBatchesAreJudgedAtOnce(t *testing.T) {
	t.Parallel()
	b, now := New(Limit{Ratio: 0.9, Window: time.Minute, MinCount: 1, Pause: time.Minute}), time.Unix(1e9, 0)
	var group sync.WaitGroup
	judge := func() {
		for i := range 1000 {
			if !b.Allow(now.Add(time.Duration(i)*time.Millisecond), 2, map[string]int{"x": 1}) {
				t.Error("half of them is less than 90 %")
			}
			b.Stopped(now)
		}
	}
	for range 8 {
		group.Go(judge)
	}
	group.Wait()
}
