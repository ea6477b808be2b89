package checker

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// Eventually checks until the table equals the log, and returns that report. It also
// retries while a server is down. At the deadline the test fails with the last
// difference.
func Eventually(t testing.TB, within time.Duration, config Config) (report Report) {
	t.Helper()
	eventuallytest.Succeeds(t, within, "the table equals the log", func(ctx context.Context) (err error) {
		t.Helper()
		if report, err = Check(ctx, config); errors.Is(err, ErrUnjudged) {
			t.Fatal(err) // a retry reads the same record
		}
		if err == nil {
			err = report.Err()
		}
		return err
	})
	return report
}
