package mariadb

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The clock of a batch goes on from try to try, and begins anew after a long time without
// a try.
func TestTheWaitForAParentEnds(t *testing.T) {
	p := &parents{longest: 10 * time.Second}
	start := time.Now()
	after := func(d time.Duration) time.Duration { return p.pause(1, 3, start.Add(d)) }
	require.Positive(t, after(0))
	require.LessOrEqual(t, after(0), longestParentPause)
	require.Equal(t, 40*time.Millisecond, after(9960*time.Millisecond), "no try after the end of the wait")
	require.Positive(t, p.pause(2, 1, start.Add(10*time.Second)), "another batch has its own clock")
	require.Zero(t, after(10*time.Second))
	require.Positive(t, after(11*time.Second), "the same batch again")
	require.Positive(t, after(11*time.Second+forgetClock+1), "after a long outage")
	require.Zero(t, p.pause(1, 0, start.Add(12*time.Second+forgetClock)), "the parent is there")
	require.Positive(t, after(22*time.Second+forgetClock))
	p.pause(3, 0, start.Add(time.Hour))
	require.Empty(t, p.clocks)
	require.Zero(t, (&parents{}).pause(1, 1, start))
}
