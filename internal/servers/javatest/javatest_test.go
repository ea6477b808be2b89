package javatest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/java"
)

// A developer's machine may lack Java. In CI no test may be skipped.
func TestMissingJavaIsSkippedButNotInCI(t *testing.T) {
	for ci, expected := range map[string]string{"": "skipped", "true": "failed"} {
		t.Setenv("CI", ci)
		got := &outcome{TB: t}
		Require(got, fmt.Errorf("%w (no java)", java.ErrNotInstalled))
		if got.how != expected || !strings.Contains(got.why, "apt-get install openjdk") {
			t.Errorf("CI=%s: %s because of %q, expected %s and what to install", ci, got.how, got.why, expected)
		}
	}
	t.Setenv("CI", "")
	got := &outcome{TB: t}
	if Require(got, errors.New("broken")); got.how != "failed" {
		t.Errorf("a broker that does not start: %q, expected failed", got.how)
	}
}

type outcome struct {
	testing.TB
	how, why string
}

func (o *outcome) Helper()           {}
func (o *outcome) Skip(args ...any)  { o.how, o.why = "skipped", fmt.Sprint(args...) }
func (o *outcome) Fatal(args ...any) { o.how, o.why = "failed", fmt.Sprint(args...) }
