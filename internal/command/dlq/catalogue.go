package dlq

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unique"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/plugins/deadletter"
	"github.com/order-sink/order-sink/plugins/deadletter/headers"
)

// entry is a dead letter in the catalogue. It takes 72 bytes.
type entry struct {
	deadletter.Position
	source   deadletter.Source
	failedAt int64 // Unix milliseconds
	group    unique.Handle[group]
	size     int32 // of the record, in bytes
	replayed bool
}

// group has the dead letters that `list` counts together.
type group struct{ code, field string }

func newEntry(d deadletter.Record) entry {
	size := len(d.Kafka.Key) + len(d.Kafka.Value)
	for _, h := range d.Kafka.Headers {
		size += len(h.Key) + len(h.Value)
	}
	// All entries share one copy of each name.
	d.Source.Topic = unique.Make(d.Source.Topic).Value()
	return entry{
		Position: d.Position, source: d.Source, failedAt: d.FailedAt.UnixMilli(),
		group: unique.Make(group{d.Code, d.Field}), size: int32(size),
	}
}

// catalogue has the chosen dead letters of a topic, by position.
type catalogue struct {
	entries []entry
	skipped int // dead letters that match but were replayed
}

// collect reads the topic from its start to its present end, and returns the dead
// letters that the filter chooses.
func collect(ctx context.Context, s session, f filter) (*catalogue, error) {
	c := &catalogue{}
	marked := map[deadletter.Position]bool{}
	if err := s.scan(ctx, f, func(record *kgo.Record) {
		if m, ok := deadletter.ParseMark(record); ok {
			marked[m.Of] = true
		} else if d := deadletter.Parse(record); f.matches(d) {
			c.entries = append(c.entries, newEntry(d))
		}
	}); err != nil {
		return nil, err
	}
	for i, e := range c.entries {
		c.entries[i].replayed = marked[e.Position]
	}
	if !f.replayed {
		before := len(c.entries)
		c.entries = slices.DeleteFunc(c.entries, func(e entry) bool { return e.replayed })
		c.skipped = before - len(c.entries)
	}
	slices.SortFunc(c.entries, func(a, b entry) int { return a.Compare(b.Position) })
	return c, nil
}

// scan calls visit with every record of the topic that the filter needs.
func (s session) scan(ctx context.Context, f filter, visit func(*kgo.Record)) error {
	spans, err := s.topic.Spans(ctx)
	if err != nil {
		return err
	}
	f.narrow(spans)
	advance, end := s.Progress("read", spans.Offsets())
	defer end()
	return s.topic.Read(ctx, spans, func(record *kgo.Record) error {
		advance()
		visit(record)
		return nil
	})
}

// read calls visit with every dead letter of the catalogue that the topic still has, and
// counts them.
func (c *catalogue) read(ctx context.Context, s session, visit func(deadletter.Record, entry) error) (n int, err error) {
	// The shortest part of each partition that has all entries.
	spans := topic.Spans{}
	for _, e := range c.entries {
		span, known := spans[e.Partition]
		if !known {
			span.From = e.Offset
		}
		span.End = e.Offset + 1
		spans[e.Partition] = span
	}
	advance, end := s.Progress("replayed", spans.Offsets())
	defer end()
	err = s.topic.Read(ctx, spans, func(record *kgo.Record) error {
		advance()
		i, chosen := slices.BinarySearchFunc(c.entries, deadletter.SourceOf(record).Position,
			func(e entry, at deadletter.Position) int { return e.Compare(at) })
		if !chosen {
			return nil
		}
		n++
		return visit(deadletter.Parse(record), c.entries[i])
	})
	return n, err
}

// none returns the error of a command that finds no dead letter.
func (c *catalogue) none() error {
	if c.skipped == 0 {
		return nothing(errors.New("no dead letter matches"))
	}
	were := "1 that does was"
	if c.skipped > 1 {
		were = fmt.Sprintf("%d that do were", c.skipped)
	}
	return nothing(fmt.Errorf("no open dead letter matches; %s replayed before (--replayed includes them)", were))
}

func milliseconds(at int64) string { return time.UnixMilli(at).UTC().Format(headers.TimeFormat) }

func deadLetters(n int) string {
	if n == 1 {
		return "1 dead letter"
	}
	return fmt.Sprintf("%d dead letters", n)
}
