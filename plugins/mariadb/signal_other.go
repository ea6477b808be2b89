//go:build !unix

package mariadb

// resumeOnSignal does nothing where there is no SIGUSR1: a stop ends after its
// pause, or with a restart.
func resumeOnSignal(*breaker) (forget func()) { return func() {} }
