package dlq

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/deadletter"
)

// replayOptions are what `replay` takes beside the filters.
type replayOptions struct {
	toTopic          string // "" for each letter's own
	through          string // a pipeline's file, instead of a topic
	resources        string // that it uses
	byKey            bool
	brokerTimestamps bool
	dryRun           bool
	confirmed        int // letters that were agreed to, or anyNumber
	output           string
}

// result is the JSON of `replay`.
type result struct {
	Topic    string `json:"topic"`
	Matched  int    `json:"matched"`
	Replayed int    `json:"replayed"` // sent and marked
	Unmarked int    `json:"unmarked"` // sent and not marked: open still
	Refused  int    `json:"refused"`  // by the broker
	Gone     int    `json:"gone"`     // no longer in the dead letter topic
	Error    string `json:"error,omitempty"`
}

// replay is `order-sink dlq replay`.
func replay(ctx context.Context, c *connection, f filter, o replayOptions, out console) error {
	all, err := c.collect(ctx, f, out)
	if err != nil {
		return err
	}
	if len(all.entries) == 0 {
		return nothing(all.none())
	}
	var to targets // none for a pipeline
	if o.through != "" {
		if e := all.withoutOrigin(); e != nil {
			return fmt.Errorf("letter %s does not say where it came from: a pipeline could not tell it from others", e.Position)
		}
	} else {
		if to, err = c.plan(ctx, all, o.toTopic, out); err != nil {
			return err
		}
		if err := to.check(o.brokerTimestamps, time.Now(), out); err != nil {
			return err
		}
	}
	if o.dryRun {
		return c.rehearse(ctx, all, to, o, out)
	}
	if err := confirm(ctx, c.topic, all, to, o, out); err != nil {
		return err
	}
	var r result
	if o.through != "" {
		r, err = c.through(ctx, all, o.through, o.resources, out)
	} else {
		r, err = c.send(ctx, all, to, o, out)
	}
	if o.output == outputJSON {
		if err != nil {
			r.Error = err.Error()
		}
		return errors.Join(err, out.document(r))
	}
	fmt.Fprintf(out.out, "%d of %s replayed\n", r.Replayed, letters(r.Matched))
	return err
}

// rehearse prints what would be sent where.
func (c *connection) rehearse(ctx context.Context, all *catalogue, to targets, o replayOptions, out console) error {
	encoder := newEncoder(out.out)
	visit := func(line func(string, ...any)) error {
		return c.read(ctx, all.spans(), func(record *kgo.Record) error {
			e, chosen := all.find(deadletter.SourceOf(record).Position)
			if !chosen {
				return nil
			}
			d := deadletter.Parse(record)
			text, where := all.line(*e), o.through
			if o.through == "" {
				t := to.of(d, o)
				text.To = &placeJSON{Topic: t.topic, Partition: t.partition(d, o.byKey)}
				where = fmt.Sprintf("%s/%d", t.topic, text.To.Partition)
			}
			if o.output == outputJSON {
				return encoder.Encode(text)
			}
			line("%s\t%s\t%s\t%s\t%s\t%s\t%s", d.Position, milliseconds(e.failedAt), visible(d.Code), visible(d.Field),
				visible(d.Source.String()), timestamp(d.Timestamp), visible(where))
			return nil
		})
	}
	if o.output == outputJSON {
		return visit(nil)
	}
	var err error
	if printing := out.table("LETTER\tFAILED AT\tCODE\tFIELD\tSOURCE\tTIMESTAMP\tTO", func(line func(string, ...any)) {
		err = visit(line)
	}); err != nil || printing != nil {
		return errors.Join(err, printing)
	}
	fmt.Fprintf(out.out, "\n%s would be sent; nothing was\n", letters(len(all.entries)))
	return nil
}

// of is where a letter goes; plan has seen every letter of the catalogue.
func (to targets) of(d deadletter.Record, o replayOptions) *target {
	if o.toTopic != "" {
		return to[o.toTopic]
	}
	return to[d.Source.Topic]
}

// confirm has somebody say how many letters he means to send.
func confirm(ctx context.Context, topic string, all *catalogue, to targets, o replayOptions, out console) error {
	n := len(all.entries)
	switch {
	case o.confirmed == n:
		return nil
	case o.confirmed != anyNumber:
		return fmt.Errorf("%s match, not %d: nothing was sent", letters(n), o.confirmed)
	case !out.interactive:
		return usage(fmt.Errorf("nobody can be asked here: use --yes %d to send %s, or --dry-run", n, letters(n)))
	}
	where := []string{"through " + visible(o.through)}
	if o.through == "" {
		where = nil
	}
	for _, name := range to.names() {
		where = append(where, fmt.Sprintf("%d to topic %s", to[name].letters, visible(name)))
	}
	answer, err := out.ask(ctx, fmt.Sprintf("%s of topic %s: %s.\nA sink without a version column stores them over newer rows of the same orders.\nType %d to send: ",
		letters(n), topic, strings.Join(where, ", "), n))
	if err != nil {
		return fmt.Errorf("asking: %w", err)
	}
	if typed, err := strconv.Atoi(strings.TrimSpace(answer)); err != nil || typed != n {
		return errors.New("not confirmed: nothing was sent")
	}
	return nil
}
