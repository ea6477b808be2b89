// Package checkertest checks in a test that a table equals its log.
package checkertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// Eventually checks until the table equals the log, and returns that report. It also
// retries while a server is down. At the deadline the test fails with the last
// difference.
func Eventually(t testing.TB, within time.Duration, config checker.Config) (report checker.Report) {
	t.Helper()
	eventuallytest.Succeeds(t, within, "the table equals the log", func(ctx context.Context) (err error) {
		t.Helper()
		if report, err = checker.Check(ctx, config); errors.Is(err, checker.ErrUnjudged) {
			t.Fatal(err) // a retry reads the same record
		}
		if err == nil {
			err = report.Err()
		}
		return err
	})
	return report
}
