//go:build unix

package breaker

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// ResumeOnSignal lets SIGUSR1 end the stop of a breaker, until it is told to forget that.
func ResumeOnSignal(b *Breaker) (forget func()) {
	if b == nil {
		return func() {}
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGUSR1)
	go func() {
		for range told {
			b.Resume()
		}
	}()
	return sync.OnceFunc(func() {
		signal.Stop(told)
		close(told)
	})
}
