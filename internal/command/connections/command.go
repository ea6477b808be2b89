// Package connections implements the command `order-sink connections`. It tests whether
// each input and output of a pipeline reaches its server, without moving a message.
package connections

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/pipeline"
)

// Command returns the command. It exits with status 1 if a connection fails.
func Command() *cli.Command {
	return &cli.Command{
		Name:      "connections",
		Usage:     "Test the connections of pipelines, without moving a message",
		ArgsUsage: "PIPELINE.yaml...",
		Description: "Tests whether each input and output reaches its server and, for mariadb_upsert,\n" +
			"whether the table matches the configuration. Exits with status 1 if a test fails.",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "resources", Aliases: []string{"r"}, Usage: "a `FILE` of resources that the pipelines use"},
			&cli.DurationFlag{Name: "timeout", Value: 15 * time.Second, Usage: "how long a connection may take"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return cli.Exit("connections: expected the file of a pipeline", 2)
			}
			// cli.Exit: the framework drops the status of any other error.
			if err := run(c); err != nil {
				return cli.Exit(err.Error(), 1)
			}
			return nil
		},
	}
}

func run(c *cli.Context) error {
	table := tabwriter.NewWriter(c.App.Writer, 0, 0, 2, ' ', 0)
	var failed error
	for _, file := range c.Args().Slice() {
		results, err := test(c.Context, file, c.StringSlice("resources"), c.Duration("timeout"))
		if err != nil {
			return fmt.Errorf("testing %s: %w", file, err)
		}
		for _, r := range results {
			outcome := "ok"
			if errors.Is(r.Err, service.ErrConnectionTestNotSupported) {
				outcome = "cannot be tested"
			} else if r.Err != nil {
				outcome = "FAILED: " + r.Err.Error()
				failed = errors.New("at least one connection failed")
			}
			fmt.Fprintf(table, "%s\t%s\t%s\n", file, cmp.Or(r.Label, strings.Join(r.Path, ".")), outcome)
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("printing the results: %w", err)
	}
	return failed
}

func test(ctx context.Context, file string, resources []string, timeout time.Duration) (service.ConnectionTestResults, error) {
	builder := service.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.DiscardHandler)) // the results have the same information as the log
	stream, err := pipeline.Load(builder, file, resources)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return stream.ConnectionTest(ctx)
}
