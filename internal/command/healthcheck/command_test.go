package healthcheck

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) { sharedtest.Main(m, mariadbtest.Close, ordersinktest.Close) }

// The shipped pipeline is ready, then loses its MariaDB, then stops.
func TestTheOutcomeFollowsTheSink(t *testing.T) {
	b, server := kafkatest.InMemory(t), mariadbtest.Private(t)
	_, dsn := server.Orders(t, filepath.Join(ordersinktest.Root(t), "config"))
	if err := b.CreateTopic(t.Context(), "orders", 1, nil); err != nil {
		t.Fatal(err)
	}
	address := ordersinktest.FreeAddress(t)
	s, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(t), Dir: ordersinktest.Root(t), HTTP: address, Log: ordersinktest.NewLog(t),
		Args: []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml", "pipelines/orders.yaml"},
		Env:  map[string]string{"KAFKA_BROKERS": b.Seeds()[0], "MARIADB_DSN": dsn},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := s.AwaitReady(ctx); err != nil {
		t.Fatal(err)
	}

	until(t, address, 0, "ready")
	// Not every address to listen on is an address to connect to.
	_, port, _ := net.SplitHostPort(address)
	for _, everywhere := range []string{"0.0.0.0:" + port, ":" + port} {
		until(t, everywhere, 0, "ready")
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	// An order shows the sink that its server is gone.
	if _, err := orders.Produce(ctx, b.Seeds(), "orders", slices.Values([]orders.Message{orders.Good(orders.Seed()[0])}), nil); err != nil {
		t.Fatal(err)
	}
	until(t, address, 1, "not ready: 503 Service Unavailable: streams orders are not connected")
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, address, 0, "ready")
	if err := s.Stop(time.Minute); err != nil {
		t.Fatal(err)
	}
	until(t, address, 1, address, "connection refused")
}

func TestAServerThatHangsTimesOut(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() // it accepts, and never answers
	out, status := healthcheck(t, listener.Addr().String(), "--timeout", "50ms")
	if status != 1 || !strings.Contains(out, "deadline exceeded") {
		t.Errorf("exit status %d, expected 1 and why:\n%s", status, out)
	}
}

func TestUsageErrors(t *testing.T) {
	for _, test := range []struct {
		address, args, says string
		status              int
	}{
		{"4195", "", "missing port", 1},
		{"127.0.0.1:", "", "expected a port", 1},
		{"127.0.0.1:4195", "now", "expected no argument", 2},
		{"127.0.0.1:4195", "--timeout=soon", "soon", 2},
	} {
		out, status := healthcheck(t, test.address, strings.Fields(test.args)...)
		if status != test.status || !strings.Contains(out, test.says) {
			t.Errorf("%s %s: exit status %d, expected %d and %q:\n%s", test.address, test.args, status, test.status, test.says, out)
		}
	}
}

// Without HTTP_ADDRESS, the sink and the command use the same address.
func TestTheDefaultIsThatOfTheShippedConfiguration(t *testing.T) {
	shipped, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "config", "service.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, address, _ := strings.Cut(string(shipped), "${HTTP_ADDRESS:")
	address, _, _ = strings.Cut(address, "}")
	if out, _ := healthcheck(t, "", "--help"); address == "" || !strings.Contains(out, `(default: "`+address+`")`) {
		t.Errorf("config/service.yaml says %q:\n%s", address, out)
	}
}

// A worker is asked where its variables say, and for the health of the worker alone.
func TestAWorkerIsAskedWhereItListens(t *testing.T) {
	var status atomic.Int32 // what the worker answers
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health" {
			t.Errorf("the command asks for %s", r.URL)
		}
		w.WriteHeader(int(status.Load()))
		fmt.Fprint(w, `{"status":"starting"}`)
	})
	server := httptest.NewServer(handler)
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for _, test := range []struct {
		name     string
		variable string
		status   int
		want     int
		says     string
	}{
		{"a port", "CONNECT_REST_PORT=" + port, http.StatusOK, 0, "ready"},
		{"a listener", "CONNECT_LISTENERS=http://:" + port, http.StatusOK, 0, "ready"},
		{"a worker with accounts", "CONNECT_REST_PORT=" + port, http.StatusUnauthorized, 0, "ready"},
		{"a worker that starts", "CONNECT_REST_PORT=" + port, http.StatusServiceUnavailable, 1, `not ready: 503 Service Unavailable: {"status":"starting"}`},
		{"another port", "CONNECT_REST_PORT=1", http.StatusOK, 1, "connection refused"},
		{"no port", "CONNECT_REST_PORT=x", http.StatusOK, 1, `invalid port ":x"`},
		{"no listener", "CONNECT_LISTENERS=", http.StatusOK, 1, "at least one URL is expected"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status.Store(int32(test.status))
			cmd := exec.Command(ordersinktest.Binary(t), "healthcheck", "--worker")
			cmd.Env = []string{test.variable}
			out, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != test.want || !strings.Contains(string(out), test.says) {
				t.Errorf("exit status %d, expected %d and %q:\n%s", got, test.want, test.says, out)
			}
		})
	}
}

// until repeats the command until it prints and exits as expected: a sink needs a moment
// to notice that a server has stopped.
func until(t *testing.T, address string, want int, says ...string) {
	t.Helper()
	eventuallytest.Succeeds(t, 2*time.Minute, fmt.Sprintf("%s answers %d and %q", address, want, says), func(context.Context) error {
		out, status := healthcheck(t, address)
		right := status == want
		for _, part := range says {
			right = right && strings.Contains(out, part)
		}
		if !right {
			return fmt.Errorf("exit status %d:\n%s", status, out)
		}
		return nil
	})
}

func healthcheck(t *testing.T, address string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command(ordersinktest.Binary(t), append([]string{"healthcheck"}, args...)...)
	cmd.Env = append(os.Environ(), "HTTP_ADDRESS="+address)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}
