package dlq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unique"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
	"github.com/order-sink/order-sink/plugins/deadletter/headers"
)

// anyNumber means that the filter has no condition on the partition or the offset.
const anyNumber = -1

// filter chooses dead letters. A zero field, or [anyNumber], is no condition.
type filter struct {
	codes, fields []string
	tables        []string
	since, until  time.Time // failed at since or later, and before until
	orderID       string
	partition     int64
	offset        int64
	replayed      bool // dead letters that were replayed, too
}

func filterFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "code", Usage: "refused with this code (may be repeated)"},
		&cli.StringSliceFlag{Name: "field", Usage: "refused for this field (may be repeated)"},
		&cli.StringSliceFlag{Name: "table", Usage: "of this table, if each record has its own (may be repeated)"},
		&cli.StringFlag{Name: "since", Usage: "failed at or after `TIME`, RFC 3339 or a duration ago (24h)"},
		&cli.StringFlag{Name: "until", Usage: "failed before `TIME`"},
		&cli.StringFlag{Name: "order-id", Usage: "of the order `ID`: the key of the record or order_id in its payload"},
		&cli.Int64Flag{Name: "partition", Value: anyNumber, DefaultText: "any", Usage: "of the dead letter itself"},
		&cli.Int64Flag{Name: "offset", Value: anyNumber, DefaultText: "any", Usage: "of the dead letter itself"},
		&cli.BoolFlag{Name: "replayed", Usage: "include dead letters that were replayed before"},
	}
}

func parseFilter(c *cli.Context) (filter, error) {
	f := filter{
		codes: c.StringSlice("code"), fields: c.StringSlice("field"), orderID: c.String("order-id"),
		tables:    c.StringSlice("table"),
		partition: c.Int64("partition"), offset: c.Int64("offset"), replayed: c.Bool("replayed"),
	}
	now := time.Now()
	var err error
	if f.since, err = parseTime(c.String("since"), now); err != nil {
		return f, usage(fmt.Errorf("--since: %w", err))
	}
	if f.until, err = parseTime(c.String("until"), now); err != nil {
		return f, usage(fmt.Errorf("--until: %w", err))
	}
	return f, nil
}

// restricts reports whether the filter has any condition other than replayed.
func (f filter) restricts() bool {
	return len(f.codes)+len(f.fields)+len(f.tables) > 0 || !f.since.IsZero() || !f.until.IsZero() ||
		f.orderID != "" || f.partition != anyNumber || f.offset != anyNumber
}

// matches reports whether the filter chooses a dead letter, replayed or not.
func (f filter) matches(d deadletter.Record) bool {
	return (f.partition == anyNumber || f.partition == int64(d.Partition)) &&
		(f.offset == anyNumber || f.offset == d.Offset) &&
		(len(f.codes) == 0 || slices.Contains(f.codes, d.Code)) &&
		(len(f.fields) == 0 || slices.Contains(f.fields, d.Field)) &&
		(len(f.tables) == 0 || slices.Contains(f.tables, d.Table)) &&
		(f.since.IsZero() || !d.FailedAt.Before(f.since)) &&
		(f.until.IsZero() || d.FailedAt.Before(f.until)) &&
		(f.orderID == "" || isOrder(d, f.orderID))
}

// narrow removes the partitions and the first offsets that cannot have a chosen dead
// letter. It keeps the offsets after one, because its mark may be there.
func (f filter) narrow(spans topic.Spans) {
	for partition, s := range spans {
		s.From = max(s.From, f.offset)
		spans[partition] = s
		if f.partition != anyNumber && f.partition != int64(partition) || s.From >= s.End {
			delete(spans, partition)
		}
	}
}

// isOrder looks for the id of an order in the key and in the payload of the envelope. In
// a value that is not JSON, such as half an envelope, it looks for the text.
func isOrder(d deadletter.Record, id string) bool {
	if string(d.Kafka.Key) == id {
		return true
	}
	var envelope struct {
		Payload struct {
			OrderID any `json:"order_id"`
		} `json:"payload"`
		OrderID any `json:"order_id"`
	}
	decoder := json.NewDecoder(bytes.NewReader(d.Kafka.Value))
	decoder.UseNumber()
	if err := decoder.Decode(&envelope); err != nil && !json.Valid(d.Kafka.Value) {
		return bytes.Contains(d.Kafka.Value, []byte(id))
	}
	return slices.ContainsFunc([]any{envelope.Payload.OrderID, envelope.OrderID}, func(found any) bool {
		return found != nil && fmt.Sprint(found) == id
	})
}

// parseTime reads a time in RFC 3339, or a duration before now.
func parseTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is not a time: expected a duration such as 24h, or RFC 3339 such as 2026-11-23T04:54:44Z", console.Visible(text))
	}
	return at, nil
}

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
type group struct{ code, field, table string }

func newEntry(d deadletter.Record) entry {
	size := len(d.Kafka.Key) + len(d.Kafka.Value)
	for _, h := range d.Kafka.Headers {
		size += len(h.Key) + len(h.Value)
	}
	// All entries share one copy of each name.
	d.Source.Topic = unique.Make(d.Source.Topic).Value()
	return entry{
		Position: d.Position, source: d.Source, failedAt: d.FailedAt.UnixMilli(),
		group: unique.Make(group{d.Code, d.Field, d.Table}), size: int32(size),
	}
}

// catalogue has the chosen dead letters of a topic, by position.
type catalogue struct {
	entries []entry
	skipped int // dead letters that match but were replayed
}

// tableColumn returns the name of a column for tables, "" when no dead letter has its own.
func (c *catalogue) tableColumn() string {
	if slices.ContainsFunc(c.entries, func(e entry) bool { return e.group.Value().table != "" }) {
		return "TABLE"
	}
	return ""
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
