package dlq

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// entry is a chosen letter as it is kept in memory: about 60 bytes.
type entry struct {
	position
	origin   position
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
	marked  map[position]struct{}
}

// collect reads the topic, from its start to its present end, and keeps the
// letters that the filter chooses.
func (c *connection) collect(ctx context.Context, f filter, out console) (*catalogue, error) {
	spans, err := c.spans(ctx)
	if err != nil {
		return nil, err
	}
	f.narrow(spans)
	all := &catalogue{groupOf: map[group]int32{}, topicOf: map[string]int32{}, marked: map[position]struct{}{}}
	bar := out.progress("read", spans)
	defer bar.end()
	err = c.read(ctx, spans, func(record *kgo.Record) error {
		bar.advance()
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

// arrange judges the letters by all marks and sorts them.
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

// find is the entry of a letter.
func (c *catalogue) find(at position) (*entry, bool) {
	i, found := slices.BinarySearchFunc(c.entries, at, func(e entry, at position) int { return e.compare(at) })
	if !found {
		return nil, false
	}
	return &c.entries[i], true
}

// spans are the shortest parts of the topic that have all entries.
func (c *catalogue) spans() map[int32]span {
	spans := map[int32]span{}
	for _, e := range c.entries {
		s, known := spans[e.partition]
		if !known {
			s.from = e.offset
		}
		s.end = e.offset + 1
		spans[e.partition] = s
	}
	return spans
}

func (c *catalogue) origin(e entry) place { return place{c.topics[e.topic], e.origin} }

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
