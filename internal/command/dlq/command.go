package dlq

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/urfave/cli/v2"
)

// The exit codes, for scripts.
const (
	exitError   = 1
	exitUsage   = 2
	exitNothing = 3
)

const description = `A dead letter is an order that can never be stored, with the reason in its
headers. It is named PARTITION:OFFSET, its place in the dead letter topic.

The topic and the way to it (brokers, TLS, SASL) are those of the output
labelled dead_letter in config/resources.yaml, environment variables included.

Exit codes:
  0  found, or done
  1  error
  2  the command was not used rightly
  3  no letter matches`

var (
	errNothing     = errors.New("no dead letter matches")
	errInterrupted = errors.New("interrupted")
)

// nothing makes an error the one of a command that has found no letter.
func nothing(err error) error { return cli.Exit(err, exitNothing) }

// usage makes an error the one of a command that was not used rightly.
func usage(err error) error { return cli.Exit(err, exitUsage) }

// Command is `order-sink dlq`, for service.CLIOptAddCommand.
func Command() *cli.Command { return newCommand(terminal()) }

func newCommand(out console) *cli.Command {
	command := &cli.Command{
		Name:        "dlq",
		Usage:       "List, show and replay dead letters",
		Description: description,
		Subcommands: []*cli.Command{listCommand(out), showCommand(out), replayCommand(out)},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage(fmt.Errorf("there is no command dlq %s: expected list, show or replay", visible(c.Args().First())))
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
	for _, c := range append(command.Subcommands, command) {
		c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return usage(err) }
	}
	return command
}

func listCommand(out console) *cli.Command {
	return &cli.Command{
		Name:  "list",
		Usage: "Count the letters by code and field, or list them",
		Description: `Counts the open letters, those that were not replayed yet, by code and field,
and tells when the first and the last of them failed.

JSON (--output json) is one document,
  topic, open, replayed, groups: [ code, field, open, replayed, first_seen, last_seen ]
and with --letters one object a line, a letter each:
  letter, partition, offset, failed_at, code, field, replayed,
  source: topic, partition, offset (null where it is unknown)`,
		Flags: slices.Concat(filterFlags(), []cli.Flag{
			&cli.BoolFlag{Name: "letters", Usage: "one line for each letter"},
		}, connectionFlags()),
		Action: func(c *cli.Context) error {
			return run(c, func(ctx context.Context, connection *connection, output string) error {
				f, err := parseFilter(c)
				if err != nil {
					return err
				}
				return list(ctx, connection, f, c.Bool("letters"), output, out)
			})
		},
	}
}

func showCommand(out console) *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "Show one letter: where it came from, what was expected, its envelope",
		ArgsUsage: "PARTITION:OFFSET",
		Description: `Shows a letter without what may be private: of the key, of headers and of a
value that is not JSON the length, of a JSON value the schema and what each
member holds, such as "string(36)". --values shows all of it.

JSON (--output json) is one document: what list --letters tells, and stage,
message, source_timestamp, replayed_from, replays: [ at, to ],
key: bytes; headers: [ name, value: bytes ]; value: bytes, json.
With --values each has text as well, or base64 where it is no UTF-8. Any of them
is null where the record has none.`,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "values", Usage: "show keys, headers and the order's own values"},
		}, connectionFlags()...),
		Action: func(c *cli.Context) error {
			at, err := letterArgument(c)
			if err != nil {
				return usage(err)
			}
			return run(c, func(ctx context.Context, connection *connection, output string) error {
				return show(ctx, connection, at, c.Bool("values"), output, out)
			})
		},
	}
}

