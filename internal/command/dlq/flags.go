package dlq

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/plugins/deadletter"
)

func connectionFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: outputText, Usage: "text or json"},
		&cli.StringFlag{Name: "resources", Aliases: []string{"r"}, Value: "config/resources.yaml", Usage: "the `FILE` with the dead letter output"},
		&cli.StringFlag{Name: "label", Value: "dead_letter", Usage: "the output's label in it"},
		&cli.StringFlag{Name: "brokers", Usage: "`ADDRESSES` instead of the output's, with commas between them"},
		&cli.StringFlag{Name: "topic", Usage: "dead letter `TOPIC` instead of the output's"},
	}
}

func filterFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "code", Usage: "refused with this code (may be repeated)"},
		&cli.StringSliceFlag{Name: "field", Usage: "refused for this field (may be repeated)"},
		&cli.StringFlag{Name: "since", Usage: "failed at or after `TIME`, RFC 3339 or ago (24h)"},
		&cli.StringFlag{Name: "until", Usage: "failed before `TIME`"},
		&cli.StringFlag{Name: "order-id", Usage: "of the order `ID`: the record's key or order_id in its payload"},
		&cli.Int64Flag{Name: "partition", Value: anyNumber, DefaultText: "any", Usage: "of the letter itself"},
		&cli.Int64Flag{Name: "offset", Value: anyNumber, DefaultText: "any", Usage: "of the letter itself"},
		&cli.BoolFlag{Name: "replayed", Usage: "letters that were replayed before, too"},
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

// letterArgument reads the one argument of `show`, and the flags behind it,
// which the library would take for further arguments.
func letterArgument(c *cli.Context) (deadletter.Position, error) {
	behind := flag.NewFlagSet(c.Command.Name, flag.ContinueOnError)
	behind.SetOutput(io.Discard)
	canonical := map[string]string{}
	for _, f := range c.Command.Flags {
		if err := f.Apply(behind); err != nil {
			return deadletter.Position{}, err
		}
		for _, name := range f.Names() {
			canonical[name] = f.Names()[0]
		}
	}
	if err := behind.Parse(c.Args().Tail()); err != nil {
		return deadletter.Position{}, err
	}
	if c.NArg() == 0 || behind.NArg() > 0 {
		return deadletter.Position{}, errors.New("expected one letter, PARTITION:OFFSET, as `list --letters` tells it")
	}
	var err error
	behind.Visit(func(f *flag.Flag) { err = errors.Join(err, c.Set(canonical[f.Name], f.Value.String())) })
	if err != nil {
		return deadletter.Position{}, err
	}
	at, valid := deadletter.ParsePosition(c.Args().First())
	if !valid {
		return at, fmt.Errorf("%s names no letter: expected PARTITION:OFFSET, such as 0:5", visible(c.Args().First()))
	}
	return at, nil
}
