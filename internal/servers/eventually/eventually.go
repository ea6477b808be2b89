// Package eventually waits in tests for what a server does in its own time.
package eventually

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Succeeds calls condition until it returns nil. At the deadline the test fails with
// the last error. The context ends at the deadline too.
func Succeeds(t testing.TB, within time.Duration, what string, condition func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	last := errors.New("the condition was not checked in that time")
	for {
		begin := time.Now()
		err := condition(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil { // else the deadline interrupted the condition
			last = err
		}
		// A condition takes processor time from the server: at most half of it.
		select {
		case <-ctx.Done():
			t.Fatalf("waiting until %s: after %s: %v", what, within, last)
		case <-time.After(max(5*time.Millisecond, time.Since(begin))):
		}
	}
}
