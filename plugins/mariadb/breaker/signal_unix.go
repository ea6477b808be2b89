//go:build unix

package breaker

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// ResumeOnSignal lets SIGUSR1 end the stop of a breaker, until it is told to
// forget that.
func ResumeOnSignal(b *Breaker) (forget func()) {
	if b == nil {
		return func() {}
	}
	told := make(chan os.Signal, 1)
	done := make(chan struct{})
	signal.Notify(told, syscall.SIGUSR1)
	go func() {
		for {
			select {
			case <-told:
				b.Resume()
			case <-done:
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		signal.Stop(told)
		close(done)
	})
}
