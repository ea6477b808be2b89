// Package eventually waits until a condition on a server is true.
package eventually

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Until calls condition until it returns nil. When ctx ends first, the error of Until
// includes the cause of that end and the last error of condition.
func Until(ctx context.Context, what string, condition func(context.Context) error) error {
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
			return fmt.Errorf("waiting until %s: %w: %w", what, context.Cause(ctx), last)
		case <-time.After(max(5*time.Millisecond, time.Since(begin))):
		}
	}
}
