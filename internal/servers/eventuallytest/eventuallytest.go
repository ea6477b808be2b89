// Package eventuallytest waits in a test until a condition on a server is true.
package eventuallytest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/eventually"
)

// Succeeds calls condition until it returns nil. At the deadline the test fails with
// the last error. The context of condition ends at the deadline too.
func Succeeds(t testing.TB, within time.Duration, what string, condition func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), within, fmt.Errorf("after %s", within))
	defer cancel()
	if err := eventually.Until(ctx, what, condition); err != nil {
		t.Fatal(err)
	}
}
