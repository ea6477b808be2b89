// Package javatest skips or fails a test on a machine without Java or Maven.
package javatest

import (
	"errors"
	"os"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/java"
)

// Require ends a test when its server did not start. If Java or Maven is missing, it skips
// the test. In CI (environment CI=true) it fails the test.
func Require(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, java.ErrNotInstalled) && os.Getenv("CI") != "true":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}
