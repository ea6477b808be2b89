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

// Next returns the pause before the next try. Half of the pause is random: plugins that
// failed at the same time must not retry at the same time.
func (b *Backoff) Next() time.Duration {
	b.last = min(max(b.First, 2*b.last), b.Longest)
	return b.last/2 + rand.N(b.last/2)
}

// Reset makes the next pause the shortest one again.
func (b *Backoff) Reset() { b.last = 0 }

// Sleep returns nil after d, or an error when ctx ends earlier.
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
