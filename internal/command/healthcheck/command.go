// Package healthcheck implements the command `order-sink healthcheck`. It reports whether a
// running sink is ready, in a container without a shell and curl.
package healthcheck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// Command returns the command. It exits with status 0 if the sink is ready, with 1 if
// not, and with 2 after a usage error.
func Command() *cli.Command {
	return &cli.Command{
		Name:  "healthcheck",
		Usage: "Ask a running sink whether it is ready",
		Description: "Requests /ready from the sink that listens on HTTP_ADDRESS. Exits with status 0 if every\n" +
			"input and output is connected, otherwise with 1 and the reason. For the HEALTHCHECK of a container.",
		Flags: []cli.Flag{
			// The default is that of config/service.yaml.
			&cli.StringFlag{Name: "address", EnvVars: []string{"HTTP_ADDRESS"}, Value: "127.0.0.1:4195", Usage: "where the sink serves its health, HOST:PORT"},
			&cli.DurationFlag{Name: "timeout", Value: 3 * time.Second, Usage: "how long the response may take"},
		},
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return cli.Exit("healthcheck: "+err.Error(), 2) },
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return cli.Exit("healthcheck: expected no argument, got "+c.Args().First(), 2)
			}
			ctx, cancel := context.WithTimeout(c.Context, c.Duration("timeout"))
			defer cancel()
			// cli.Exit: the framework drops the status of any other error.
			if err := check(ctx, c.String("address")); err != nil {
				return cli.Exit("healthcheck: "+err.Error(), 1)
			}
			fmt.Fprintln(c.App.Writer, "ready")
			return nil
		},
	}
}

func check(ctx context.Context, listening string) error {
	host, port, err := net.SplitHostPort(listening)
	if err == nil && (port == "" || port == "0") {
		err = errors.New("expected a port")
	}
	if err != nil {
		return fmt.Errorf("reading HTTP_ADDRESS %q: %w", listening, err)
	}
	// A server that listens on every interface listens on loopback too.
	switch ip := net.ParseIP(host); {
	case host == "":
		host = "localhost"
	case ip.IsUnspecified() && ip.To4() != nil:
		host = "127.0.0.1"
	case ip.IsUnspecified():
		host = "::1"
	}
	address := net.JoinHostPort(host, port)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/ready", http.NoBody)
	if err != nil {
		return fmt.Errorf("requesting %s: %w", address, err)
	}
	// An empty Transport ignores the proxy variables: the sink is in the same container.
	client := http.Client{Transport: &http.Transport{}}
	response, err := client.Do(request)
	if err != nil {
		return err // names the method, the address and the cause
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 8<<10))
	if err != nil {
		return fmt.Errorf("reading the response of %s: %w", address, err)
	}
	return fmt.Errorf("not ready: %s: %s", response.Status, strings.TrimSpace(string(body)))
}
