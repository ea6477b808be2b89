//go:build !unix

package breaker

// ResumeOnSignal does nothing where there is no SIGUSR1: a stop ends after its
// pause, or with a restart.
func ResumeOnSignal(*Breaker) (forget func()) { return func() {} }
