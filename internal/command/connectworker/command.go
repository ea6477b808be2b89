// Package connectworker implements the commands `order-sink connect-distributed` and
// `order-sink connect-standalone`: a worker that Kafka Connect's users configure and ask as
// they are used to.
package connectworker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/connect/connectorfile"
	"github.com/order-sink/order-sink/internal/connect/properties"
)

// The exit statuses of Kafka's commands.
const (
	exitUsage  = 1
	exitWorker = 2 // the worker cannot start, or has stopped by itself
	exitFiles  = 3 // a connector of the command line cannot be created
)

// Distributed returns the command connect-distributed.
func Distributed(commit string) *cli.Command {
	return &cli.Command{
		Name:      "connect-distributed",
		Usage:     "Run a worker with the REST API of Kafka Connect, which keeps its connectors in Kafka",
		ArgsUsage: "WORKER.properties",
		Description: "Reads the same properties file as connect-distributed.sh of Kafka, and variables such as\n" +
			"CONNECT_GROUP_ID, which override the file. Runs JDBC sink connectors into MariaDB. Several workers\n" +
			"with the same group.id share the connectors.",
		Flags:        []cli.Flag{daemon},
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			args := arguments(c)
			if len(args) != 1 {
				return usage(c, "expected one file, got %d", len(args))
			}
			return command{mode: properties.Distributed, commit: commit, file: args[0], output: os.Stdout}.run(c)
		},
	}
}

// Standalone returns the command connect-standalone.
func Standalone(commit string) *cli.Command {
	return &cli.Command{
		Name:      "connect-standalone",
		Usage:     "Run a worker with the REST API of Kafka Connect, whose connectors are files",
		ArgsUsage: "WORKER.properties [CONNECTOR.properties|CONNECTOR.json ...]",
		Description: "Reads the same files as connect-standalone.sh of Kafka. Connectors that are created with the\n" +
			"REST API live until the worker stops. The offsets are in Kafka.",
		Flags:        []cli.Flag{daemon},
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			args := arguments(c)
			if len(args) < 1 {
				return usage(c, "expected the file of the worker")
			}
			return command{mode: properties.Standalone, commit: commit, file: args[0], connectors: args[1:], output: os.Stdout}.run(c)
		},
	}
}

// daemon is the flag with which Kafka's scripts go to the background.
var daemon = &cli.BoolFlag{Name: "daemon", Usage: "no effect: let systemd, Docker or & run the worker in the background"}

// arguments returns the arguments. It says that -daemon has no effect.
func arguments(c *cli.Context) []string {
	if c.Bool(daemon.Name) {
		fmt.Fprintln(c.App.ErrWriter, c.Command.Name+": -daemon has "+daemon.Usage)
	}
	return c.Args().Slice()
}

func usageError(c *cli.Context, err error, _ bool) error { return usage(c, "%v", err) }

func usage(c *cli.Context, format string, args ...any) error {
	return cli.Exit(fmt.Sprintf("%s: %s\nUsage: order-sink %[1]s %[3]s", c.Command.Name, fmt.Sprintf(format, args...), c.Command.ArgsUsage), exitUsage)
}

// command is what a command line says.
type command struct {
	mode       properties.Mode
	commit     string
	file       string   // of the worker
	connectors []string // files of connectors
	output     io.Writer
}

// run runs a worker until SIGINT or SIGTERM.
func (c command) run(of *cli.Context) error {
	ctx, stop := signal.NotifyContext(of.Context, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := start(ctx, c)
	if err == nil {
		return nil
	}
	status := exitWorker
	if _, isFile := errors.AsType[*filesError](err); isFile {
		status = exitFiles
	}
	return cli.Exit(of.Command.Name+": "+err.Error(), status)
}

// start reads the files and runs a worker until ctx ends.
func start(ctx context.Context, c command) error {
	raw, err := properties.ReadFile(c.file)
	if err != nil {
		return err
	}
	maps.Copy(raw, properties.FromEnvironment(os.Environ()))
	loggers, err := newLoggers(c.output, os.Environ())
	if err != nil {
		return err
	}
	config, report, err := properties.ReadWorker(c.mode, raw, os.Environ())
	report.Log(loggers.Logger(loggerName))
	if err != nil {
		return fmt.Errorf("reading %s:\n%w", c.file, err)
	}
	created := make([]connectorfile.File, len(c.connectors))
	for i, path := range c.connectors {
		if created[i], err = connectorfile.Read(path); err != nil {
			return &filesError{err}
		}
	}
	w, err := newWorker(config, loggers, c.commit)
	if err != nil {
		return err
	}
	return w.run(ctx, created)
}

// filesError is an error of a connector of the command line.
type filesError struct{ error }

func (e *filesError) Unwrap() error { return e.error }
