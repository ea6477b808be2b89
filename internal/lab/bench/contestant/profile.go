package contestant

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// Profiles are the kinds that -profile takes, and where the sink has them with
// http.debug_endpoints. Each is of three seconds of work. (There is one of blocking
// too, which is empty: the framework never turns that on.)
var Profiles = map[string]string{
	"cpu":    "/debug/pprof/profile?seconds=3",
	"allocs": "/debug/pprof/allocs?seconds=3",
	"mutex":  "/debug/pprof/mutex?seconds=3&rate=5",
}

// profile asks a sink for a profile once it is connected, and keeps it beside the
// logs. The channel gives one error or nil.
func profile(ctx context.Context, s *stack.Stack, of *ordersink.Sink, log string) <-chan error {
	done := make(chan error, 1)
	go func() { done <- writeProfile(ctx, s, of, filepath.Join(s.Dir, "logs", log+"."+s.Profiled+".pprof")) }()
	return done
}

func writeProfile(ctx context.Context, s *stack.Stack, of *ordersink.Sink, path string) error {
	if err := of.AwaitReady(ctx); err != nil {
		return err
	}
	text, status, err := of.Get(ctx, Profiles[s.Profiled])
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("asking for a profile: status %d", status)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("writing a profile: %w", err)
	}
	fmt.Fprintln(s.Out, "   profile:", path)
	return nil
}
