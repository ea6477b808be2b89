// Package healthcheck is the command `order-sink healthcheck`: it asks a
// running sink whether it is ready, for a container that has neither a shell
// nor curl.
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

// maxAnswer is how much of an answer is shown.
const maxAnswer = 8 << 10

// Command is the subcommand. It ends with status 0 if the sink is ready, else
// with 1, and with 2 if it was not used rightly.
func Command() *cli.Command {
	return &cli.Command{
		Name:  "healthcheck",
		Usage: "Ask a running sink whether it is ready",
		Description: "Asks /ready of the sink that listens on HTTP_ADDRESS. Ends with status 0 if every\n" +
			"input and output is connected, else with 1 and the reason. For a container's HEALTHCHECK.",
		Flags: []cli.Flag{
			// The default is that of config/service.yaml.
			&cli.StringFlag{Name: "address", EnvVars: []string{"HTTP_ADDRESS"}, Value: "127.0.0.1:4195", Usage: "where the sink serves its health, HOST:PORT"},
			&cli.DurationFlag{Name: "timeout", Value: 3 * time.Second, Usage: "how long the answer may take"},
		},
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return cli.Exit("healthcheck: "+err.Error(), 2) },
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return cli.Exit("healthcheck: expected no argument, got "+c.Args().First(), 2)
			}
			ctx, cancel := context.WithTimeout(c.Context, c.Duration("timeout"))
			defer cancel()
			// cli.Exit: the framework drops the status of any other error.
			if err := ask(ctx, c.String("address")); err != nil {
				return cli.Exit("healthcheck: "+err.Error(), 1)
			}
			fmt.Fprintln(c.App.Writer, "ready")
			return nil
		},
	}
}

func ask(ctx context.Context, listening string) error {
	address, err := reachable(listening)
	if err != nil {
		return fmt.Errorf("reading HTTP_ADDRESS %q: %w", listening, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/ready", http.NoBody)
	if err != nil {
		return fmt.Errorf("asking %s: %w", address, err)
	}
	// No proxy of the environment stands between a sink and its own container.
	client := http.Client{Transport: &http.Transport{}}
	response, err := client.Do(request)
	if err != nil {
		return err // names the method, the address and the cause
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w", address, err)
	}
	return fmt.Errorf("not ready: %s: %s", response.Status, strings.TrimSpace(string(body)))
}

// reachable turns an address to listen on into one to ask: a server that
// listens on every interface (0.0.0.0, ::, or no host) answers on loopback too.
func reachable(listening string) (string, error) {
	host, port, err := net.SplitHostPort(listening)
	if err != nil {
		return "", err
	}
	if port == "" || port == "0" {
		return "", errors.New("expected a port")
	}
	switch ip := net.ParseIP(host); {
	case host == "":
		host = "localhost"
	case ip != nil && ip.IsUnspecified() && ip.To4() != nil:
		host = "127.0.0.1"
	case ip != nil && ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}
