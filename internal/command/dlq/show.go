package dlq

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/command/dlq/content"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
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
func show(c *cli.Context, s session) error {
	at, _ := deadletter.ParsePosition(c.Args().First()) // it is valid
	values := c.Bool("values")
	d, replays, err := fetch(c.Context, s, at)
	if err != nil {
		return err
	}
	e := newEntry(d)
	e.replayed = len(replays) > 0
	document := shown{
		line: e.line(), Stage: d.Stage, Message: d.Message, Replays: replays, ReplayedFrom: d.ReplayedFrom,
		SourceTimestamp: timestamp(d.Timestamp).String(), Headers: []headerShown{},
		Key: content.New(d.Kafka.Key, values), Value: content.NewValue(d.Kafka.Value, values),
	}
	for _, h := range d.ProducerHeaders() {
		document.Headers = append(document.Headers, headerShown{h.Key, content.New(h.Value, values)})
	}
	if s.json {
		err = s.Document(document)
	} else {
		err = document.print(s.Out)
	}
	if err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// fetch reads a dead letter and the marks that follow it.
func fetch(ctx context.Context, s session, at deadletter.Position) (d deadletter.Record, replays []replayed, err error) {
	replays = []replayed{}
	var marks error // the position has a mark
	err = s.scan(ctx, filter{partition: int64(at.Partition), offset: at.Offset}, func(record *kgo.Record) {
		m, isMark := deadletter.ParseMark(record)
		isFound := deadletter.SourceOf(record).Position == at
		switch {
		case isFound && isMark:
			marks = nothing(fmt.Errorf("%s is not a dead letter: it marks dead letter %s as replayed at %s",
				at, m.Of, console.Visible(m.At)))
		case isFound:
			d = deadletter.Parse(record)
		case isMark && m.Of == at:
			replays = append(replays, replayed{m.At, m.To})
		}
	})
	if err = cmp.Or(err, marks); err == nil && d.Kafka == nil {
		err = nothing(fmt.Errorf("there is no dead letter %s in topic %s", at, s.topic.Name))
	}
	return d, replays, err
}

func (s shown) print(out io.Writer) error {
	source := ""
	if s.Source != nil {
		source = fmt.Sprintf("%s/%d/%d", s.Source.Topic, s.Source.Partition, *s.Source.Offset)
	}
	rows := [][2]string{
		{"Letter", s.Name}, {"Source", source}, {"Source timestamp", s.SourceTimestamp}, {"Failed at", s.FailedAt},
		{"Stage", s.Stage}, {"Code", s.Code}, {"Field", s.Field}, {"Reason", s.Message},
	}
	if s.Table != "" {
		rows = append(rows, [2]string{"Table", s.Table})
	}
	if s.ReplayedFrom != "" {
		rows = append(rows, [2]string{"Replayed from", s.ReplayedFrom})
	}
	for _, r := range s.Replays {
		rows = append(rows, [2]string{"Replayed", console.Visible(r.At) + " to " + console.Visible(r.To)})
	}
	rows = append(rows, [2]string{"Key", s.Key.Line()})
	for _, h := range s.Headers {
		rows = append(rows, [2]string{"Header", console.Visible(h.Name) + ": " + h.Value.Line()})
	}
	for _, row := range rows {
		if _, err := fmt.Fprintf(out, "%-17s %s\n", row[0], console.Visible(row[1])); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "%-17s %s\n", "Value", s.Value.Block())
	return err
}
