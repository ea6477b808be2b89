package pipelines

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/procfs"

	"github.com/order-sink/order-sink/internal/broker"
	"github.com/order-sink/order-sink/internal/mariadbd"
	"github.com/order-sink/order-sink/internal/sink"
)

// Nothing listens but what is configured, and that on this machine only.
func TestNothingListensBeyondThisMachine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the sockets of a process are read from Linux's /proc")
	}
	t.Parallel()
	w := newWorld(t, broker.InMemory(t), mariadbd.Shared(t))
	s := w.startReady("pipelines/orders.yaml", "pipelines/order_intake.yaml")
	want := []string{w.intake, s.Address()}
	slices.Sort(want)
	if got := listening(t, s.PID()); !slices.Equal(got, want) {
		t.Errorf("it listens on %q, expected %q", got, want)
	}
	for _, path := range []string{
		"/debug/pprof/profile", "/debug/pprof/heap", "/debug/pprof/trace", "/debug/config/json", "/debug/config/yaml", "/debug/stack",
		"/streams", "/streams/orders", "/resources/output/dead_letter",
	} {
		if body, status, err := s.Get(t.Context(), path); err != nil || status != http.StatusNotFound {
			t.Errorf("%s answered %d, %v: %.100s", path, status, err, body)
		}
	}
}

// listening are the addresses on which a process takes TCP connections.
func listening(t *testing.T, pid int) (addresses []string) {
	t.Helper()
	process, err := procfs.NewProc(pid)
	if err != nil {
		t.Fatal(err)
	}
	files, err := process.FileDescriptorTargets()
	if err != nil {
		t.Fatal(err)
	}
	machine, err := procfs.NewDefaultFS()
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []func() (procfs.NetTCP, error){machine.NetTCP, machine.NetTCP6} {
		sockets, err := table()
		if err != nil && !os.IsNotExist(err) { // a machine without IPv6
			t.Fatal(err)
		}
		for _, socket := range sockets {
			const listens = 0x0a
			if socket.St == listens && slices.Contains(files, fmt.Sprintf("socket:[%d]", socket.Inode)) {
				addresses = append(addresses, fmt.Sprintf("%v:%d", socket.LocalAddr, socket.LocalPort))
			}
		}
	}
	slices.Sort(addresses)
	return addresses
}

var addressField = regexp.MustCompile(`(?m)^\s*address:\s*(.*)$`)

// The addresses that the shipped files listen on by default are this machine's.
func TestEveryDefaultAddressIsThisMachines(t *testing.T) {
	t.Parallel()
	var found int
	for _, pattern := range []string{"config/*.yaml", "pipelines/*.yaml"} {
		files, err := filepath.Glob(filepath.Join(sink.Root(t), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range addressField.FindAllStringSubmatch(string(text), -1) {
				found++
				if !regexp.MustCompile(`^"\$\{[A-Z_]+:127\.0\.0\.1:\d+\}"$`).MatchString(match[1]) {
					t.Errorf("%s listens on %s", filepath.Base(file), match[1])
				}
			}
		}
	}
	if found < 2 {
		t.Errorf("found %d addresses", found)
	}
}

// The debug endpoints are off by the shipped configuration, and would be there
// without that line.
func TestDebugEndpointsAreOffByConfiguration(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(sink.Root(t), "config", "service.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	service := filepath.Join(t.TempDir(), "service.yaml")
	open := strings.Replace(string(text), "debug_endpoints: false", "debug_endpoints: true", 1)
	if err := os.WriteFile(service, []byte(open), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]int{"config/service.yaml": http.StatusNotFound, service: http.StatusOK} {
		s, err := sink.Start(sink.Config{
			Binary: sink.Binary(t), Dir: sink.Root(t), Args: []string{"streams", "--no-api", "-o", file},
			HTTP: sink.FreeAddress(t), Log: sink.NewLog(t),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Kill() })
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := s.AwaitReady(ctx); err != nil {
			t.Fatal(err)
		}
		if _, status, err := s.Get(ctx, "/debug/stack"); err != nil || status != want {
			t.Errorf("%s: /debug/stack answered %d, %v, expected %d", filepath.Base(file), status, err, want)
		}
	}
}
