// Package connections is the command `order-sink connections`: it asks each
// component of a pipeline whether it reaches its server, without moving a
// message.
package connections

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/urfave/cli/v2"
)

// Command is the subcommand. It ends with status 1 if a connection fails.
func Command() *cli.Command {
	return &cli.Command{
		Name:      "connections",
		Usage:     "Test the connections of pipelines, without moving a message",
		ArgsUsage: "PIPELINE.yaml...",
		Description: "Asks each input and output whether it reaches its server and, for mariadb_upsert,\n" +
			"whether the table fits. Ends with status 1 if one does not.",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "resources", Aliases: []string{"r"}, Usage: "a file of resources that the pipelines use"},
			&cli.DurationFlag{Name: "timeout", Value: 15 * time.Second, Usage: "how long a connection may take"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return cli.Exit("connections: name a pipeline's file", 2)
			}
			// cli.Exit: the framework drops the status of any other error.
			if err := run(c.Context, c.App.Writer, c.Args().Slice(), c.StringSlice("resources"), c.Duration("timeout")); err != nil {
				return cli.Exit(err.Error(), 1)
			}
			return nil
		},
	}
}

var errFailed = errors.New("not every connection could be made")

func run(ctx context.Context, out io.Writer, pipelines, resources []string, timeout time.Duration) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	failed := false
	for _, file := range pipelines {
		results, err := test(ctx, file, resources, timeout)
		if err != nil {
			return fmt.Errorf("testing %s: %w", file, err)
		}
		for _, r := range results {
			verdict := "ok"
			switch {
			case errors.Is(r.Err, service.ErrConnectionTestNotSupported):
				verdict = "cannot be tested"
			case r.Err != nil:
				failed, verdict = true, "FAILED: "+r.Err.Error()
			}
			fmt.Fprintf(table, "%s\t%s\t%s\n", file, name(r), verdict)
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("printing the results: %w", err)
	}
	if failed {
		return errFailed
	}
	return nil
}

func test(ctx context.Context, file string, resources []string, timeout time.Duration) (service.ConnectionTestResults, error) {
	builder := service.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.DiscardHandler)) // the results say it all
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := builder.SetYAML(string(text)); err != nil {
		return nil, err
	}
	// After the pipeline, which would replace them.
	for _, resource := range resources {
		text, err := os.ReadFile(resource)
		if err != nil {
			return nil, err
		}
		if err := builder.AddResourcesYAML(string(text)); err != nil {
			return nil, fmt.Errorf("reading %s: %w", resource, err)
		}
	}
	stream, err := builder.Build()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return stream.ConnectionTest(ctx)
}

func name(r *service.ConnectionTestResult) string {
	if r.Label != "" {
		return r.Label
	}
	return strings.Join(r.Path, ".")
}
