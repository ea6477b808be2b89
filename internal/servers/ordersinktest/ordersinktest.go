// Package ordersinktest builds order-sink from the sources under test and collects
// its log.
package ordersinktest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

var binary = sharedtest.Resource[string]{
	Name: "binary",
	Start: func(dir string) (string, error) {
		path := filepath.Join(dir, "order-sink")
		cmd := exec.Command("go", "build", "-o", path, ".")
		var err error
		if cmd.Dir, err = root(); err != nil {
			return "", err
		}
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("building order-sink: %w\n%s", err, out)
		}
		return path, nil
	},
}

// Root returns the root of the repository, for a test in a package below it.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := root()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if isFile(filepath.Join(dir, "main.go")) && isFile(filepath.Join(dir, "go.mod")) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no directory above the test has a main.go and a go.mod")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Binary returns the path of order-sink. The first call builds it from the sources under
// test.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := binary.Get()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Close removes the binary of [Binary], for a [sharedtest.Main].
func Close() { binary.Close() }

// FreeAddress returns an address of 127.0.0.1 with a free port.
func FreeAddress(t testing.TB) string {
	t.Helper()
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	return loopback.Address(port)
}

// Log collects the log of a sink. A test that fails prints the end of the log.
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

// String returns the log so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// NewLog returns the log of one test.
func NewLog(t testing.TB) *Log {
	log := &Log{}
	t.Cleanup(func() {
		if text := log.String(); t.Failed() {
			t.Logf("the end of order-sink's log:\n%s", text[max(0, len(text)-8000):])
		}
	})
	return log
}
