package dlq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/command/dlq/target"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

// result is the JSON of `replay`.
type result struct {
	Topic    string `json:"topic"`
	Matched  int    `json:"matched"`
	Replayed int    `json:"replayed"` // sent and marked
	Unmarked int    `json:"unmarked"` // sent but not marked: still open
	Refused  int    `json:"refused"`  // by the broker
	Gone     int    `json:"gone"`     // no longer in the dead letter topic
	Error    string `json:"error,omitempty"`
}

// plan says where a replay sends the chosen dead letters.
type plan struct {
	session
	all *catalogue
	to  target.Topics // none for a pipeline

	toTopic   string // "" for the topic of each origin
	through   string // the file of a pipeline that gets the dead letters instead of a topic
	resources string // of the pipeline
	byKey     bool
}

// replay runs `order-sink dlq replay`.
func replay(c *cli.Context, s session) error {
	f, err := parseFilter(c)
	if err != nil {
		return err
	}
	p := plan{
		session: s, toTopic: c.String("to-topic"), through: c.String("through"),
		resources: c.String("resources"), byKey: c.Bool("by-key"),
	}
	switch {
	case !f.restricts() && !c.Bool("all"):
		return usage(errors.New("expected a filter or --all"))
	case c.IsSet("yes") && c.Int("yes") < 0:
		return usage(errors.New("--yes: expected the number of dead letters"))
	case c.IsSet("through") && (c.IsSet("to-topic") || p.byKey || c.Bool("broker-timestamps")):
		return usage(errors.New("--through sends to no topic: leave out --to-topic, --by-key and --broker-timestamps"))
	}
	if p.all, err = collect(c.Context, s, f); err != nil {
		return err
	}
	if len(p.all.entries) == 0 {
		return p.all.none()
	}
	if err := p.targets(c.Context, c.Bool("broker-timestamps")); err != nil {
		return err
	}
	if c.Bool("dry-run") {
		return p.dryRun(c.Context)
	}
	if err := p.confirm(c.Context, c.Int("yes")); err != nil {
		return err
	}
	r, err := p.run(c.Context)
	if s.json {
		if err != nil {
			r.Error = err.Error()
		}
		return errors.Join(err, s.Document(r))
	}
	fmt.Fprintf(s.Out, "%d of %s replayed\n", r.Replayed, deadLetters(r.Matched))
	return err
}

// targets finds the topics of the replay. It fails if a dead letter cannot be sent there.
func (p *plan) targets(ctx context.Context, brokerTimestamps bool) error {
	unknown := slices.IndexFunc(p.all.entries, func(e entry) bool { return e.source.Topic == "" })
	switch {
	case unknown >= 0 && p.through != "":
		return fmt.Errorf("dead letter %s does not name its origin, so a pipeline could not tell its order from others", p.all.entries[unknown].Position)
	case unknown >= 0 && p.toTopic == "":
		return fmt.Errorf("dead letter %s does not name its origin: use --to-topic", p.all.entries[unknown].Position)
	case p.through != "":
		return nil
	}
	p.to = target.Topics{}
	for _, e := range p.all.entries {
		p.to.Add(cmp.Or(p.toTopic, e.source.Topic), e.failedAt, int(e.size))
	}
	if p.to[p.topic.Name] != nil {
		return fmt.Errorf("%s is the dead letter topic itself", p.topic.Name)
	}
	client, err := p.topic.Client()
	if err != nil {
		return err
	}
	defer client.Close()
	if err := p.to.Inspect(ctx, client, p.Err); err != nil {
		return err
	}
	return p.to.Check(brokerTimestamps, time.Now(), p.Err)
}

// route returns the topic and the partition for a dead letter.
func (p plan) route(d deadletter.Record) (*target.Topic, int32) {
	t := p.to[cmp.Or(p.toTopic, d.Source.Topic)]
	return t, t.Partition(d.Kafka, d.Source.Partition, p.byKey || t.Name != d.Source.Topic)
}

// dryRun prints what the replay would send.
func (p plan) dryRun(ctx context.Context) error {
	var err error
	encode := console.NewEncoder(p.Out).Encode
	silent := p.session
	silent.Watched = false // no progress between the lines
	printAll := func(row func(cells ...any)) {
		_, err = p.all.read(ctx, silent, func(d deadletter.Record, e entry) error {
			line, where := e.line(), p.through
			if p.through == "" {
				to, partition := p.route(d)
				line.To = &positionJSON{Topic: to.Name, Partition: partition}
				where = fmt.Sprintf("%s/%d", to.Name, partition)
			}
			if p.json {
				return encode(line)
			}
			row(line.Name, line.FailedAt, d.Code, d.Field, d.Source, timestamp(d.Timestamp), where)
			return nil
		})
	}
	if p.json {
		printAll(nil)
		return err
	}
	printing := p.Table("LETTER\tFAILED AT\tCODE\tFIELD\tSOURCE\tTIMESTAMP\tTO", printAll)
	if err = errors.Join(err, printing); err == nil {
		fmt.Fprintf(p.Out, "\n%s would be sent; nothing was\n", deadLetters(len(p.all.entries)))
	}
	return err
}

// confirm asks the user how many dead letters to send, unless --yes gives the number.
func (p plan) confirm(ctx context.Context, yes int) error {
	n := len(p.all.entries)
	switch {
	case yes == n:
		return nil
	case yes != anyNumber:
		return fmt.Errorf("the filter matches %s, not %d: nothing was sent", deadLetters(n), yes)
	case !p.Interactive:
		return usage(fmt.Errorf("there is no terminal to ask on: use --yes %d to send %s, or --dry-run", n, deadLetters(n)))
	}
	var where []string
	if p.through != "" {
		where = []string{"through " + console.Visible(p.through)}
	}
	for _, name := range p.to.Names() {
		where = append(where, fmt.Sprintf("%d to topic %s", p.to[name].Count, console.Visible(name)))
	}
	answer, err := p.Ask(ctx, fmt.Sprintf("%s of topic %s: %s.\n"+
		"A sink without a version column stores them over newer rows of the same orders.\n"+
		"Type %d to send: ", deadLetters(n), p.topic.Name, strings.Join(where, ", "), n))
	if err != nil {
		return fmt.Errorf("asking: %w", err)
	}
	if typed, err := strconv.Atoi(strings.TrimSpace(answer)); err != nil || typed != n {
		return errors.New("not confirmed: nothing was sent")
	}
	return nil
}
