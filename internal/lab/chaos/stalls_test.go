package chaos

import (
	"context"
	"sync"
	"time"
)

// stalls watches for how long nothing is acknowledged although orders wait.
type stalls struct {
	trial   *trial
	longest time.Duration
	stop    context.CancelFunc
	stopped sync.WaitGroup
}

func (s *stalls) start(ctx context.Context) {
	ctx, s.stop = context.WithCancel(ctx)
	s.stopped.Go(func() {
		var last int64
		moved := time.Now()
		for ctx.Err() == nil {
			asking, done := context.WithTimeout(ctx, 2*time.Second)
			now, err := s.trial.committed(asking)
			done()
			if err == nil && (now > last || now >= s.trial.flow.acknowledged.Load()) {
				last, moved = now, time.Now()
			}
			s.longest = max(s.longest, time.Since(moved))
			s.trial.pass(100 * time.Millisecond)
		}
	})
}

func (s *stalls) end() {
	if s.stop != nil {
		s.stop()
		s.stopped.Wait()
	}
}
