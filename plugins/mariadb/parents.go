package mariadb

import (
	"sync"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/retry"
)

const (
	fieldParentWait = "parent_wait"

	// causeParent is the cause of a wait for a parent row.
	causeParent = "parent"

	firstParentPause   = 100 * time.Millisecond
	longestParentPause = time.Second

	// forgetClock is how long the clock of a batch goes on without a try. A batch that
	// comes after that may have been to another sink meanwhile, or MariaDB was away.
	forgetClock = time.Minute
)

// parents lets batches wait for the parent rows of their rows.
type parents struct {
	longest time.Duration // 0: they do not wait

	mutex  sync.Mutex
	clocks map[uint64]*clock // by [rows.Identity]
}

// clock is the wait of a batch. It goes on when the framework brings the batch again.
type clock struct {
	since, last time.Time
	backoff     retry.Backoff
}

// pause returns the time until the next try of a batch of which orphans rows lack their
// parent rows now, 0 when the batch waits no longer.
func (p *parents) pause(batch uint64, orphans int, now time.Time) time.Duration {
	if p.longest == 0 {
		return 0
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for other, c := range p.clocks {
		if now.Sub(c.last) > forgetClock {
			delete(p.clocks, other)
		}
	}
	if orphans == 0 {
		delete(p.clocks, batch)
		return 0
	}
	c := p.clocks[batch]
	if c == nil {
		c = &clock{since: now, backoff: retry.Backoff{First: firstParentPause, Longest: longestParentPause}}
		if p.clocks == nil {
			p.clocks = make(map[uint64]*clock)
		}
		p.clocks[batch] = c
	}
	c.last = now
	left := p.longest - now.Sub(c.since)
	if left <= 0 {
		delete(p.clocks, batch)
		return 0
	}
	return min(c.backoff.Next(), left)
}
