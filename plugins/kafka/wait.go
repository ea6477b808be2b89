// Package kafka has kafka_read, an input.
//
// The framework's own components wait in silence. An input whose broker has gone
// calls itself connected: nothing is lost, but /ready stays green and nobody sees
// that all stands still.
//
// The redpanda input also stops fetching a partition whose buffer is full, and
// then may find out only a second later that there is room again; its buffers are
// by partition, so that its memory grows with their number; and each message is
// copied for the case that it comes back. kafka_read keeps the records until they
// are acknowledged, within one bound, and makes their messages anew.
package kafka

import (
	"context"
	"errors"
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
	decide  bool // an operator must: it does not succeed by itself
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
	var gone *goneError
	w.what, w.reason, w.decide = what, reason.Error(), errors.As(reason, &gone)
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
	end := "Nothing is dropped: it is tried again until it succeeds"
	if w.decide {
		end = "The input looks again by itself"
	}
	return fmt.Sprintf("waiting %s since %s (%s), next try in %s: %s. %s",
		w.what, w.since.UTC().Format(time.RFC3339), now.Sub(w.since).Round(time.Second), max(0, w.next.Sub(now)).Round(100*time.Millisecond), w.reason, end)
}
