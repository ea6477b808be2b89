// Package javatest decides what a test does on a machine that lacks Java or Maven.
package javatest

import (
	"errors"
	"os"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/java"
)

// Require ends a test whose server did not start. When Java or Maven is missing, the
// test is skipped, and in CI (environment CI=true) it fails.
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
