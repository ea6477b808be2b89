// Package connectimport implements the command `order-sink connect-import`. It prints the
// pipeline that a worker runs for a connector of Kafka Connect.
package connectimport

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/connect/connectorfile"
	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/connect/translate"
)

const flagWorker = "worker"

// Command returns the command. It exits with status 0 if it has printed the pipeline, with 1
// if the connector has errors, and with 2 after a usage error.
func Command() *cli.Command {
	return &cli.Command{
		Name:      "connect-import",
		Usage:     "Print the pipeline of a connector of Kafka Connect",
		ArgsUsage: "CONNECTOR.json",
		Description: "Reads the configuration of a JDBC sink connector (JSON or Java properties), and prints the\n" +
			"pipeline that connect-distributed runs for it. The standard error has each option that has no\n" +
			"effect, or another one than on a worker of Kafka Connect. Connects to nothing.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: flagWorker, Usage: "the `FILE` of the worker, connect-distributed.properties: its brokers and converters count. Without it, they are localhost:9092 and JsonConverter"},
		},
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return cli.Exit("connect-import: "+err.Error(), 2) },
		Action: func(c *cli.Context) error {
			if c.Args().Len() != 1 {
				return cli.Exit("connect-import: expected the file of one connector", 2)
			}
			// cli.Exit: the framework drops the status of any other error.
			if err := run(c.Args().First(), c.String(flagWorker), os.Environ(), c.App.Writer, c.App.ErrWriter); err != nil {
				return cli.Exit("connect-import: "+err.Error(), 1)
			}
			return nil
		},
	}
}

// defaults are the properties of the worker in Kafka's own file.
var defaults = map[string]string{
	"bootstrap.servers": "localhost:9092",
	"key.converter":     "org.apache.kafka.connect.json.JsonConverter",
	"value.converter":   "org.apache.kafka.connect.json.JsonConverter",
}

func run(path, workerPath string, environ []string, out, errOut io.Writer) error {
	file, err := connectorfile.Read(path)
	if err != nil {
		return err
	}
	worker := defaults
	if workerPath != "" {
		if worker, err = properties.ReadFile(workerPath); err != nil {
			return fmt.Errorf("reading the worker: %w", err)
		}
	}
	providers, err := properties.NewProviders(worker, environ)
	if err != nil {
		return fmt.Errorf("reading the config providers: %w", err)
	}
	if worker, err = providers.Resolve(worker); err != nil {
		return fmt.Errorf("reading the worker: %w", err)
	}
	resolved, err := providers.Resolve(file.Config)
	if err != nil {
		return fmt.Errorf("reading the connector: %w", err)
	}
	pipeline, err := translate.Translate(translate.Connector{Name: file.Name, Config: file.Config, Resolved: resolved, Worker: worker})
	if found, is := errors.AsType[*translate.Error](err); is {
		return fmt.Errorf("the connector %s cannot run:\n  %s", file.Name, strings.ReplaceAll(found.Error(), "\n", "\n  "))
	}
	if err != nil {
		return err
	}
	report(errOut, file.Name, pipeline)
	_, err = io.WriteString(out, pipeline.YAML)
	return err
}

// report prints what the user must know beside the pipeline.
func report(w io.Writer, name string, p translate.Pipeline) {
	if len(p.Variables) > 0 {
		fmt.Fprintln(w, "Set these environment variables for the pipeline:")
		for _, v := range p.Variables {
			fmt.Fprintf(w, "  %s: the value of %s\n", v.Name, v.Key)
		}
	}
	fmt.Fprintf(w, "The connector %s differs from a worker of Kafka Connect:\n", name)
	for _, d := range p.Differences {
		fmt.Fprintf(w, "  %s\n", d)
	}
}
