// Package ordersink runs the real order-sink binary as a child process of the tests, the
// quick start and the benchmark.
package ordersink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"

	"github.com/order-sink/order-sink/internal/servers/process"
)

// Config is one run of the binary.
type Config struct {
	Binary string            // path of the binary
	Dir    string            // the root of the repository; the paths of Args are relative to it
	Args   []string          // "streams", "-o", "config/service.yaml", …
	Env    map[string]string // added to the environment of this process
	HTTP   string            // address of the health and the metrics, "127.0.0.1:port"
	Log    io.Writer         // gets the sink's log
}

// Sink is a running order-sink.
type Sink struct {
	*process.Process
	config Config
}

// Start runs the binary. It does not wait for the connections.
func Start(config Config) (*Sink, error) {
	cmd := exec.Command(config.Binary, config.Args...)
	cmd.Dir = config.Dir
	cmd.Env = append(os.Environ(), "HTTP_ADDRESS="+config.HTTP)
	for name, value := range config.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stdout, cmd.Stderr = config.Log, config.Log
	child, err := process.Start(cmd)
	if err != nil {
		return nil, err
	}
	return &Sink{Process: child, config: config}, nil
}

// AwaitReady waits until /ready reports every input and output connected and the addresses
// of the pipelines answer. /ready alone is not enough: it is green before the pipelines
// exist.
func (s *Sink) AwaitReady(ctx context.Context, addresses ...string) error {
	err := s.Await(ctx, func(ctx context.Context) error {
		err := s.ready(ctx)
		for _, address := range addresses {
			err = errors.Join(err, answers(ctx, address))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("starting order-sink: %w", err)
	}
	return nil
}

func (s *Sink) ready(ctx context.Context) error {
	body, status, err := s.Get(ctx, "/ready")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("/ready answered %d: %s", status, body)
	}
	return err
}

func answers(ctx context.Context, address string) error {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return connection.Close()
}

// Address returns the address of the health and the metrics.
func (s *Sink) Address() string { return s.config.HTTP }

// Metrics returns the text that Prometheus would scrape now.
func (s *Sink) Metrics(ctx context.Context) (string, error) {
	body, status, err := s.Get(ctx, "/metrics")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("/metrics answered %d", status)
	}
	return body, err
}

// Get requests a path of the sink's HTTP address.
func (s *Sink) Get(ctx context.Context, path string) (body string, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.config.HTTP+path, http.NoBody)
	if err != nil {
		return "", 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", 0, fmt.Errorf("requesting %s: %w", path, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return string(content), response.StatusCode, err
}
