package retry_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/retry"
)

const connecting = 9 // a waiter in addition to the batches

var (
	readOnly = retry.Reason{Work: "Storing rows", For: "for MariaDB", Cause: "error_1290", Text: "MariaDB error 1290 (HY000)"}
	denied   = retry.Reason{Work: "Storing rows", For: "for MariaDB", Cause: "error_1142", Text: "MariaDB error 1142 (42000)", Ending: "Run GRANT"}
	limited  = retry.Reason{Work: "Storing rows", Cause: "limit", Text: "too many", Stopped: true}
)

// watched is a state, with what it has logged and the current value of its metric.
type watched struct {
	retry.State
	lines []string
	shown string
}

func newState() *watched {
	w := &watched{}
	log := func(format string, args ...any) { w.lines = append(w.lines, fmt.Sprintf(format, args...)) }
	w.State = retry.State{Longest: 5 * time.Second, Warn: log, Info: log, Show: func(state string) { w.shown = state }}
	return w
}

// Only a waiter that waits can end the wait. The log gets a new cause, because the
// operator may have to act on it.
func TestAWaitIsLoggedByCauseUntilItsEnd(t *testing.T) {
	t.Parallel()
	s := newState()
	s.Succeeded(connecting)
	require.Equal(t, retry.Running, s.shown)
	require.NoError(t, s.Announce())
	require.NoError(t, s.Err())

	first := s.Begin(1, readOnly)
	require.Equal(t, retry.Waiting, s.shown)
	for range 10 {
		require.GreaterOrEqual(t, s.Begin(1, readOnly), first/2)
	}
	announced := s.Announce()
	require.ErrorContains(t, announced, "waiting for MariaDB since 20")
	require.ErrorContains(t, announced, "s: MariaDB error 1290 (HY000). Nothing is dropped: order-sink retries until it succeeds")
	require.NoError(t, s.Announce(), "once a wait")
	require.Equal(t, announced, s.Err(), "every caller gets the same error")
	require.Equal(t, readOnly, s.Reason())
	s.Succeeded(2) // another batch was stored
	require.Empty(t, s.lines)
	require.Equal(t, retry.Waiting, s.shown)

	s.Begin(1, denied)
	require.Len(t, s.lines, 1)
	require.Contains(t, s.lines[0], "Still waiting for MariaDB since 20")
	require.Contains(t, s.lines[0], "MariaDB error 1142")
	require.Contains(t, s.lines[0], ". Run GRANT")
	require.ErrorContains(t, announced, "MariaDB error 1142", "the error has the current reason")
	s.Begin(2, denied)
	s.Succeeded(1)
	require.Len(t, s.lines, 1, "batch 2 still waits")
	s.Begin(2, limited)
	require.Equal(t, retry.Stopped, s.shown)
	require.Regexp(t, `^stopped since 20.*, nothing is dropped: too many$`, announced.Error())
	s.Succeeded(2)
	require.Equal(t, retry.Running, s.shown)
	require.Contains(t, s.lines[len(s.lines)-1], "Storing rows: the wait is over, after ")
	require.NoError(t, s.Err())
	require.LessOrEqual(t, s.Begin(3, readOnly), 100*time.Millisecond, "a new wait begins with the shortest pause")
	require.Error(t, s.Announce(), "a new wait is announced again")
}

// While the framework retries one batch, the other batches wait in the state. The
// framework shows one reason.
func TestOneOfTheWaitersReports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newState()
		require.False(t, s.Wait(t.Context(), 1, readOnly), "the first is the reporter")
		require.Error(t, s.Announce())
		require.True(t, s.Wait(t.Context(), 2, readOnly))
		require.False(t, s.Wait(t.Context(), 1, readOnly))
		require.NoError(t, s.Announce())
		s.Succeeded(1)
		require.True(t, s.Wait(t.Context(), 2, readOnly), "it should soon succeed too")
		time.Sleep(2 * s.Longest)
		require.False(t, s.Wait(t.Context(), 2, readOnly), "it has not succeeded")
		require.Error(t, s.Announce(), "it reports that")
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		require.False(t, s.Wait(ended, 3, readOnly), "the framework handles a shutdown")
	})
}

