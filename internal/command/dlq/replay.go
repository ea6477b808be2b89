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

	"github.com/order-sink/order-sink/internal/command/dlq/target"
	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

// replayOptions are the flags of `replay`, without the filters.
type replayOptions struct {
	toTopic          string // "" for the topic of each origin
	through          string // the file of a pipeline that gets the dead letters instead of a topic
	resources        string // of the pipeline
	byKey            bool
	brokerTimestamps bool
	dryRun           bool
	confirmed        int // dead letters that the user agrees to send, or anyNumber
	output           string
}

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

// replay runs `order-sink dlq replay`.
func replay(ctx context.Context, t *topic.Topic, f filter, o replayOptions, out console.Console) error {
	all, err := collect(ctx, t, f, out)
	if err != nil {
		return err
	}
	if len(all.entries) == 0 {
		return nothing(all.none())
	}
	to, err := targets(ctx, t, all, o, out)
	if err != nil {
		return err
	}
	if o.dryRun {
		return dryRun(ctx, t, all, to, o, out)
	}
	if err := confirm(ctx, t.Name, len(all.entries), to, o, out); err != nil {
		return err
	}
	var r result
	if o.through != "" {
		r, err = through(ctx, t, all, o, out)
	} else {
		r, err = send(ctx, t, all, to, o, out)
	}
	if o.output == outputJSON {
		if err != nil {
			r.Error = err.Error()
		}
		return errors.Join(err, out.Document(r))
	}
	fmt.Fprintf(out.Out, "%d of %s replayed\n", r.Replayed, deadLetters(r.Matched))
	return err
}

// targets returns the topics of the replay, or none for a pipeline. It fails if a dead
// letter cannot be sent there.
func targets(ctx context.Context, t *topic.Topic, all *catalogue, o replayOptions, out console.Console) (target.Topics, error) {
	unknown := slices.IndexFunc(all.entries, func(e entry) bool { return e.source().Topic == "" })
	switch {
	case unknown >= 0 && o.through != "":
		return nil, fmt.Errorf("dead letter %s does not name its origin, so a pipeline could not tell its order from others", all.entries[unknown].Position)
	case unknown >= 0 && o.toTopic == "":
		return nil, fmt.Errorf("dead letter %s does not name its origin: use --to-topic", all.entries[unknown].Position)
	case o.through != "":
		return nil, nil
	}
	to := target.Topics{}
	for _, e := range all.entries {
		to.Add(cmp.Or(o.toTopic, e.source().Topic), e.failedAt, int(e.size))
	}
	if to[t.Name] != nil {
		return nil, fmt.Errorf("%s is the dead letter topic itself", t.Name)
	}
	client, err := t.Client()
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if err := to.Inspect(ctx, client, out.Err); err != nil {
		return nil, err
	}
	return to, to.Check(o.brokerTimestamps, time.Now(), out.Err)
}

// route returns the topic and the partition for a dead letter.
func (o replayOptions) route(d deadletter.Record, to target.Topics) (*target.Topic, int32) {
	t := to[cmp.Or(o.toTopic, d.Source.Topic)]
	return t, t.Partition(d.Kafka, d.Source.Partition, o.byKey || t.Name != d.Source.Topic)
}

// dryRun prints what the replay would send.
func dryRun(ctx context.Context, t *topic.Topic, all *catalogue, to target.Topics, o replayOptions, out console.Console) error {
	each := func(print func(d deadletter.Record, line line, where string) error) error {
		return all.read(ctx, t, &console.Progress{}, func(d deadletter.Record, e entry) error {
			line, where := e.line(), o.through
			if o.through == "" {
				t, partition := o.route(d, to)
				line.To = &positionJSON{Topic: t.Name, Partition: partition}
				where = fmt.Sprintf("%s/%d", t.Name, partition)
			}
			return print(d, line, where)
		})
	}
	if o.output == outputJSON {
		encoder := console.NewEncoder(out.Out)
		return each(func(_ deadletter.Record, line line, _ string) error { return encoder.Encode(line) })
	}
	var err error
	printing := out.Table("LETTER\tFAILED AT\tCODE\tFIELD\tSOURCE\tTIMESTAMP\tTO", func(row func(...any)) {
		err = each(func(d deadletter.Record, line line, where string) error {
			row(line.Name, line.FailedAt, d.Code, d.Field, d.Source, timestamp(d.Timestamp), where)
			return nil
		})
	})
	if err != nil || printing != nil {
		return errors.Join(err, printing)
	}
	fmt.Fprintf(out.Out, "\n%s would be sent; nothing was\n", deadLetters(len(all.entries)))
	return nil
}

// confirm asks the user how many dead letters to send, unless --yes gives the number.
func confirm(ctx context.Context, topic string, n int, to target.Topics, o replayOptions, out console.Console) error {
	switch {
	case o.confirmed == n:
		return nil
	case o.confirmed != anyNumber:
		return fmt.Errorf("the filter matches %s, not %d: nothing was sent", deadLetters(n), o.confirmed)
	case !out.Interactive:
		return usage(fmt.Errorf("there is no terminal to ask on: use --yes %d to send %s, or --dry-run", n, deadLetters(n)))
	}
	var where []string
	if o.through != "" {
		where = []string{"through " + console.Visible(o.through)}
	}
	for _, name := range to.Names() {
		where = append(where, fmt.Sprintf("%d to topic %s", to[name].Count, console.Visible(name)))
	}
	answer, err := out.Ask(ctx, fmt.Sprintf("%s of topic %s: %s.\n"+
		"A sink without a version column stores them over newer rows of the same orders.\n"+
		"Type %d to send: ", deadLetters(n), topic, strings.Join(where, ", "), n))
	if err != nil {
		return fmt.Errorf("asking: %w", err)
	}
	if typed, err := strconv.Atoi(strings.TrimSpace(answer)); err != nil || typed != n {
		return errors.New("not confirmed: nothing was sent")
	}
	return nil
}
