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

	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/console"
)

// The exit codes, for scripts.
const (
	exitError   = 1
	exitUsage   = 2
	exitNothing = 3
)

var (
	errNothing     = errors.New("no dead letter matches")
	errInterrupted = errors.New("interrupted")
)

// nothing returns err with the exit code of a command that finds no dead letter.
func nothing(err error) error { return cli.Exit(err, exitNothing) }

// usage returns err with the exit code of a usage error.
func usage(err error) error { return cli.Exit(err, exitUsage) }

// Command returns the command, for service.CLIOptAddCommand.
func Command() *cli.Command { return newCommand(console.Standard()) }

func newCommand(out console.Console) *cli.Command {
	command := &cli.Command{
		Name:        "dlq",
		Usage:       "List, show and replay dead letters",
		Description: description,
		Subcommands: []*cli.Command{listCommand(out), showCommand(out), replayCommand(out)},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage(fmt.Errorf("there is no command dlq %s: expected list, show or replay", console.Visible(c.Args().First())))
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
	for _, c := range append(command.Subcommands, command) {
		c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return usage(err) }
	}
	return command
}

func listCommand(out console.Console) *cli.Command {
	return &cli.Command{
		Name:        "list",
		Usage:       "Count the dead letters by code and field, or list them",
		Description: descriptionOfList,
		Flags: slices.Concat(filterFlags(), []cli.Flag{
			&cli.BoolFlag{Name: "letters", Usage: "print one line for each dead letter"},
		}, topicFlags()),
		Action: func(c *cli.Context) error {
			return run(c, func(ctx context.Context, t *topic.Topic, output string) error {
				f, err := parseFilter(c)
				if err != nil {
					return err
				}
				return list(ctx, t, f, c.Bool("letters"), output, out)
			})
		},
	}
}

func showCommand(out console.Console) *cli.Command {
	return &cli.Command{
		Name:        "show",
		Usage:       "Show one dead letter: its origin, the reason, its envelope",
		ArgsUsage:   "PARTITION:OFFSET",
		Description: descriptionOfShow,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "values", Usage: "show the key, the headers and the values of the order"},
		}, topicFlags()...),
		Action: func(c *cli.Context) error {
			at, err := positionArgument(c)
			if err != nil {
				return usage(err)
			}
			return run(c, func(ctx context.Context, t *topic.Topic, output string) error {
				return show(ctx, t, at, c.Bool("values"), output, out)
			})
		},
	}
}

func replayCommand(out console.Console) *cli.Command {
	return &cli.Command{
		Name:        "replay",
		Usage:       "Send dead letters back to the topic they came from, or through a pipeline",
		Description: descriptionOfReplay,
		Flags: slices.Concat(filterFlags(), []cli.Flag{
			&cli.BoolFlag{Name: "all", Usage: "replay every open dead letter, if there is no filter"},
			&cli.BoolFlag{Name: "dry-run", Usage: "print what the command would send, and send nothing"},
			&cli.IntFlag{Name: "yes", Value: anyNumber, DefaultText: "ask", Usage: "do not ask, send if exactly `COUNT` dead letters match"},
			&cli.StringFlag{Name: "to-topic", Usage: "send to `TOPIC` instead of the topics that they came from"},
			&cli.StringFlag{Name: "through", Usage: "send to the pipeline of `FILE` instead of a topic"},
			&cli.BoolFlag{Name: "by-key", Usage: "choose the partition by the hash of the key"},
			&cli.BoolFlag{Name: "broker-timestamps", Usage: "also send to a topic with message.timestamp.type=LogAppendTime"},
		}, topicFlags()),
		Action: func(c *cli.Context) error {
			return run(c, func(ctx context.Context, t *topic.Topic, output string) error {
				f, o, err := parseReplay(c, output)
				if err != nil {
					return err
				}
				return replay(ctx, t, f, o, out)
			})
		},
	}
}

// run does what all three commands have in common.
func run(c *cli.Context, work func(ctx context.Context, t *topic.Topic, output string) error) error {
	output := c.String("output")
	switch {
	case output != outputText && output != outputJSON:
		return usage(fmt.Errorf("--output: expected text or json, got %s", console.Visible(output)))
	case c.Args().Present() && c.Command.Name != "show":
		return usage(fmt.Errorf("unexpected argument %s", console.Visible(c.Args().First())))
	}
	t, err := topic.Open(topic.Address{
		Resources: c.String("resources"), Optional: !c.IsSet("resources") && !c.IsSet("label"), Label: c.String("label"),
		Brokers: c.String("brokers"), Topic: c.String("topic"),
	})
	if err != nil {
		return cli.Exit(err, exitError)
	}
	ctx, cancel := context.WithCancelCause(c.Context)
	defer cancel(nil)
	signals, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(signals, func() {
		stop() // a second signal ends the process
		cancel(errInterrupted)
	})
	err = work(ctx, t, output)
	var coded cli.ExitCoder
	if err == nil || errors.As(err, &coded) {
		return err
	}
	return cli.Exit(err, exitError)
}