// The text of the error is up to date whenever it is read.
func TestTheErrorTellsTheTimeUntilTheNextTry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newState()
		require.Equal(t, "connecting", s.Error())
		began := time.Now()
		for range 9 {
			s.Begin(0, readOnly)
		}
		pause := s.Begin(0, readOnly)
		text := func() string {
			return fmt.Sprintf("waiting for MariaDB since 2000-01-01T00:00:00Z (%v), next try in %v: MariaDB error 1290 (HY000). Nothing is dropped: order-sink retries until it succeeds",
				time.Since(began), (pause - time.Since(began)).Round(100*time.Millisecond))
		}
		require.EqualError(t, s.Err(), text())
		time.Sleep(time.Second)
		require.EqualError(t, s.Err(), text())
		require.NoError(t, s.Rest(t.Context()))
		require.Equal(t, pause, time.Since(began))
		require.NoError(t, s.Rest(t.Context()))
		require.Equal(t, pause, time.Since(began), "the next try is due")
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		s.Begin(0, readOnly)
		require.ErrorIs(t, s.Rest(ended), context.Canceled)
		s.Succeeded(0)
		require.Equal(t, []string{fmt.Sprintf("Storing rows: the wait is over, after %v.", pause.Round(time.Millisecond))}, s.lines)
	})
}

func TestATryAtOnceHasNoPause(t *testing.T) {
	t.Parallel()
	s := newState()
	unanswered := readOnly
	unanswered.AtOnce = true
	for range 5 {
		require.Zero(t, s.Begin(0, unanswered))
	}
	require.ErrorContains(t, s.Err(), "next try in 0s: ")
	require.LessOrEqual(t, s.Begin(0, readOnly), 100*time.Millisecond, "the pauses begin with the shortest one")
}

func TestTheGaugeOfTheCurrentStateIsOne(t *testing.T) {
	t.Parallel()
	gauge := map[string]int64{}
	show := retry.Gauge(func(n int64, labels ...string) { gauge[labels[0]] = n }, retry.Running, retry.Waiting)
	show(retry.Running)
	require.Equal(t, map[string]int64{"running": 1, "waiting": 0}, gauge)
	show(retry.Waiting)
	require.Equal(t, map[string]int64{"running": 0, "waiting": 1}, gauge)
}

// Both metrics exist from the start, and each failed try counts.
func TestANewStateRunsAndCountsItsFailedTries(t *testing.T) {
	t.Parallel()
	var counted []int64
	gauge := map[string]int64{}
	noLog := func(string, ...any) {}
	s := retry.New(time.Second, func(n int64, _ ...string) { counted = append(counted, n) },
		func(n int64, labels ...string) { gauge[labels[0]] = n }, noLog, noLog)
	require.Equal(t, []int64{0}, counted)
	require.Equal(t, map[string]int64{"running": 1, "waiting": 0}, gauge)
	s.Begin(retry.Only, readOnly)
	s.Begin(retry.Only, readOnly)
	require.Equal(t, []int64{0, 1, 1}, counted)
	require.Equal(t, map[string]int64{"running": 0, "waiting": 1}, gauge)
}

func TestPausesDoubleUpToTheLongest(t *testing.T) {
	t.Parallel()
	b := retry.Backoff{First: 10 * time.Millisecond, Longest: time.Second}
	for range 2 {
		for _, most := range []time.Duration{10, 20, 40, 80, 160, 320, 640, 1000, 1000} {
			pause := b.Next()
			require.GreaterOrEqual(t, pause, most*time.Millisecond/2)
			require.LessOrEqual(t, pause, most*time.Millisecond)
		}
		b.Reset()
	}
}
