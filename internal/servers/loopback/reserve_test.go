package loopback

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const asOther = "ORDER_SINK_LOOPBACK_OTHER"

// TestMain is also the program that [TestNoTwoServersGetTheSamePort] runs. The program
// prints its ports.
func TestMain(m *testing.M) {
	if os.Getenv(asOther) == "" {
		os.Exit(m.Run())
	}
	for range 300 {
		port, err := Port(0)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Print(port, " ")
	}
}

// A server keeps its port before it listens and while it is down.
func TestNoTwoServersGetTheSamePort(t *testing.T) {
	taken := map[string]bool{}
	for range 300 {
		port, err := Port(0)
		if err != nil {
			t.Fatal(err)
		}
		if name := fmt.Sprint(port); taken[name] {
			t.Fatalf("port %s was given twice", name)
		} else {
			taken[name] = true
		}
	}
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), asOther+"=1")
	out, err := other.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ports := strings.Fields(string(out))
	if len(ports) != 300 {
		t.Fatalf("the other process got %d ports, expected 300", len(ports))
	}
	for _, port := range ports {
		if taken[port] {
			t.Errorf("port %s was given to another process too", port)
		}
	}
}
