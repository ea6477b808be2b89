// Package eventually waits for what a server does in its own time.
package eventually

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// Succeeds calls condition until it returns nil. At the deadline the test fails with
// the last error. The context of condition ends at the deadline too.
func Succeeds(t testing.TB, within time.Duration, what string, condition func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	if last := until(ctx, condition); last != nil {
		t.Fatalf("waiting until %s: after %s: %v", what, within, last)
	}
}

// Until is [Succeeds] for a program. The error of a context that ends has the last error
// of condition too.
func Until(ctx context.Context, what string, condition func(context.Context) error) error {
	if last := until(ctx, condition); last != nil {
		return fmt.Errorf("waiting until %s: %w: %w", what, ctx.Err(), last)
	}
	return nil
}

// until returns the last error of condition before the context ended.
func until(ctx context.Context, condition func(context.Context) error) error {
	last := errors.New("the condition was not checked in that time")
	for {
		begin := time.Now()
		err := condition(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil { // else the end of the context interrupted the condition
			last = err
		}
		// A condition takes processor time from the server: at most half of it.
		select {
		case <-ctx.Done():
			return last
		case <-time.After(max(5*time.Millisecond, time.Since(begin))):
		}
	}
}
