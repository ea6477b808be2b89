package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is the pause between tries. It doubles with each try, from First to Longest.
type Backoff struct {
	First, Longest time.Duration

	last time.Duration
}

// Next returns the pause before the next try. Half of the pause is random, so that
// plugins that failed together do not try again together.
func (b *Backoff) Next() time.Duration {
	b.last = min(max(b.First, 2*b.last), b.Longest)
	return b.last/2 + rand.N(b.last/2)
}

// Reset makes the next pause the first one again.
func (b *Backoff) Reset() { b.last = 0 }

// Sleep returns after d, or with an error when ctx ends before.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
