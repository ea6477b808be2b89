package eventuallytest

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

// failing replaces a test that must fail.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Helper()           {}
func (f *failing) Fatal(args ...any) { f.text = fmt.Sprint(args...); runtime.Goexit() }
