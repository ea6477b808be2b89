package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// After SIGSTOP, no thread of a child answers a client any more.
func TestAFrozenChildHasStopped(t *testing.T) {
	p, err := Start(exec.Command("sh", "-c", "while :; do :; done"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	for range 200 {
		if err := p.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.PID()))
		if err != nil || len(threads) == 0 {
			t.Fatalf("%d threads, %v", len(threads), err)
		}
		for _, thread := range threads {
			text, err := os.ReadFile(thread)
			if err != nil {
				t.Fatal(err)
			}
			if state := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))[0]; state != "T" {
				t.Fatalf("a thread is in state %s, expected T", state)
			}
		}
		if err := p.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Errorf("freezing a child that has ended: %v", err)
	}
}
