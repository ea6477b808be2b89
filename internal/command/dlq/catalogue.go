package dlq

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/command/dlq/console"
	"github.com/order-sink/order-sink/internal/command/dlq/topic"
)

// entry is what the catalogue keeps of a dead letter: about 60 bytes.
type entry struct {
	position
	origin   position
	failedAt int64 // Unix milliseconds
	group    int32 // in catalogue.groups
	topic    int32 // of the origin, in catalogue.topics; "" if unknown
	size     int32 // of the record, in bytes
	replayed bool
}

// group is what `list` counts dead letters by.
type group struct{ code, field string }

// catalogue has the chosen dead letters of a topic, by position.
type catalogue struct {
	entries []entry
	groups  []group
	topics  []string
	skipped int // dead letters that match but were replayed

	groupOf map[group]int32
	topicOf map[string]int32
	marked  map[position]struct{}
}

func newCatalogue() *catalogue {
	return &catalogue{groupOf: map[group]int32{}, topicOf: map[string]int32{}, marked: map[position]struct{}{}}
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
		if m, ok := parseMark(record); ok {
			all.marked[m.letter] = struct{}{}
		} else if l := parseLetter(record); f.matches(l) {
			all.add(l)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all.arrange(f.replayed)
	return all, nil
}

func (c *catalogue) add(l letter) {
	size := len(l.record.Key) + len(l.record.Value)
	for _, h := range l.record.Headers {
		size += len(h.Key) + len(h.Value)
	}
	c.entries = append(c.entries, entry{
		position: l.position,
		origin:   l.origin.position,
		failedAt: l.failedAt.UnixMilli(),
		group:    number(&c.groups, c.groupOf, group{l.code, l.field}),
		topic:    number(&c.topics, c.topicOf, l.origin.topic),
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

// arrange applies the marks to the dead letters and sorts these.
func (c *catalogue) arrange(replayed bool) {
	for i := range c.entries {
		_, c.entries[i].replayed = c.marked[c.entries[i].position]
	}
	if !replayed {
		before := len(c.entries)
		c.entries = slices.DeleteFunc(c.entries, func(e entry) bool { return e.replayed })
		c.skipped = before - len(c.entries)
	}
	slices.SortFunc(c.entries, func(a, b entry) int { return a.compare(b.position) })
}

// find returns the entry of a dead letter.
func (c *catalogue) find(at position) (*entry, bool) {
	i, found := slices.BinarySearchFunc(c.entries, at, func(e entry, at position) int { return e.compare(at) })
	if !found {
		return nil, false
	}
	return &c.entries[i], true
}

// spans returns the shortest parts of the topic that have all entries.
func (c *catalogue) spans() topic.Spans {
	spans := topic.Spans{}
	for _, e := range c.entries {
		s, known := spans[e.partition]
		if !known {
			s.From = e.offset
		}
		s.End = e.offset + 1
		spans[e.partition] = s
	}
	return spans
}

// read calls visit with every dead letter of the catalogue that the topic still has.
func (c *catalogue) read(ctx context.Context, t *topic.Topic, bar *console.Progress, visit func(letter, entry) error) error {
	return t.Read(ctx, c.spans(), func(record *kgo.Record) error {
		bar.Advance()
		e, chosen := c.find(position{record.Partition, record.Offset})
		if !chosen {
			return nil
		}
		return visit(parseLetter(record), *e)
	})
}

func (c *catalogue) origin(e entry) place { return place{c.topics[e.topic], e.origin} }

// withoutOrigin returns the first dead letter without an origin, or nil.
func (c *catalogue) withoutOrigin() *entry {
	i := slices.IndexFunc(c.entries, func(e entry) bool { return c.topics[e.topic] == "" })
	if i < 0 {
		return nil
	}
	return &c.entries[i]
}

// none is the error of a command that finds no dead letter.
func (c *catalogue) none() error {
	if c.skipped > 0 {
		return fmt.Errorf("no open dead letter matches; %s replayed before (--replayed includes them)", wereLetters(c.skipped))
	}
	return errNothing
}

func wereLetters(n int) string {
	if n == 1 {
		return "1 that does was"
	}
	return fmt.Sprintf("%d that do were", n)
}

func milliseconds(at int64) string { return time.UnixMilli(at).UTC().Format(timeFormat) }

func letters(n int) string {
	if n == 1 {
		return "1 dead letter"
	}
	return fmt.Sprintf("%d dead letters", n)
}
