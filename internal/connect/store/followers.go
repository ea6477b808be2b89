package store

import (
	"context"
	"slices"
	"sync"

	"github.com/order-sink/order-sink/internal/connect"
)

// followers calls functions with changes, one after the other. Changes from before the
// first follower wait for it.
type followers struct {
	mutex   sync.Mutex // held during the calls
	waiting []connect.Change
	started bool
	all     []*func(connect.Change)
}

func (f *followers) notify(change connect.Change) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if !f.started {
		f.waiting = append(f.waiting, change)
	}
	for _, follower := range f.all {
		(*follower)(change)
	}
}

// follow returns after ctx or failed, and then fn is never called again.
func (f *followers) follow(ctx context.Context, failed <-chan struct{}, fn func(connect.Change)) {
	f.mutex.Lock()
	f.started = true
	for _, change := range f.waiting {
		fn(change)
	}
	f.waiting = nil
	f.all = append(f.all, &fn)
	f.mutex.Unlock()
	select {
	case <-ctx.Done():
	case <-failed:
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.all = slices.DeleteFunc(f.all, func(other *func(connect.Change)) bool { return other == &fn })
}
