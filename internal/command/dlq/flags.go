package dlq

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

// The two values of --output.
const (
	outputText = "text"
	outputJSON = "json"
)

func topicFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: outputText, Usage: "text or json"},
		&cli.StringFlag{Name: "resources", Aliases: []string{"r"}, Value: "config/resources.yaml", Usage: "the `FILE` with the dead letter output"},
		&cli.StringFlag{Name: "label", Value: "dead_letter", Usage: "the label of the output in the file"},
		&cli.StringFlag{Name: "brokers", Usage: "`ADDRESSES` instead of those of the output, with commas between them"},
		&cli.StringFlag{Name: "topic", Usage: "dead letter `TOPIC` instead of that of the output"},
	}
}

func filterFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "code", Usage: "refused with this code (may be repeated)"},
		&cli.StringSliceFlag{Name: "field", Usage: "refused for this field (may be repeated)"},
		&cli.StringFlag{Name: "since", Usage: "failed at or after `TIME`, RFC 3339 or a duration ago (24h)"},
		&cli.StringFlag{Name: "until", Usage: "failed before `TIME`"},
		&cli.StringFlag{Name: "order-id", Usage: "of the order `ID`: the key of the record or order_id in its payload"},
		&cli.Int64Flag{Name: "partition", Value: anyNumber, DefaultText: "any", Usage: "of the dead letter itself"},
		&cli.Int64Flag{Name: "offset", Value: anyNumber, DefaultText: "any", Usage: "of the dead letter itself"},
		&cli.BoolFlag{Name: "replayed", Usage: "include dead letters that were replayed before"},
	}
}

func parseFilter(c *cli.Context) (filter, error) {
	f := filter{
		codes: c.StringSlice("code"), fields: c.StringSlice("field"), orderID: c.String("order-id"),
		partition: c.Int64("partition"), offset: c.Int64("offset"), replayed: c.Bool("replayed"),
	}
	now := time.Now()
	var err error
	if f.since, err = parseTime(c.String("since"), now); err != nil {
		return f, usage(fmt.Errorf("--since: %w", err))
	}
	if f.until, err = parseTime(c.String("until"), now); err != nil {
		return f, usage(fmt.Errorf("--until: %w", err))
	}
	return f, nil
}

func parseReplay(c *cli.Context, output string) (filter, replayOptions, error) {
	o := replayOptions{
		toTopic: c.String("to-topic"), through: c.String("through"), resources: c.String("resources"), output: output,
		byKey: c.Bool("by-key"), brokerTimestamps: c.Bool("broker-timestamps"), dryRun: c.Bool("dry-run"), confirmed: c.Int("yes"),
	}
	f, err := parseFilter(c)
	switch {
	case err != nil:
	case !f.restricts() && !c.Bool("all"):
		err = usage(errors.New("expected a filter or --all"))
	case c.IsSet("yes") && o.confirmed < 0:
		err = usage(errors.New("--yes: expected the number of dead letters"))
	case c.IsSet("through") && (c.IsSet("to-topic") || o.byKey || o.brokerTimestamps):
		err = usage(errors.New("--through sends to no topic: leave out --to-topic, --by-key and --broker-timestamps"))
	}
	return f, o, err
}

// positionArgument reads the argument of `show`, and the flags after the argument. The
// library would read those flags as more arguments.
func positionArgument(c *cli.Context) (deadletter.Position, error) {
	after := flag.NewFlagSet(c.Command.Name, flag.ContinueOnError)
	after.SetOutput(io.Discard)
	canonical := map[string]string{}
	for _, f := range c.Command.Flags {
		if err := f.Apply(after); err != nil {
			return deadletter.Position{}, err
		}
		for _, name := range f.Names() {
			canonical[name] = f.Names()[0]
		}
	}
	if err := after.Parse(c.Args().Tail()); err != nil {
		return deadletter.Position{}, err
	}
	if c.NArg() == 0 || after.NArg() > 0 {
		return deadletter.Position{}, errors.New("expected one dead letter, PARTITION:OFFSET, as `list --letters` prints it")
	}
	var err error
	after.Visit(func(f *flag.Flag) { err = errors.Join(err, c.Set(canonical[f.Name], f.Value.String())) })
	if err != nil {
		return deadletter.Position{}, err
	}
	at, valid := deadletter.ParsePosition(c.Args().First())
	if !valid {
		return at, fmt.Errorf("%s is not a position: expected PARTITION:OFFSET, such as 0:5", console.Visible(c.Args().First()))
	}
	return at, nil
}