func replayCommand(out console) *cli.Command {
	return &cli.Command{
		Name:  "replay",
		Usage: "Send letters back to the topic they came from, or through a pipeline",
		Description: `Sends the chosen letters, or --all, back to their topic as the producer sent
them: key, value and headers, and the timestamp of the record that was refused,
so that a version guard on the Kafka timestamp never takes a replayed order for
a newer one. A header order_sink.replayed_from tells where it was. Without such a
guard the sink stores a replayed order over a newer row of the same order.

A letter whose record has no timestamp in milliseconds is refused: no client can
send such a record. --through takes it.

Each goes to the partition that it came from, where the other records of its
order are: what the producer sends later is read later. --by-key chooses by the
key's hash instead, as for --to-topic; right where partitions were added since.

--through PIPELINE writes nothing to a topic: the letters go straight into the
processors and the output of a pipeline's file, with the place and the timestamp
that their records had in the log. What is refused again becomes a new letter, without
regard to the pipeline's dead_letter_limit. It needs what the sink needs:
MARIADB_DSN, say.

A letter that was sent is marked by a record in the dead letter topic: it is not
open any more, and another replay does not send it again. Nothing is lost when a
replay is interrupted: run it again for the rest. Of what was in flight, at most
1000 letters may be sent twice then; the sink stores them once.

JSON (--output json) is one document,
  topic, matched, replayed, unmarked, refused, gone, error
and with --dry-run one object a line as of list --letters, with
  to: topic, partition (absent with --through)`,
		Flags: slices.Concat(filterFlags(), []cli.Flag{
			&cli.BoolFlag{Name: "all", Usage: "every open letter, where no filter is given"},
			&cli.BoolFlag{Name: "dry-run", Usage: "print what would be sent, and send nothing"},
			&cli.IntFlag{Name: "yes", Value: anyNumber, DefaultText: "ask", Usage: "do not ask, send if exactly `COUNT` letters match"},
			&cli.StringFlag{Name: "to-topic", Usage: "send to `TOPIC` instead of the letters' own"},
			&cli.StringFlag{Name: "through", Usage: "give them to the pipeline of `FILE` instead of a topic"},
			&cli.BoolFlag{Name: "by-key", Usage: "choose the partition by the key's hash"},
			&cli.BoolFlag{Name: "broker-timestamps", Usage: "also to a topic with message.timestamp.type=LogAppendTime"},
		}, connectionFlags()),
		Action: func(c *cli.Context) error {
			return run(c, func(ctx context.Context, connection *connection, output string) error {
				f, err := parseFilter(c)
				switch {
				case err != nil:
					return err
				case !f.restricts() && !c.Bool("all"):
					return usage(errors.New("say which letters, with a filter or with --all"))
				case c.IsSet("yes") && c.Int("yes") < 0:
					return usage(errors.New("--yes: expected the number of letters"))
				case c.IsSet("through") && (c.IsSet("to-topic") || c.Bool("by-key") || c.Bool("broker-timestamps")):
					return usage(errors.New("--through leads to no topic: leave out --to-topic, --by-key and --broker-timestamps"))
				}
				return replay(ctx, connection, f, replayOptions{
					toTopic: c.String("to-topic"), through: c.String("through"), resources: c.String("resources"), byKey: c.Bool("by-key"), brokerTimestamps: c.Bool("broker-timestamps"),
					dryRun: c.Bool("dry-run"), confirmed: c.Int("yes"), output: output,
				}, out)
			})
		},
	}
}

// run does what all three commands have in common.
func run(c *cli.Context, work func(context.Context, *connection, string) error) error {
	output := c.String("output")
	switch {
	case output != outputText && output != outputJSON:
		return usage(fmt.Errorf("--output: expected text or json, got %s", visible(output)))
	case c.Args().Present() && c.Command.Name != "show":
		return usage(fmt.Errorf("%s: an argument that is not expected", visible(c.Args().First())))
	}
	connection, err := newConnection(address{
		resources: c.String("resources"), optional: !c.IsSet("resources") && !c.IsSet("label"), label: c.String("label"),
		brokers: c.String("brokers"), topic: c.String("topic"),
	})
	if err != nil {
		return cli.Exit(err, exitError)
	}
	ctx, cancel := context.WithCancelCause(c.Context)
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		select {
		case <-signals:
			signal.Stop(signals) // the second one ends the process
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	}()
	err = work(ctx, connection, output)
	var coded cli.ExitCoder
	if err == nil || errors.As(err, &coded) {
		return err
	}
	return cli.Exit(err, exitError)
}
