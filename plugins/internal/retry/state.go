// Package retry has the state of a plugin that retries its work until the work succeeds.
// The plugin is running, waiting for its next try, or stopped.
//
// The framework logs each error that Connect returns, and shows the last one as the
// reason why the plugin is not ready. So Connect returns one error for each wait, and
// the text of this error is always current.
package retry

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// The states, as labels of a metric.
const (
	Running = "running"
	Waiting = "waiting"
	Stopped = "stopped"
)

// Only is the waiter of a plugin with only one waiter.
const Only uint64 = 0

const firstPause = 100 * time.Millisecond

// Reason describes why the work cannot be done now.
type Reason struct {
	Work    string // the name of the work, for the log: "Storing rows"
	For     string // what the plugin waits for: "for MariaDB", "to read"
	Cause   string // a short label; the log gets each new cause of a wait
	Text    string // what failed
	Ending  string // the last sentence; "" for endingRetry
	Stopped bool   // the plugin has stopped its work itself
	AtOnce  bool   // the next try needs no pause before it
}

const endingRetry = "Nothing is dropped: order-sink retries until it succeeds"

// State shows the state of a plugin as a metric, as two lines of the log (the start and
// the end of a wait, not each try), and as an error. A wait lasts while at least one
// waiter waits, such as a batch or a connection.
//
// The framework can show only one error. So only one of several waiting batches returns
// to the framework: the reporter. The other batches wait in [State.Wait].
type State struct {
	Longest    time.Duration                    // pause between two tries
	Count      func()                           // counts the tries that failed; nil for none
	Show       func(state string)               // for the metric, see [Gauge]
	Warn, Info func(format string, args ...any) // for the log

	mutex        sync.Mutex
	waiters      map[uint64]*Backoff
	reporter     uint64
	reporterDone time.Time // when the reporter last succeeded; the other waiters should soon succeed too
	since        time.Time // the start of the wait
	next         time.Time // the next try
	reason       Reason    // the last reason
	announced    bool      // the framework has the error of this wait
	causes       []string  // the causes of this wait that the log has
}

// Metric sets a gauge, or adds to a counter, under labels.
type Metric = func(n int64, labels ...string)

// New returns the state of a plugin that runs, and that has only one waiter. waits counts
// the tries that failed, and gauge shows the states Running and Waiting. Both metrics
// exist from the start: rate() ignores the first value of a counter.
func New(longest time.Duration, waits, gauge Metric, warn, info func(format string, args ...any)) *State {
	s := &State{
		Longest: longest, Count: func() { waits(1) }, Show: Gauge(gauge, Running, Waiting), Warn: warn, Info: info,
	}
	waits(0)
	s.Show(Running)
	return s
}

// Gauge returns a State.Show that sets the current state to 1 and the other states to 0.
func Gauge(set Metric, states ...string) func(state string) {
	return func(now string) {
		for _, state := range states {
			set(map[bool]int64{false: 0, true: 1}[state == now], state)
		}
	}
}

// Begin records that a try of a waiter failed. It returns the pause before the next try.
func (s *State) Begin(waiter uint64, r Reason) time.Duration {
	if s.Count != nil {
		s.Count()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := time.Now()
	begins := len(s.waiters) == 0
	if begins {
		s.waiters = make(map[uint64]*Backoff)
		s.since, s.announced, s.reporterDone = now, false, time.Time{}
		s.causes = []string{r.Cause}
	} else if s.announced && !slices.Contains(s.causes, r.Cause) {
		s.causes = append(s.causes, r.Cause)
		s.Warn("Still %v", describe(r, s.since, now, now))
	}
	if begins || r.Stopped != s.reason.Stopped {
		s.Show(map[bool]string{false: Waiting, true: Stopped}[r.Stopped])
	}
	s.reason = r
	if s.waiters[waiter] == nil {
		s.waiters[waiter] = &Backoff{First: firstPause, Longest: s.Longest}
	}
	var pause time.Duration
	if !r.AtOnce {
		pause = s.waiters[waiter].Next()
	}
	s.next = now.Add(pause)
	return pause
}

// Rest sleeps until the next try of the waiter [Only].
func (s *State) Rest(ctx context.Context) error {
	s.mutex.Lock()
	pause := time.Until(s.next)
	s.mutex.Unlock()
	return Sleep(ctx, pause)
}

// Wait records that a try of a waiter failed, and sleeps until the next try. It reports
// whether the caller must make that try. It returns false, and leaves the try to the
// framework, if ctx has ended or if this waiter is the reporter. The first waiter becomes
// the reporter. When a waiter still waits long after the reporter succeeded, that waiter
// becomes the reporter.
func (s *State) Wait(ctx context.Context, waiter uint64, r Reason) bool {
	if ctx.Err() != nil || Sleep(ctx, s.Begin(waiter, r)) != nil {
		return false
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.waiters[s.reporter] == nil && time.Since(s.reporterDone) > 2*s.Longest {
		s.reporter, s.announced = waiter, false
	}
	return s.reporter != waiter
}

// Announce returns the state as an error once in each wait, for Connect, otherwise nil.
func (s *State) Announce() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.waiters) == 0 || s.announced {
		return nil
	}
	s.announced = true
	return s
}

// Err returns the state as an error during a wait, otherwise nil.
func (s *State) Err() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.waiters) == 0 {
		return nil
	}
	return s
}

// Reason returns the last reason.
func (s *State) Reason() Reason {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.reason
}

// Succeeded records that a waiter does not wait, or no longer waits.
func (s *State) Succeeded(waiter uint64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, waited := s.waiters[waiter]
	delete(s.waiters, waiter)
	if waiter == s.reporter {
		s.reporterDone = time.Now()
	}
	if len(s.waiters) > 0 {
		return
	}
	s.Show(Running)
	if waited {
		s.Info("%s: the wait is over, after %v.", s.reason.Work, time.Since(s.since).Round(time.Millisecond))
	}
}

// Error implements error: the reason of the wait, its start, and the time to the next try.
func (s *State) Error() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.waiters) == 0 {
		return "connecting"
	}
	return describe(s.reason, s.since, s.next, time.Now())
}

func describe(r Reason, since, next, now time.Time) string {
	about := fmt.Sprintf("since %s (%s)", since.UTC().Format(time.RFC3339), now.Sub(since).Round(time.Second))
	if r.Stopped {
		return fmt.Sprintf("stopped %s, nothing is dropped: %s", about, r.Text)
	}
	return fmt.Sprintf("waiting %s %s, next try in %s: %s. %s",
		r.For, about, max(0, next.Sub(now)).Round(100*time.Millisecond), r.Text, cmp.Or(r.Ending, endingRetry))
}

// Backoff is the pause between tries. It doubles with each try, from First to Longest.
type Backoff struct {
	First, Longest time.Duration

	last time.Duration
}

// Next returns the pause before the next try. Half of the pause is random: plugins that
// failed at the same time must not retry at the same time.
func (b *Backoff) Next() time.Duration {
	b.last = min(max(b.First, 2*b.last), b.Longest)
	return b.last/2 + rand.N(b.last/2)
}

// Reset makes the next pause the shortest one again.
func (b *Backoff) Reset() { b.last = 0 }

// Sleep returns nil after d, or an error when ctx ends earlier.
func Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
