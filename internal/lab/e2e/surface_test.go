package e2e

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// The sink listens on the configured addresses only, and those are of this machine.
func TestNothingListensBeyondThisMachine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the sockets of a process are read from Linux's /proc")
	}
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	s := w.startReady("pipelines/orders.yaml", "pipelines/shop/order_service.yaml")
	want := []string{w.service, s.Address()}
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

// listening returns the addresses on which a process takes TCP connections: those of the
// kernel's table whose sockets are among the files of the process.
func listening(t *testing.T, pid int) (addresses []string) {
	t.Helper()
	process := fmt.Sprintf("/proc/%d", pid)
	files, err := filepath.Glob(process + "/fd/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files are open: %v", len(files), err)
	}
	sockets := make(map[string]bool)
	for _, file := range files {
		target, err := os.Readlink(file)
		if err == nil { // else it was closed meanwhile
			sockets[target] = true
		}
	}
	for _, table := range []string{"/net/tcp", "/net/tcp6"} {
		text, err := os.ReadFile(process + table)
		if err != nil && !os.IsNotExist(err) { // a machine without IPv6
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			const local, state, inode, listens = 1, 3, 9, "0A"
			cells := strings.Fields(line)
			if len(cells) > inode && cells[state] == listens && sockets["socket:["+cells[inode]+"]"] {
				addresses = append(addresses, address(t, cells[local]))
			}
		}
	}
	slices.Sort(addresses)
	return addresses
}

// address reads "0100007F:1F90": words of the machine's order, and a port.
func address(t *testing.T, text string) string {
	t.Helper()
	host, port, _ := strings.Cut(text, ":")
	ip, err := hex.DecodeString(host)
	if err != nil {
		t.Fatal(err)
	}
	for word := range slices.Chunk(ip, 4) {
		binary.BigEndian.PutUint32(word, binary.NativeEndian.Uint32(word))
	}
	n, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort(net.IP(ip).String(), strconv.FormatUint(n, 10))
}

var addressField = regexp.MustCompile(`(?m)^\s*address:\s*(.*)$`)

// The default addresses of the shipped files are of this machine.
func TestEveryDefaultAddressIsThisMachines(t *testing.T) {
	t.Parallel()
	var found int
	for _, file := range shippedFiles(t) {
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
	if found < 5 { // health, and the four of the shop
		t.Errorf("found %d addresses", found)
	}
}

func shippedFiles(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{"config/*.yaml", "pipelines/*.yaml", "pipelines/shop/*.yaml"} {
		found, err := filepath.Glob(filepath.Join(ordersinktest.Root(t), pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

// The shipped configuration turns the debug endpoints off. Without that line they
// answer.
func TestDebugEndpointsAreOffByConfiguration(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "config", "service.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	service := filepath.Join(t.TempDir(), "service.yaml")
	open := strings.Replace(string(text), "debug_endpoints: false", "debug_endpoints: true", 1)
	if err := os.WriteFile(service, []byte(open), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]int{"config/service.yaml": http.StatusNotFound, service: http.StatusOK} {
		s, err := ordersink.Start(ordersink.Config{
			Binary: ordersinktest.Binary(t), Dir: ordersinktest.Root(t), Args: []string{"streams", "--no-api", "-o", file},
			HTTP: ordersinktest.FreeAddress(t), Log: ordersinktest.NewLog(t),
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
