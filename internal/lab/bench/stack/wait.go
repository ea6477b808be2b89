package stack

import (
	"context"
	"time"
)

// Patience is how long a condition may take that is nearly always there in a
// second or two.
const Patience = 2 * time.Minute

// Sleep returns early, with an error, when the context ends.
func Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
