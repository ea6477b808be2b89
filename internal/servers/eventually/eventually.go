// Package eventually waits until a condition on a server is true.
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

// Until is [Succeeds] for a program. When ctx ends, its error includes the last error of
// condition.
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
		if ctx.Err() == nil { // otherwise the end of ctx interrupted the condition
			last = err
		}
		// The condition must take at most half of the processor time from the server.
		select {
		case <-ctx.Done():
			return last
		case <-time.After(max(5*time.Millisecond, time.Since(begin))):
		}
	}
}
