package dlq

import (
	"context"
	"fmt"
	"slices"
	"time"
	"unique"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
	"github.com/order-sink/order-sink/plugins/deadletter/headers"
)

// entry is a dead letter in the catalogue. It takes 64 bytes.
type entry struct {
	deadletter.Position
	origin   deadletter.Position
	failedAt int64 // Unix milliseconds
	group    unique.Handle[group]
	topic    unique.Handle[string] // of the origin; "" if unknown
	size     int32                 // of the record, in bytes
	replayed bool
}

// group has the dead letters that `list` counts together.
type group struct{ code, field string }

// catalogue has the chosen dead letters of a topic, by position.
type catalogue struct {
	entries []entry
	skipped int // dead letters that match but were replayed
	marked  map[deadletter.Position]struct{}
}

// collect reads the topic from its start to its present end, and returns the dead
// letters that the filter chooses.
func collect(ctx context.Context, t *topic.Topic, f filter, out console.Console) (*catalogue, error) {
	spans, err := t.Spans(ctx)
	if err != nil {
		return nil, err
	}
	f.narrow(spans)
	all := &catalogue{marked: map[deadletter.Position]struct{}{}}
	bar := out.Progress("read", spans.Offsets())
	defer bar.End()
	err = t.Read(ctx, spans, func(record *kgo.Record) error {
		bar.Advance()
		if m, ok := deadletter.ParseMark(record); ok {
			all.marked[m.Of] = struct{}{}
		} else if d := deadletter.Parse(record); f.matches(d) {
			all.add(d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all.arrange(f.replayed)
	return all, nil
}

func (c *catalogue) add(d deadletter.Record) {
	size := len(d.Kafka.Key) + len(d.Kafka.Value)
	for _, h := range d.Kafka.Headers {
		size += len(h.Key) + len(h.Value)
	}
	c.entries = append(c.entries, entry{
		Position: d.Position,
		origin:   d.Source.Position,
		failedAt: d.FailedAt.UnixMilli(),
		group:    unique.Make(group{d.Code, d.Field}),
		topic:    unique.Make(d.Source.Topic),
		size:     int32(size),
	})
}

// arrange applies the marks to the dead letters, and sorts the dead letters.
func (c *catalogue) arrange(replayed bool) {
	for i := range c.entries {
		_, c.entries[i].replayed = c.marked[c.entries[i].Position]
	}
	if !replayed {
		before := len(c.entries)
		c.entries = slices.DeleteFunc(c.entries, func(e entry) bool { return e.replayed })
		c.skipped = before - len(c.entries)
	}
	slices.SortFunc(c.entries, func(a, b entry) int { return a.Compare(b.Position) })
}

// find returns the entry of a dead letter.
func (c *catalogue) find(at deadletter.Position) (*entry, bool) {
	i, found := slices.BinarySearchFunc(c.entries, at, func(e entry, at deadletter.Position) int { return e.Compare(at) })
	if !found {
		return nil, false
	}
	return &c.entries[i], true
}

// spans returns the shortest part of each partition that has all entries.
func (c *catalogue) spans() topic.Spans {
	spans := topic.Spans{}
	for _, e := range c.entries {
		s, known := spans[e.Partition]
		if !known {
			s.From = e.Offset
		}
		s.End = e.Offset + 1
		spans[e.Partition] = s
	}
	return spans
}

// read calls visit with every dead letter of the catalogue that the topic still has.
func (c *catalogue) read(ctx context.Context, t *topic.Topic, bar *console.Progress, visit func(deadletter.Record, entry) error) error {
	return t.Read(ctx, c.spans(), func(record *kgo.Record) error {
		bar.Advance()
		e, chosen := c.find(deadletter.SourceOf(record).Position)
		if !chosen {
			return nil
		}
		return visit(deadletter.Parse(record), *e)
	})
}

// source returns the record that became the dead letter.
func (e entry) source() deadletter.Source {
	return deadletter.Source{Topic: e.topic.Value(), Position: e.origin}
}

// none returns the error of a command that finds no dead letter.
func (c *catalogue) none() error {
	if c.skipped > 0 {
		were := "1 that does was"
		if c.skipped > 1 {
			were = fmt.Sprintf("%d that do were", c.skipped)
		}
		return fmt.Errorf("no open dead letter matches; %s replayed before (--replayed includes them)", were)
	}
	return errNothing
}

func milliseconds(at int64) string { return time.UnixMilli(at).UTC().Format(headers.TimeFormat) }

func deadLetters(n int) string {
	if n == 1 {
		return "1 dead letter"
	}
	return fmt.Sprintf("%d dead letters", n)
}
