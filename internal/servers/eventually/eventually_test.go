package eventually

import (
	"context"
	"errors"
	"testing"
	"time"
)

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
