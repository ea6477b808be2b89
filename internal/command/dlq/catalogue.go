package dlq

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/command/dlq/console"
	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

// entry is a dead letter in the catalogue. It takes about 60 bytes.
type entry struct {
	deadletter.Position
	origin   deadletter.Position
	failedAt int64 // Unix milliseconds
	group    int32 // in catalogue.groups
	topic    int32 // of the origin, in catalogue.topics; "" if unknown
	size     int32 // of the record, in bytes
	replayed bool
}

// group has the dead letters that `list` counts together.
type group struct{ code, field string }

// catalogue has the chosen dead letters of a topic, by position.
type catalogue struct {
	entries []entry
	groups  []group
	topics  []string
	skipped int // dead letters that match but were replayed

	groupOf map[group]int32
	topicOf map[string]int32
	marked  map[deadletter.Position]struct{}
}

func newCatalogue() *catalogue {
	return &catalogue{groupOf: map[group]int32{}, topicOf: map[string]int32{}, marked: map[deadletter.Position]struct{}{}}
}

// collect reads the topic from its start to its present end, and returns the dead
// letters that the filter chooses.
func collect(ctx context.Context, t *topic.Topic, f filter, out console.Console) (*catalogue, error) {
	spans, err := t.Spans(ctx)
	if err != nil {
		return nil, err
	}
	f.narrow(spans)
	all := newCatalogue()
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
		group:    number(&c.groups, c.groupOf, group{d.Code, d.Field}),
		topic:    number(&c.topics, c.topicOf, d.Source.Topic),
		size:     int32(size),
	})
}

// number gives each distinct value an index.
func number[T comparable](values *[]T, index map[T]int32, value T) int32 {
	i, known := index[value]
	if !known {
		i = int32(len(*values))
		index[value] = i
		*values = append(*values, value)
	}
	return i
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

// origin returns the record that became the dead letter of an entry.
func (c *catalogue) origin(e entry) deadletter.Source {
	return deadletter.Source{Topic: c.topics[e.topic], Position: e.origin}
}

// withoutOrigin returns the first dead letter without an origin, or nil.
func (c *catalogue) withoutOrigin() *entry {
	i := slices.IndexFunc(c.entries, func(e entry) bool { return c.topics[e.topic] == "" })
	if i < 0 {
		return nil
	}
	return &c.entries[i]
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

func milliseconds(at int64) string { return time.UnixMilli(at).UTC().Format(timeFormat) }

func deadLetters(n int) string {
	if n == 1 {
		return "1 dead letter"
	}
	return fmt.Sprintf("%d dead letters", n)
}
