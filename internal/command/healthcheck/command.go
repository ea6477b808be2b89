// Package healthcheck implements the command `order-sink healthcheck`. It reports whether a
// running sink or worker is ready, in a container without a shell and curl.
package healthcheck

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/connect/properties"
)

// Command returns the command. It exits with status 0 if the sink is ready, with 1 if
// not, and with 2 after a usage error.
func Command() *cli.Command {
	return &cli.Command{
		Name:  "healthcheck",
		Usage: "Ask a running sink whether it is ready",
		Description: "Requests /ready from the sink that listens on HTTP_ADDRESS. Exits with status 0 if every\n" +
			"input and output is connected, otherwise with 1 and the reason. With --worker it requests /health\n" +
			"from the worker of connect-distributed that the variables CONNECT_... configure: a worker is healthy\n" +
			"although a connector waits for its servers. For the HEALTHCHECK of a container.",
		Flags: []cli.Flag{
			// The default is that of config/service.yaml.
			&cli.StringFlag{Name: "address", EnvVars: []string{"HTTP_ADDRESS"}, Value: "127.0.0.1:4195", Usage: "where the sink serves its health, HOST:PORT"},
			&cli.DurationFlag{Name: "timeout", Value: 3 * time.Second, Usage: "how long the response may take"},
			&cli.BoolFlag{Name: "worker", Usage: "ask a worker of Kafka Connect's variables"},
		},
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return cli.Exit("healthcheck: "+err.Error(), 2) },
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return cli.Exit("healthcheck: expected no argument, got "+c.Args().First(), 2)
			}
			ctx, cancel := context.WithTimeout(c.Context, c.Duration("timeout"))
			defer cancel()
			url, err := sink(c.String("address"))
			if c.Bool("worker") {
				url, err = worker(os.Environ())
			}
			if err == nil {
				err = check(ctx, url)
			}
			// cli.Exit: the framework drops the status of any other error.
			if err != nil {
				return cli.Exit("healthcheck: "+err.Error(), 1)
			}
			fmt.Fprintln(c.App.Writer, "ready")
			return nil
		},
	}
}

// sink returns the URL to ask a sink that listens on an address.
func sink(listening string) (string, error) {
	host, port, err := net.SplitHostPort(listening)
	if err == nil && (port == "" || port == "0") {
		err = errors.New("expected a port")
	}
	if err != nil {
		return "", fmt.Errorf("reading HTTP_ADDRESS %q: %w", listening, err)
	}
	return "http://" + net.JoinHostPort(reachable(host), port) + "/ready", nil
}

// worker returns the URL to ask a worker whose variables are environ. A worker with a file may
// have no variables: then the address is the default one.
func worker(environ []string) (string, error) {
	config, _, err := properties.ReadWorker(properties.Distributed, properties.FromContainer(environ), environ)
	if len(config.Listeners) == 0 { // other mistakes are the worker's to report
		return "", fmt.Errorf("reading the variables CONNECT_...:\n%w", err)
	}
	listener := config.Listeners[0]
	host, port, err := net.SplitHostPort(listener.Address)
	if err != nil {
		return "", fmt.Errorf("reading the address %q: %w", listener.Address, err)
	}
	scheme := "http"
	if listener.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(reachable(host), port) + "/health", nil
}

// reachable returns the host to connect to for a host to listen on. A server that listens on
// every interface listens on loopback too.
func reachable(host string) string {
	switch ip := net.ParseIP(host); {
	case host == "":
		return "localhost"
	case ip.IsUnspecified() && ip.To4() != nil:
		return "127.0.0.1"
	case ip.IsUnspecified():
		return "::1"
	}
	return host
}

func check(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return fmt.Errorf("requesting %s: %w", url, err)
	}
	// A Transport without Proxy ignores the proxy variables: the server is in the same
	// container. For the same reason its certificate, which has another name, proves nothing.
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // see above
	response, err := client.Do(request)
	if err != nil {
		return err // names the method, the address and the cause
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK, http.StatusUnauthorized: // a worker with accounts answers nobody else, but it answers
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 8<<10))
	if err != nil {
		return fmt.Errorf("reading the response of %s: %w", url, err)
	}
	return fmt.Errorf("not ready: %s: %s", response.Status, strings.TrimSpace(string(body)))
}
