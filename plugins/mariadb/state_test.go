package mariadb

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Only the batch that waits can say that the wait is over, and a new cause is
// told: somebody may have to mend it.
func TestAWaitIsToldByItsCauseUntilItsEnd(t *testing.T) {
	t.Parallel()
	var lines []string
	tell := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	shown := stateWaiting
	s := &state{warn: tell, info: tell, show: func(state string) { shown = state }}
	readOnly := (&failure{kind: wait, number: 1290, state: "HY000", err: errors.New("x")}).reason()
	denied := (&failure{kind: misconfigured, number: 1142, state: "42000", err: errors.New("x")}).reason()
	s.over(connecting)
	require.Equal(t, stateRunning, shown)
	require.NoError(t, s.announce())

	first := s.begin(1, readOnly)
	require.Equal(t, stateWaiting, shown)
	for range 10 {
		require.GreaterOrEqual(t, s.begin(1, readOnly), first/2)
	}
	told := s.announce()
	require.ErrorContains(t, told, "waiting for MariaDB since 20")
	require.ErrorContains(t, told, "s: MariaDB error 1290 (HY000)")
	require.NoError(t, s.announce(), "once a wait")
	s.over(2) // another batch was stored
	require.Empty(t, lines)
	require.Equal(t, stateWaiting, shown)

	s.begin(1, denied)
	require.Len(t, lines, 1)
	require.Contains(t, lines[0], "MariaDB error 1142")
	require.Contains(t, lines[0], "somebody must mend this")
	require.ErrorContains(t, told, "MariaDB error 1142", "the error tells what is so now")
	s.begin(2, denied)
	s.over(1)
	require.Len(t, lines, 1, "batch 2 still waits")
	s.begin(2, reason{cause: fieldLimit, text: "too many", stopped: true})
	require.Equal(t, stateStopped, shown)
	require.Regexp(t, `^stopped since 20.*, nothing is dropped: too many$`, told.Error())
	s.over(2)
	require.Equal(t, stateRunning, shown)
	require.Contains(t, lines[len(lines)-1], "the wait is over, after ")
	require.LessOrEqual(t, s.begin(3, readOnly), firstPause, "a new wait begins with the shortest pause")
}

// While one batch waits in the framework's sight, the others wait here: what is
// shown as the reason stays the reason.
func TestOneBatchSpeaksForAllThatWait(t *testing.T) {
	t.Parallel()
	s := &state{warn: t.Logf, info: t.Logf, show: func(string) {}}
	why := (&failure{kind: wait, number: 1290, state: "HY000", err: errors.New("x")}).reason()
	require.False(t, s.wait(t.Context(), 1, why), "the first is the speaker")
	require.Error(t, s.announce())
	require.True(t, s.wait(t.Context(), 2, why))
	require.False(t, s.wait(t.Context(), 1, why))
	require.NoError(t, s.announce())
	s.over(1)
	require.True(t, s.wait(t.Context(), 2, why), "it should be done soon, too")
	s.spoke = s.spoke.Add(-3 * longPause)
	require.False(t, s.wait(t.Context(), 2, why), "it is not")
	require.Error(t, s.announce(), "and says so")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.False(t, s.wait(ended, 3, why), "a shutdown is the framework's")
}
