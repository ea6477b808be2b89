package mariadb

import (
	"context"
	"math/rand/v2"
	"reflect"
	"sync"
	"time"
)

const (
	firstPause = 100 * time.Millisecond
	longPause  = 5 * time.Second
	// How often a wait that goes on is told again.
	reminder = time.Minute
)

// waiting paces the tries of each batch that MariaDB does not take, and tells
// of the first that waits, of a new cause, and of the end, when none waits.
type waiting struct {
	warn, info func(format string, args ...any)

	mutex  sync.Mutex
	pauses map[uintptr]time.Duration // of each batch that waits
	since  time.Time                 // of the first of them
	cause  string                    // as last told
	told   time.Time
}

// identity tells a batch from another for as long as it waits: the framework
// brings the same records again and again.
func identity(records []any) uintptr {
	for _, record := range records {
		if members, ok := record.(map[string]any); ok {
			return reflect.ValueOf(members).Pointer()
		}
	}
	return 0
}

// on waits a while because of f, or until ctx ends.
func (w *waiting) on(ctx context.Context, batch uintptr, f *failure) {
	if ctx.Err() != nil {
		return // the output is being stopped; there is nothing to report
	}
	_ = sleep(ctx, w.begin(batch, f))
}

func (w *waiting) begin(batch uintptr, f *failure) time.Duration {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	now := time.Now()
	if len(w.pauses) == 0 {
		w.pauses, w.since, w.cause = make(map[uintptr]time.Duration), now, ""
	}
	if cause := f.cause(); cause != w.cause || now.Sub(w.told) >= reminder {
		w.cause, w.told = cause, now
		advice := "it is tried again until it succeeds"
		if f.kind == misconfigured {
			advice = "somebody must mend this; it is tried again until then"
		}
		w.warn("Waiting for MariaDB: %v. Nothing is dropped: %s.", f, advice)
	}
	pause := w.pauses[batch]
	if pause == 0 {
		pause = firstPause
	}
	w.pauses[batch] = min(2*pause, longPause)
	return pause/2 + rand.N(pause/2)
}

// over says that the batch has its verdicts.
func (w *waiting) over(batch uintptr) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if _, waited := w.pauses[batch]; !waited {
		return
	}
	if delete(w.pauses, batch); len(w.pauses) == 0 {
		w.info("MariaDB takes rows again, after %v.", time.Since(w.since).Round(time.Millisecond))
	}
}
