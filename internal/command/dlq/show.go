package dlq

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/command/dlq/content"
	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
	"github.com/order-sink/order-sink/plugins/deadletter/headers"
)

// shown is the JSON of `show`.
type shown struct {
	line
	Stage           string           `json:"stage"`
	Message         string           `json:"message"`
	SourceTimestamp string           `json:"source_timestamp"`
	ReplayedFrom    string           `json:"replayed_from,omitempty"`
	Replays         []replayed       `json:"replays"`
	Key             *content.Content `json:"key"` // null: the record has none
	Headers         []headerShown    `json:"headers"`
	Value           *content.Content `json:"value"` // null: a tombstone
}

// replayed is one replay of a dead letter.
type replayed struct {
	At string `json:"at"`
	To string `json:"to"`
}

// headerShown is a header of the producer.
type headerShown struct {
	Name  string           `json:"name"`
	Value *content.Content `json:"value"` // null: Kafka has null headers too
}

// show runs `order-sink dlq show`.
func show(ctx context.Context, t *topic.Topic, at deadletter.Position, values bool, output string, out console.Console) error {
	d, replays, err := fetch(ctx, t, at, out)
	if err != nil {
		return err
	}
	s := newShown(d, replays, values)
	if output == outputJSON {
		err = out.Document(s)
	} else {
		err = s.print(out)
	}
	if err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// fetch reads a dead letter and the marks that follow it.
func fetch(ctx context.Context, t *topic.Topic, at deadletter.Position, out console.Console) (deadletter.Record, []replayed, error) {
	spans, err := t.Spans(ctx)
	if err != nil {
		return deadletter.Record{}, nil, err
	}
	filter{partition: int64(at.Partition), offset: at.Offset}.narrow(spans)
	var found *deadletter.Record
	var itself *deadletter.Mark
	replays := []replayed{}
	bar := out.Progress("read", spans.Offsets())
	defer bar.End()
	err = t.Read(ctx, spans, func(record *kgo.Record) error {
		bar.Advance()
		m, isMark := deadletter.ParseMark(record)
		isFound := deadletter.SourceOf(record).Position == at
		switch {
		case isFound && isMark:
			itself = &m
		case isFound:
			d := deadletter.Parse(record)
			found = &d
		case isMark && m.Of == at:
			replays = append(replays, replayed{m.At, m.To})
		}
		return nil
	})
	switch {
	case err != nil:
		return deadletter.Record{}, nil, err
	case itself != nil:
		return deadletter.Record{}, nil, nothing(fmt.Errorf("%s is not a dead letter: it marks dead letter %s as replayed at %s",
			at, itself.Of, console.Visible(itself.At)))
	case found == nil:
		return deadletter.Record{}, nil, nothing(fmt.Errorf("there is no dead letter %s in topic %s", at, t.Name))
	}
	return *found, replays, nil
}

func newShown(d deadletter.Record, replays []replayed, values bool) shown {
	s := shown{
		line: line{
			Name: d.String(), Partition: d.Partition, Offset: d.Offset,
			FailedAt: d.FailedAt.UTC().Format(headers.TimeFormat), Code: d.Code, Field: d.Field,
			Source: positionOf(d.Source), Replayed: len(replays) > 0,
		},
		Stage: d.Stage, Message: d.Message, Replays: replays, ReplayedFrom: d.ReplayedFrom,
		SourceTimestamp: timestamp(d.Timestamp).String(),
		Key:             content.New(d.Kafka.Key, values),
		Headers:         []headerShown{},
		Value:           content.NewValue(d.Kafka.Value, values),
	}
	for _, h := range d.ProducerHeaders() {
		s.Headers = append(s.Headers, headerShown{h.Key, content.New(h.Value, values)})
	}
	return s
}

func (s shown) print(out console.Console) error {
	rows := [][2]string{
		{"Letter", s.Name},
		{"Source", console.Visible(sourceText(s.Source))},
		{"Source timestamp", s.SourceTimestamp},
		{"Failed at", s.FailedAt},
		{"Stage", console.Visible(s.Stage)},
		{"Code", console.Visible(s.Code)},
		{"Field", console.Visible(s.Field)},
		{"Reason", console.Visible(s.Message)},
	}
	if s.ReplayedFrom != "" {
		rows = append(rows, [2]string{"Replayed from", console.Visible(s.ReplayedFrom)})
	}
	for _, r := range s.Replays {
		rows = append(rows, [2]string{"Replayed", console.Visible(r.At) + " to " + console.Visible(r.To)})
	}
	rows = append(rows, [2]string{"Key", s.Key.Line()})
	for _, h := range s.Headers {
		rows = append(rows, [2]string{"Header", console.Visible(h.Name) + ": " + h.Value.Line()})
	}
	rows = append(rows, [2]string{"Value", s.Value.Block()})
	for _, row := range rows {
		if _, err := fmt.Fprintf(out.Out, "%-17s %s\n", row[0], row[1]); err != nil {
			return err
		}
	}
	return nil
}

func sourceText(p *positionJSON) string {
	if p == nil {
		return ""
	}
	return deadletter.Source{Topic: p.Topic, Position: deadletter.Position{Partition: p.Partition, Offset: *p.Offset}}.String()
}
