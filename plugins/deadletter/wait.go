package deadletter

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	firstPause = 100 * time.Millisecond
	longPause  = 10 * time.Second
)

// The states, as labels.
const (
	stateRunning = "running"
	stateWaiting = "waiting"
)

// wait is what keeps a plugin from its work, as an error whose text is always
// that of now: the framework shows it as what keeps the plugin from being ready.
type wait struct {
	show  func(n int64, state string) // in a metric
	count func()                      // a try that ended in waiting

	mutex   sync.Mutex
	waiting bool
	told    bool   // the framework has the error
	what    string // "to deliver 3 dead letters"
	since   time.Time
	next    time.Time
	pause   time.Duration
	reason  string
}

// begin says that a try has failed; the next one is after a pause, or at once.
func (w *wait) begin(what string, reason error, paced bool) {
	w.count()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	now := time.Now()
	if !w.waiting {
		w.waiting, w.told, w.since, w.pause = true, false, now, firstPause
		w.shown(stateWaiting)
	}
	w.what, w.reason = what, reason.Error()
	if w.next = now; paced {
		w.next = now.Add(w.pause/2 + rand.N(w.pause/2))
		w.pause = min(2*w.pause, longPause)
	}
}

// shown shows one state as 1 and the other as 0.
func (w *wait) shown(now string) {
	for _, state := range []string{stateRunning, stateWaiting} {
		var is int64
		if state == now {
			is = 1
		}
		w.show(is, state)
	}
}

// announce returns the wait as an error, once: the framework logs each error that
// it gets.
func (w *wait) announce() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if !w.waiting || w.told {
		return nil
	}
	w.told = true
	return w
}

// now returns the wait as an error, nil when there is none.
func (w *wait) now() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if !w.waiting {
		return nil
	}
	return w
}

// Waiting says what for, and why: for an output that has the waiting one as a child.
func (w *wait) Waiting() (what, reason string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.what, w.reason
}

// rest waits for the next try.
func (w *wait) rest(ctx context.Context) error {
	w.mutex.Lock()
	pause := time.Until(w.next)
	w.mutex.Unlock()
	timer := time.NewTimer(max(0, pause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// over says that a try went well, and returns for how long none did, 0 if the
// first.
func (w *wait) over() time.Duration {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if !w.waiting {
		return 0
	}
	w.waiting = false
	w.shown(stateRunning)
	return time.Since(w.since)
}

// Error implements error.
func (w *wait) Error() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	now := time.Now()
	return fmt.Sprintf("waiting %s since %s (%s), next try in %s: %s. Nothing is dropped: it is tried again until it succeeds",
		w.what, w.since.UTC().Format(time.RFC3339), now.Sub(w.since).Round(time.Second), max(0, w.next.Sub(now)).Round(100*time.Millisecond), w.reason)
}
