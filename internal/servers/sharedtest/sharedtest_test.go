package sharedtest

import (
	"errors"
	"os"
	"testing"
)

func TestAResourceStartsOnceAndIsStopped(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	starts, stopped := 0, ""
	r := &Resource[string]{
		Name:  "test",
		Start: func(dir string) (string, error) { starts++; return dir, os.WriteFile(dir+"/data", nil, 0o600) },
		Stop:  func(dir string) { stopped = dir },
	}
	for range 2 {
		if _, err := r.Get(); err != nil {
			t.Fatal(err)
		}
	}
	dir, _ := r.Get()
	r.Close()
	if _, err := os.Stat(dir); starts != 1 || stopped != dir || !os.IsNotExist(err) {
		t.Errorf("started %d times, stopped %q of %q, its directory: %v", starts, stopped, dir, err)
	}
}

func TestAResourceThatDoesNotStartIsNotStopped(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	broken := errors.New("broken")
	r := &Resource[int]{
		Name:  "test",
		Start: func(string) (int, error) { return 0, broken },
		Stop:  func(int) { t.Error("it was stopped") },
	}
	for range 2 {
		if _, err := r.Get(); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
	r.Close()
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	new(Resource[int]).Close() // no test has called Get
}
