// Package deadletter is the dead_letter_send output: it gives dead letters to
// another output until that has taken them, and tells while it has not.
//
// A framework's output that fails gives its messages back to the input, which
// sends them through the whole pipeline again, for ever and without a word in
// /ready. Nothing is lost by that, but nobody sees that a partition stands still.
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

// wait is what keeps letters from being taken, as an error whose text is always
// that of now: the framework shows it as what keeps the output from being ready.
type wait struct {
	mutex   sync.Mutex
	waiting bool
	told    bool // the framework has the error
	letters int
	since   time.Time
	next    time.Time
	pause   time.Duration
	reason  string
}

// begin says that letters were not taken.
func (w *wait) begin(letters int, reason error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	now := time.Now()
	if !w.waiting {
		w.waiting, w.told, w.since, w.pause = true, false, now, firstPause
	}
	w.letters, w.reason = letters, reason.Error()
	w.next = now.Add(w.pause/2 + rand.N(w.pause/2))
	w.pause = min(2*w.pause, longPause)
}

// announce returns the wait as an error, once.
func (w *wait) announce() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if !w.waiting || w.told {
		return nil
	}
	w.told = true
	return w
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

// over says that they were taken, and returns for how long they were not, 0 if
// at once.
func (w *wait) over() time.Duration {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if !w.waiting {
		return 0
	}
	w.waiting = false
	return time.Since(w.since)
}

// Error implements error.
func (w *wait) Error() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	now := time.Now()
	return fmt.Sprintf("waiting to deliver %d dead letters since %s (%s), next try in %s: %s. Nothing is dropped: it is tried again until it succeeds",
		w.letters, w.since.UTC().Format(time.RFC3339), now.Sub(w.since).Round(time.Second), max(0, w.next.Sub(now)).Round(100*time.Millisecond), w.reason)
}
