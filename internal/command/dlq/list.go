package dlq

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

// groupCount is one line of `list`, as text and as JSON.
type groupCount struct {
	Code      string `json:"code"`
	Field     string `json:"field"`
	Open      int    `json:"open"`
	Replayed  int    `json:"replayed"`
	FirstSeen string `json:"first_seen"`
	LastSeen  string `json:"last_seen"`

	first, last int64 // Unix milliseconds
}

// summary is the JSON of `list`.
type summary struct {
	Topic    string       `json:"topic"`
	Open     int          `json:"open"`
	Replayed int          `json:"replayed"`
	Groups   []groupCount `json:"groups"`
}

// line is the JSON of one dead letter in `list --letters` and `replay --dry-run`. `show`
// has the same fields and more.
type line struct {
	Name      string        `json:"letter"`
	Partition int32         `json:"partition"`
	Offset    int64         `json:"offset"`
	FailedAt  string        `json:"failed_at"`
	Code      string        `json:"code"`
	Field     string        `json:"field"`
	Source    *positionJSON `json:"source"`
	Replayed  bool          `json:"replayed"`
	To        *positionJSON `json:"to,omitempty"`
}

// positionJSON is the position of a record, or a partition if it has no offset.
type positionJSON struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    *int64 `json:"offset,omitempty"`
}

func positionOf(s deadletter.Source) *positionJSON {
	if s.Topic == "" {
		return nil
	}
	return &positionJSON{s.Topic, s.Partition, &s.Offset}
}

func (e entry) line() line {
	g := e.group.Value()
	return line{
		Name: e.String(), Partition: e.Partition, Offset: e.Offset,
		FailedAt: milliseconds(e.failedAt), Code: g.code, Field: g.field,
		Source: positionOf(e.source()), Replayed: e.replayed,
	}
}

// list runs `order-sink dlq list`.
func list(ctx context.Context, t *topic.Topic, f filter, each bool, output string, out console.Console) error {
	all, err := collect(ctx, t, f, out)
	if err != nil {
		return err
	}
	switch {
	case each && output == outputJSON:
		err = all.printLines(out)
	case each && len(all.entries) > 0:
		err = all.printEach(f.replayed, out)
	case output == outputJSON:
		err = out.Document(all.summary(t.Name))
	case len(all.entries) > 0:
		err = all.printGroups(t.Name, f.replayed, out)
	}
	if err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	if len(all.entries) == 0 {
		return nothing(all.none())
	}
	return nil
}

// count counts the dead letters of each group, the most frequent group first.
func (c *catalogue) count() []groupCount {
	counts := map[group]*groupCount{}
	for _, e := range c.entries {
		g := e.group.Value()
		count := counts[g]
		if count == nil {
			count = &groupCount{Code: g.code, Field: g.field, first: e.failedAt, last: e.failedAt}
			counts[g] = count
		}
		if e.replayed {
			count.Replayed++
		} else {
			count.Open++
		}
		count.first, count.last = min(count.first, e.failedAt), max(count.last, e.failedAt)
	}
	sorted := make([]groupCount, 0, len(counts))
	for _, count := range counts {
		count.FirstSeen, count.LastSeen = milliseconds(count.first), milliseconds(count.last)
		sorted = append(sorted, *count)
	}
	slices.SortFunc(sorted, func(a, b groupCount) int {
		return cmp.Or(cmp.Compare(b.Open, a.Open), cmp.Compare(b.Replayed, a.Replayed),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Field, b.Field))
	})
	return sorted
}

func (c *catalogue) summary(topic string) summary {
	s := summary{Topic: topic, Groups: c.count(), Replayed: c.skipped}
	for _, g := range s.Groups {
		s.Open += g.Open
		s.Replayed += g.Replayed
	}
	return s
}

// printGroups writes a table of the groups.
func (c *catalogue) printGroups(topic string, replayed bool, out console.Console) error {
	total := c.summary(topic)
	header := "OPEN\tCODE\tFIELD\tFIRST SEEN\tLAST SEEN"
	if replayed {
		header = "OPEN\tREPLAYED\tCODE\tFIELD\tFIRST SEEN\tLAST SEEN"
	}
	err := out.Table(header, func(row func(...any)) {
		for _, g := range total.Groups {
			cells := []any{g.Open}
			if replayed {
				cells = append(cells, g.Replayed)
			}
			row(append(cells, g.Code, g.Field, g.FirstSeen, g.LastSeen)...)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out.Out, "\n%d open in topic %s", total.Open, topic)
	if total.Replayed > 0 {
		fmt.Fprintf(out.Out, ", %d replayed before", total.Replayed)
	}
	_, err = fmt.Fprintln(out.Out)
	return err
}

// printEach writes a table of the dead letters.
func (c *catalogue) printEach(replayed bool, out console.Console) error {
	header := "LETTER\tFAILED AT\tCODE\tFIELD\tSOURCE"
	if replayed {
		header += "\tREPLAYED"
	}
	return out.Table(header, func(row func(...any)) {
		for _, e := range c.entries {
			line := e.line()
			cells := []any{line.Name, line.FailedAt, line.Code, line.Field, e.source()}
			if replayed {
				cells = append(cells, map[bool]string{true: "yes", false: "no"}[e.replayed])
			}
			row(cells...)
		}
	})
}

// printLines writes one JSON object for each line.
func (c *catalogue) printLines(out console.Console) error {
	writer := bufio.NewWriter(out.Out)
	encoder := console.NewEncoder(writer)
	for _, e := range c.entries {
		if err := encoder.Encode(e.line()); err != nil {
			return err
		}
	}
	return writer.Flush()
}
