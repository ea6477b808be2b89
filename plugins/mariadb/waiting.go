package mariadb

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	firstPause = 100 * time.Millisecond
	longPause  = 5 * time.Second
	// A failure this long after the last one begins a new row of pauses. A
	// success does not: of several batches one may succeed while another waits.
	calm = time.Minute
)

// waiting paces the tries while MariaDB takes no rows, and says once that it
// began and once that it ended.
type waiting struct {
	warn, info func(format string, args ...any)

	mutex sync.Mutex
	since time.Time // zero: not waiting
	last  time.Time
	pause time.Duration
}

// on waits a while because of f, or until ctx ends.
func (w *waiting) on(ctx context.Context, f *failure) {
	if ctx.Err() != nil {
		return // the output is being stopped; there is nothing to report
	}
	_ = sleep(ctx, w.begin(f))
}

func (w *waiting) begin(f *failure) time.Duration {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	now := time.Now()
	if w.since.IsZero() {
		w.since = now
		advice := "it is tried again until it succeeds"
		if f.kind == misconfigured {
			advice = "somebody must mend this; it is tried again until then"
		}
		w.warn("Waiting for MariaDB: %v. Nothing is dropped: %s.", f, advice)
	}
	if now.Sub(w.last) > calm {
		w.pause = firstPause
	} else {
		w.pause = min(2*w.pause, longPause)
	}
	w.last = now
	return w.pause/2 + rand.N(w.pause/2)
}

// over says that rows were stored.
func (w *waiting) over() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.since.IsZero() {
		return
	}
	w.info("MariaDB takes rows again, after %v.", time.Since(w.since).Round(time.Millisecond))
	w.since = time.Time{}
}
