package loopback

import (
	"net"
	"testing"
)

func TestPortPrefersTheOneThatWasAskedFor(t *testing.T) {
	free, err := Port(0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Port(free); err != nil || got != free {
		t.Fatalf("got port %d, %v; expected %d, which is free", got, err, free)
	}
}

func TestPortPicksAnotherWhenItIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", Address(0))
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	if got, err := Port(port); err != nil || got == port || got == 0 {
		t.Fatalf("got port %d, %v; expected one other than %d, which is taken", got, err, port)
	}
}
