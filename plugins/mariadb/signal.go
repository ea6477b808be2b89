//go:build unix

package mariadb

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// resumeOnSignal lets SIGUSR1 end the stop of a breaker, until it is told to
// forget that.
func resumeOnSignal(b *breaker) (forget func()) {
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
				b.resume()
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
