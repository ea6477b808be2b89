package registry

import (
	"context"
	"sync"
	"time"

	"github.com/order-sink/order-sink/plugins/connectavro/wire"
	"github.com/order-sink/order-sink/plugins/internal/retry"
)

// forgetUnknown is how long the registry remembers that a schema is unknown. A topic full
// of other bytes would otherwise ask for each record.
const forgetUnknown = 5 * time.Second

// Registry finds the compiled form of schemas. It is safe for concurrent use.
type Registry[T any] struct {
	client  *Client
	compile func(wire.Ref, Source) T
	unknown func(wire.Ref) T
	size    int
	state   *retry.State
	logged  func() bool

	mutex  sync.RWMutex
	known  map[wire.Ref]T
	none   map[wire.Ref]time.Time // unknown schemas, until then
	asking chan struct{}          // full while a request is under way
}

// Options are the parts of a Registry.
type Options[T any] struct {
	Client  *Client
	Compile func(wire.Ref, Source) T // called once for each schema that is remembered
	Unknown func(wire.Ref) T         // for a schema that the registry does not have
	Size    int                      // the greatest number of schemas to remember
	State   *retry.State
	Logged  func() bool // whether another component logs the start of a wait; nil for no
}

// New returns a Registry without schemas.
func New[T any](o Options[T]) *Registry[T] {
	return &Registry[T]{
		client: o.Client, compile: o.Compile, unknown: o.Unknown, size: max(o.Size, 1), state: o.State, logged: o.Logged,
		known: map[wire.Ref]T{}, none: map[wire.Ref]time.Time{}, asking: make(chan struct{}, 1),
	}
}

// Get returns the compiled form of a schema. While the registry cannot be asked for a
// schema that Get does not know, Get waits and asks again. The error is that of ctx.
func (r *Registry[T]) Get(ctx context.Context, ref wire.Ref) (T, error) {
	if value, known := r.lookUp(ref); known {
		return value, nil
	}
	return r.ask(ctx, ref)
}

func (r *Registry[T]) lookUp(ref wire.Ref) (value T, known bool) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	if value, known = r.known[ref]; known || len(r.none) == 0 {
		return value, known
	}
	if until, isNone := r.none[ref]; isNone && time.Now().Before(until) {
		return r.unknown(ref), true
	}
	return value, false
}

// ask asks the registry until it answers.
func (r *Registry[T]) ask(ctx context.Context, ref wire.Ref) (value T, err error) {
	waiter := r.client.waiters.Add(1)
	for {
		value, pause, err := r.askOnce(ctx, ref, waiter)
		if err == nil && pause == 0 {
			r.state.Succeeded(waiter)
			return value, nil
		}
		if err == nil {
			err = retry.Sleep(ctx, pause)
		}
		if err != nil {
			return value, err
		}
	}
}

// askOnce asks the registry unless another one has got the answer meanwhile. It returns the
// pause before the next try, 0 with an answer.
func (r *Registry[T]) askOnce(ctx context.Context, ref wire.Ref, waiter uint64) (value T, pause time.Duration, err error) {
	select {
	case r.asking <- struct{}{}:
		defer func() { <-r.asking }()
	case <-ctx.Done():
		return value, 0, ctx.Err()
	}
	if value, known := r.lookUp(ref); known {
		return value, 0, nil
	}
	source, err := r.client.Fetch(ctx, ref)
	switch {
	case err == nil:
		return r.remember(ref, r.compile(ref, source)), 0, nil
	case isUnknown(ref, err):
		r.rememberNone(ref)
		return r.unknown(ref), 0, nil
	case ctx.Err() != nil:
		return value, 0, ctx.Err()
	}
	text, cause := describe(err)
	return value, r.wait(waiter, text, cause), nil
}

// wait records a failed try. It logs the start of a wait, unless another component does.
func (r *Registry[T]) wait(waiter uint64, text, cause string) time.Duration {
	pause := r.state.Begin(waiter, retry.Reason{
		Work: "Reading schemas", For: "for the schema registry", Cause: cause, Text: text,
	})
	if r.logged != nil && r.logged() {
		return max(pause, 1)
	}
	if err := r.state.Announce(); err != nil {
		r.state.Warn("%v", err)
	}
	return max(pause, 1)
}

// remember keeps a schema. To make room, it removes arbitrary schemas. If it removed the
// least recently used schema, a sequence of records could make every lookup fail.
func (r *Registry[T]) remember(ref wire.Ref, value T) T {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for old := range r.known {
		if len(r.known) < r.size {
			break
		}
		delete(r.known, old)
	}
	r.known[ref] = value
	return value
}

// rememberNone keeps that a schema is unknown. These answers take no room from schemas.
func (r *Registry[T]) rememberNone(ref wire.Ref) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(r.none) >= r.size {
		clear(r.none)
	}
	r.none[ref] = time.Now().Add(forgetUnknown)
}
