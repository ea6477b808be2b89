// Package ordersinktest builds order-sink from the sources under test and collects
// its log.
package ordersinktest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/loopback"
)

var (
	binary    string
	binaryErr error
	buildOnce sync.Once
)

// Root is the repository's root, seen from a test in a package below it.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, statErr := os.Stat(filepath.Join(dir, "main.go")); statErr == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no main.go above the test's directory")
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal(err)
	return ""
}

// Binary builds order-sink from the sources under test, once for the tests of
// this process, and returns its path.
func Binary(t testing.TB) string {
	t.Helper()
	buildOnce.Do(func() {
		var dir string
		if dir, binaryErr = os.MkdirTemp("", "order-sink-binary-"); binaryErr != nil {
			return
		}
		binary = filepath.Join(dir, "order-sink")
		cmd := exec.Command("go", "build", "-o", binary, ".")
		cmd.Dir = Root(t)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		var out []byte
		if out, binaryErr = cmd.CombinedOutput(); binaryErr != nil {
			t.Logf("go build: %s", out)
		}
	})
	if binaryErr != nil {
		t.Fatalf("building order-sink: %v", binaryErr)
	}
	return binary
}

// Close removes what [Binary] built, for a TestMain.
func Close() {
	if binary != "" {
		_ = os.RemoveAll(filepath.Dir(binary))
	}
}

// FreeAddress is a port of 127.0.0.1 that nothing listened on just now.
func FreeAddress(t testing.TB) string {
	t.Helper()
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	return loopback.Address(port)
}

// Log collects a sink's log for a test, which shows its end when it fails.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is everything logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// NewLog makes the log of one test.
func NewLog(t testing.TB) *Log {
	log := &Log{}
	t.Cleanup(func() {
		if text := log.String(); t.Failed() {
			t.Logf("the end of order-sink's log:\n%s", text[max(0, len(text)-8000):])
		}
	})
	return log
}
