package eventually

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"
)

func TestSucceedsWaitsForTheCondition(t *testing.T) {
	calls := 0
	Succeeds(t, time.Minute, "the third call", func(context.Context) error {
		if calls++; calls < 3 {
			return errors.New("too early")
		}
		return nil
	})
	if calls != 3 {
		t.Errorf("%d calls, expected 3", calls)
	}
}

// The error that the deadline causes itself does not describe the server.
func TestSucceedsFailsWithTheLastErrorBeforeTheDeadline(t *testing.T) {
	calls := 0
	f, done := &failing{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		Succeeds(f, 100*time.Millisecond, "it is ready", func(ctx context.Context) error {
			if calls++; calls == 1 {
				return errors.New("it is starting")
			}
			<-ctx.Done()
			return ctx.Err()
		})
	}()
	<-done
	if expected := "waiting until it is ready: after 100ms: it is starting"; f.text != expected {
		t.Errorf("failed with %q, expected %q", f.text, expected)
	}
}

func TestUntilReturnsBothErrors(t *testing.T) {
	starting := errors.New("it is starting")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := Until(ctx, "it is ready", func(context.Context) error { return starting })
	if !errors.Is(err, starting) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := Until(t.Context(), "it is ready", func(context.Context) error { return nil }); err != nil {
		t.Errorf("got %v", err)
	}
}

// failing replaces a test that must fail.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Helper() {}
func (f *failing) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
