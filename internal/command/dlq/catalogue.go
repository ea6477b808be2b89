package dlq

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/deadletter"
)

// entry is a chosen letter as it is kept in memory: about 60 bytes.
type entry struct {
	deadletter.Position
	source   deadletter.Position
	failedAt int64 // Unix milliseconds
	group    int32 // in catalogue.groups
	topic    int32 // of the origin, in catalogue.topics; "" where it is unknown
	size     int32 // of the record, in bytes
	replayed bool
}

// group is what letters are counted by.
type group struct{ code, field string }

// catalogue is the chosen letters of a topic, by position.
type catalogue struct {
	entries []entry
	groups  []group
	topics  []string
	skipped int // letters that would be chosen had they not been replayed

	groupOf map[group]int32
	topicOf map[string]int32
	marked  map[deadletter.Position]struct{}
}

// collect reads the topic, from its start to its present end, and keeps the
// letters that the filter chooses.
func (c *connection) collect(ctx context.Context, f filter, out console) (*catalogue, error) {
	spans, err := c.spans(ctx)
	if err != nil {
		return nil, err
	}
	f.narrow(spans)
	all := &catalogue{groupOf: map[group]int32{}, topicOf: map[string]int32{}, marked: map[deadletter.Position]struct{}{}}
	bar := out.progress("read", spans)
	defer bar.end()
	err = c.read(ctx, spans, func(record *kgo.Record) error {
		bar.advance()
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
		source:   d.Source.Position,
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

// arrange judges the letters by all marks and sorts them.
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

// find is the entry of a letter.
func (c *catalogue) find(at deadletter.Position) (*entry, bool) {
	i, found := slices.BinarySearchFunc(c.entries, at, func(e entry, at deadletter.Position) int { return e.Compare(at) })
	if !found {
		return nil, false
	}
	return &c.entries[i], true
}

// spans are the shortest parts of the topic that have all entries.
func (c *catalogue) spans() map[int32]span {
	spans := map[int32]span{}
	for _, e := range c.entries {
		s, known := spans[e.Partition]
		if !known {
			s.from = e.Offset
		}
		s.end = e.Offset + 1
		spans[e.Partition] = s
	}
	return spans
}

func (c *catalogue) source(e entry) deadletter.Source {
	return deadletter.Source{Topic: c.topics[e.topic], Position: e.source}
}

// withoutOrigin is the first letter that does not say where it came from, or nil.
func (c *catalogue) withoutOrigin() *entry {
	i := slices.IndexFunc(c.entries, func(e entry) bool { return c.topics[e.topic] == "" })
	if i < 0 {
		return nil
	}
	return &c.entries[i]
}

// none is the error of a command that has found no letter to work on.
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
