// Package sharedtest holds a server that the tests of a process share. The first test
// that asks for the server starts it.
package sharedtest

import (
	"os"
	"sync"
	"testing"
)

// Resource is a server, or a program, with a directory of its own.
type Resource[T any] struct {
	Name  string                      // part of the directory's name
	Start func(dir string) (T, error) // called once
	Stop  func(resource T)            // may be nil

	once    sync.Once
	dir     string
	value   T
	err     error
	started bool
}

// Get starts the resource on the first call. Every call returns the same resource and
// error.
func (r *Resource[T]) Get() (T, error) {
	r.once.Do(func() {
		if r.dir, r.err = os.MkdirTemp("", "order-sink-"+r.Name+"-"); r.err == nil {
			r.value, r.err = r.Start(r.dir)
			r.started = r.err == nil
		}
	})
	return r.value, r.err
}

// Close stops the resource if a test has started it, and removes its directory. When a
// test panics or times out, Close does not run. The kernel then ends the servers with the
// process, see package process.
func (r *Resource[T]) Close() {
	if r.started && r.Stop != nil {
		r.Stop(r.value)
	}
	if r.dir != "" {
		_ = os.RemoveAll(r.dir)
	}
}

// Main runs the tests of a package and then the Close functions of their shared
// resources:
//
//	func TestMain(m *testing.M) { sharedtest.Main(m, kafkatest.Close, mariadbtest.Close) }
func Main(m *testing.M, closers ...func()) {
	code := m.Run()
	for _, closer := range closers {
		closer()
	}
	os.Exit(code)
}
