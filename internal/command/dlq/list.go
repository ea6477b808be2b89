package dlq

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"unique"

	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/console"
)

// groupCount is one line of `list`, as text and as JSON.
type groupCount struct {
	Code        string `json:"code"`
	Field       string `json:"field"`
	Table       string `json:"table,omitempty"`
	Open        int    `json:"open"`
	Replayed    int    `json:"replayed"`
	FirstSeen   string `json:"first_seen"`
	LastSeen    string `json:"last_seen"`
	first, last int64  // Unix milliseconds
}

// summary is the JSON of `list`.
type summary struct {
	Topic    string        `json:"topic"`
	Open     int           `json:"open"`
	Replayed int           `json:"replayed"`
	Groups   []*groupCount `json:"groups"`
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
	Table     string        `json:"table,omitempty"`
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

func (e entry) line() line {
	l := line{
		Name: e.String(), Partition: e.Partition, Offset: e.Offset, FailedAt: milliseconds(e.failedAt),
		Code: e.group.Value().code, Field: e.group.Value().field, Table: e.group.Value().table, Replayed: e.replayed,
	}
	if e.source.Topic != "" {
		l.Source = &positionJSON{e.source.Topic, e.source.Partition, &e.source.Offset}
	}
	return l
}

// list runs `order-sink dlq list`.
func list(c *cli.Context, s session) error {
	f, err := parseFilter(c)
	if err != nil {
		return err
	}
	all, err := collect(c.Context, s, f)
	if err != nil {
		return err
	}
	replayedColumn := map[bool]string{true: "REPLAYED"}[f.replayed]
	each := c.Bool("letters")
	switch {
	case each && s.json:
		buffered := bufio.NewWriter(s.Out) // not one write for each dead letter
		encode := console.NewEncoder(buffered).Encode
		for _, e := range all.entries {
			err = cmp.Or(err, encode(e.line()))
		}
		err = cmp.Or(err, buffered.Flush())
	case s.json:
		err = s.Document(all.summary(s.topic.Name))
	case len(all.entries) == 0:
	case each:
		err = s.Table("LETTER\tFAILED AT\tCODE\tFIELD\tSOURCE\t"+replayedColumn+"\t"+all.tableColumn(), func(row func(...any)) {
			for _, e := range all.entries {
				yes := map[bool]string{true: "yes", false: "no"}[e.replayed]
				row(e.Position, milliseconds(e.failedAt), e.group.Value().code, e.group.Value().field, e.source, yes, e.group.Value().table)
			}
		})
	default:
		err = all.summary(s.topic.Name).print(replayedColumn, all.tableColumn(), s.Console)
	}
	if err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	if len(all.entries) == 0 {
		return all.none()
	}
	return nil
}

// summary counts the dead letters of each group, the most frequent group first.
func (c *catalogue) summary(topic string) summary {
	s := summary{Topic: topic, Replayed: c.skipped, Groups: []*groupCount{}}
	counts := map[unique.Handle[group]]*groupCount{}
	for _, e := range c.entries {
		count := counts[e.group]
		if count == nil {
			g := e.group.Value()
			count = &groupCount{Code: g.code, Field: g.field, Table: g.table, first: e.failedAt, last: e.failedAt}
			counts[e.group] = count
			s.Groups = append(s.Groups, count)
		}
		if e.replayed {
			count.Replayed++
			s.Replayed++
		} else {
			count.Open++
			s.Open++
		}
		count.first, count.last = min(count.first, e.failedAt), max(count.last, e.failedAt)
	}
	for _, g := range s.Groups {
		g.FirstSeen, g.LastSeen = milliseconds(g.first), milliseconds(g.last)
	}
	slices.SortFunc(s.Groups, func(a, b *groupCount) int {
		return cmp.Or(cmp.Compare(b.Open, a.Open), cmp.Compare(b.Replayed, a.Replayed),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Table, b.Table))
	})
	return s
}

// print writes a table of the groups.
func (s summary) print(replayedColumn, tableColumn string, out console.Console) error {
	if err := out.Table("OPEN\t"+replayedColumn+"\tCODE\tFIELD\tFIRST SEEN\tLAST SEEN\t"+tableColumn, func(row func(...any)) {
		for _, g := range s.Groups {
			row(g.Open, g.Replayed, g.Code, g.Field, g.FirstSeen, g.LastSeen, g.Table)
		}
	}); err != nil {
		return err
	}
	before := ""
	if s.Replayed > 0 {
		before = fmt.Sprintf(", %d replayed before", s.Replayed)
	}
	_, err := fmt.Fprintf(out.Out, "\n%d open in topic %s%s\n", s.Open, s.Topic, before)
	return err
}
