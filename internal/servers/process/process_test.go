package process

import (
	"context"
	"errors"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

func TestStopEndsAChildThatListens(t *testing.T) {
	p, err := Start(exec.Command("sleep", "600"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	if got := endedBy(t, p); got != syscall.SIGTERM {
		t.Fatalf("the child ended by %v, expected SIGTERM", got)
	}
}

func TestStopKillsAChildThatDoesNotListen(t *testing.T) {
	cmd := exec.Command("sh", "-c", `trap "" TERM; echo ready; while :; do sleep 1; done`)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 6)); err != nil { // the trap is set
		t.Fatal(err)
	}
	if err := p.Stop(50 * time.Millisecond); err == nil {
		t.Fatal("a child that had to be killed was reported as stopped")
	}
	if got := endedBy(t, p); got != syscall.SIGKILL {
		t.Fatalf("the child ended by %v, expected SIGKILL", got)
	}
}

func TestStartNamesWhatItCouldNotStart(t *testing.T) {
	_, err := Start(exec.Command("/nonexistent/server"))
	if err == nil || err.Error() == "" {
		t.Fatal("starting a program that does not exist gave no error")
	}
}

func TestAwaitReturnsTheLastErrorOfAChildThatEnds(t *testing.T) {
	p, err := Start(exec.Command("sh", "-c", "exit 3"))
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("connection refused")
	err = p.Await(t.Context(), func(context.Context) error { return refused })
	var exit *exec.ExitError
	if !errors.Is(err, refused) || !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("got %v, expected exit status 3 and the last error", err)
	}
	if err := p.Await(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Errorf("got %v from a child that was ready", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	sleeping, err := Start(exec.Command("sleep", "600"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleeping.Kill() }()
	if err := sleeping.Await(ended, func(context.Context) error { return refused }); !errors.Is(err, context.Canceled) || !errors.Is(err, refused) {
		t.Errorf("got %v, expected the end of the context and the last error", err)
	}
}

func endedBy(t *testing.T, p *Process) syscall.Signal {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(p.Err(), &exit) {
		t.Fatalf("the child ended with %v, expected a signal", p.Err())
	}
	return exit.Sys().(syscall.WaitStatus).Signal()
}
