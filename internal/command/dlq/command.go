package dlq

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

// The exit codes, for scripts.
const (
	exitError   = 1
	exitUsage   = 2
	exitNothing = 3
)

var errInterrupted = errors.New("interrupted")

// nothing returns err with the exit code of a command that finds no dead letter.
func nothing(err error) error { return cli.Exit(err, exitNothing) }

// usage returns err with the exit code of a usage error.
func usage(err error) error { return cli.Exit(err, exitUsage) }

// help has the descriptions of the commands in `--help`.
//
//go:embed help/*.txt
var help embed.FS

// Command returns the command, for service.CLIOptAddCommand.
func Command() *cli.Command { return newCommand(console.Standard()) }

func newCommand(out console.Console) *cli.Command {
	command := &cli.Command{
		Name:  "dlq",
		Usage: "List, show and replay dead letters",
		Subcommands: []*cli.Command{{
			Name:  "list",
			Usage: "Count the dead letters by code and field, or list them",
			Flags: slices.Concat(filterFlags(), []cli.Flag{
				&cli.BoolFlag{Name: "letters", Usage: "print one line for each dead letter"},
			}, topicFlags()),
			Action: func(c *cli.Context) error { return run(c, out, list) },
		}, {
			Name:      "show",
			Usage:     "Show one dead letter: its origin, the reason, its envelope",
			ArgsUsage: "PARTITION:OFFSET",
			Flags: append([]cli.Flag{
				&cli.BoolFlag{Name: "values", Usage: "show the key, the headers and the values of the order"},
			}, topicFlags()...),
			Action: func(c *cli.Context) error {
				if err := parsePosition(c); err != nil {
					return usage(err)
				}
				return run(c, out, show)
			},
		}, {
			Name:  "replay",
			Usage: "Send dead letters back to the topic they came from, or through a pipeline",
			Flags: slices.Concat(filterFlags(), []cli.Flag{
				&cli.BoolFlag{Name: "all", Usage: "replay every open dead letter, if there is no filter"},
				&cli.BoolFlag{Name: "dry-run", Usage: "print what the command would send, and send nothing"},
				&cli.IntFlag{Name: "yes", Value: anyNumber, DefaultText: "ask", Usage: "do not ask, send if exactly `COUNT` dead letters match"},
				&cli.StringFlag{Name: "to-topic", Usage: "send to `TOPIC` instead of the topics that they came from"},
				&cli.StringFlag{Name: "through", Usage: "send to the pipeline of `FILE` instead of a topic"},
				&cli.BoolFlag{Name: "by-key", Usage: "choose the partition by the hash of the key"},
				&cli.BoolFlag{Name: "broker-timestamps", Usage: "also send to a topic with message.timestamp.type=LogAppendTime"},
			}, topicFlags()),
			Action: func(c *cli.Context) error { return run(c, out, replay) },
		}},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage(fmt.Errorf("there is no command dlq %s: expected list, show or replay", console.Visible(c.Args().First())))
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
	for _, c := range append(command.Subcommands, command) {
		text, _ := help.ReadFile("help/" + c.Name + ".txt") // each command has one
		c.Description = strings.TrimSuffix(string(text), "\n")
		c.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return usage(err) }
	}
	return command
}

func topicFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "text", Usage: "text or json"},
		&cli.StringFlag{Name: "resources", Aliases: []string{"r"}, Value: "config/resources.yaml", Usage: "the `FILE` with the dead letter output"},
		&cli.StringFlag{Name: "label", Value: "dead_letter", Usage: "the label of the output in the file"},
		&cli.StringFlag{Name: "brokers", Usage: "`ADDRESSES` instead of those of the output, with commas between them"},
		&cli.StringFlag{Name: "topic", Usage: "dead letter `TOPIC` instead of that of the output"},
	}
}

// session is the dead letter topic of a command, and the console for its output.
type session struct {
	console.Console
	topic *topic.Topic
	json  bool // print JSON instead of text
}

// run does what all three commands have in common.
func run(c *cli.Context, out console.Console, work func(*cli.Context, session) error) error {
	output := c.String("output")
	switch {
	case output != "text" && output != "json":
		return usage(fmt.Errorf("--output: expected text or json, got %s", console.Visible(output)))
	case c.Args().Present() && c.Command.Name != "show":
		return usage(fmt.Errorf("unexpected argument %s", console.Visible(c.Args().First())))
	}
	a := topic.Address{
		Resources: c.String("resources"), Label: c.String("label"),
		Brokers: c.String("brokers"), Topic: c.String("topic"),
	}
	a.Optional = a.Brokers != "" && a.Topic != "" && !c.IsSet("resources") && !c.IsSet("label")
	t, err := topic.Open(a)
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
	c.Context = ctx
	err = work(c, session{Console: out, topic: t, json: output == "json"})
	if _, coded := errors.AsType[cli.ExitCoder](err); coded || err == nil {
		return err
	}
	return cli.Exit(err, exitError)
}

// parsePosition checks the argument of `show`, and reads the flags after the argument. The
// library would read those flags as more arguments.
func parsePosition(c *cli.Context) (err error) {
	after := flag.NewFlagSet(c.Command.Name, flag.ContinueOnError)
	after.SetOutput(io.Discard)
	canonical := map[string]string{}
	for _, f := range c.Command.Flags {
		err = errors.Join(err, f.Apply(after))
		for _, name := range f.Names() {
			canonical[name] = f.Names()[0]
		}
	}
	if err = errors.Join(err, after.Parse(c.Args().Tail())); err != nil {
		return err
	}
	if c.NArg() == 0 || after.NArg() > 0 {
		return errors.New("expected one dead letter, PARTITION:OFFSET, as `list --letters` prints it")
	}
	after.Visit(func(f *flag.Flag) { err = errors.Join(err, c.Set(canonical[f.Name], f.Value.String())) })
	if _, valid := deadletter.ParsePosition(c.Args().First()); err == nil && !valid {
		return fmt.Errorf("%s is not a position: expected PARTITION:OFFSET, such as 0:5", console.Visible(c.Args().First()))
	}
	return err
}
