package checker

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Eventually checks again and again until the table equals the log, and returns
// that report. At the deadline the test fails with the last difference. What
// cannot be read meanwhile, a server that is down, is tried again.
func Eventually(t testing.TB, within time.Duration, config Config) Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	last := errors.New("nothing could be compared in that time")
	for {
		begin := time.Now()
		report, err := Check(ctx, config)
		if err == nil {
			err = report.Err()
		}
		switch {
		case err == nil:
			return report
		case errors.Is(err, ErrUnjudged): // will not change
			t.Fatal(err)
		case ctx.Err() == nil: // else the check was cut off and has seen nothing
			last = err
		}
		// A check costs the sink its processor: at most half of the time.
		pause := max(50*time.Millisecond, time.Since(begin))
		select {
		case <-ctx.Done():
			t.Fatalf("after %s: %v", within, last)
		case <-time.After(pause):
		}
	}
}
