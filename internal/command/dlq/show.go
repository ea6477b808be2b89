package dlq

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/deadletter"
)

// shown is the JSON of `show`.
type shown struct {
	letterLine
	Stage           string        `json:"stage"`
	Message         string        `json:"message"`
	SourceTimestamp string        `json:"source_timestamp"`
	ReplayedFrom    string        `json:"replayed_from,omitempty"`
	Replays         []replayed    `json:"replays"`
	Key             *content      `json:"key"` // null: the record has none
	Headers         []headerShown `json:"headers"`
	Value           *content      `json:"value"` // null: a tombstone
}

// replayed is one replay of a letter.
type replayed struct {
	At string `json:"at"`
	To string `json:"to"`
}

// headerShown is one of the producer's headers.
type headerShown struct {
	Name  string   `json:"name"`
	Value *content `json:"value"` // null: Kafka has null headers too
}

// content is some bytes as far as they may be seen.
type content struct {
	Bytes  int             `json:"bytes"`
	JSON   json.RawMessage `json:"json,omitempty"`   // masked, unless values are asked for
	Text   *string         `json:"text,omitempty"`   // only if values are asked for
	Base64 *string         `json:"base64,omitempty"` // only if values are asked for

	raw []byte // what Text and Base64 are of
}

// show is `order-sink dlq show`.
func show(ctx context.Context, c *connection, at deadletter.Position, values bool, output string, out console) error {
	d, replays, err := c.fetch(ctx, at, out)
	if err != nil {
		return err
	}
	s := newShown(d, replays, values)
	if output == outputJSON {
		err = out.document(s)
	} else {
		err = s.print(out)
	}
	if err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// fetch reads a letter, and its marks from behind it.
func (c *connection) fetch(ctx context.Context, at deadletter.Position, out console) (deadletter.Record, []replayed, error) {
	spans, err := c.spans(ctx)
	if err != nil {
		return deadletter.Record{}, nil, err
	}
	filter{partition: int64(at.Partition), offset: at.Offset}.narrow(spans)
	var found *deadletter.Record
	var itself *deadletter.Mark
	replays := []replayed{}
	bar := out.progress("read", spans)
	defer bar.end()
	err = c.read(ctx, spans, func(record *kgo.Record) error {
		bar.advance()
		m, isMark := deadletter.ParseMark(record)
		switch here := deadletter.SourceOf(record).Position == at; {
		case here && isMark:
			itself = &m
		case here:
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
		return deadletter.Record{}, nil, nothing(fmt.Errorf("%s is no letter: it marks letter %s as replayed at %s", at, itself.Of, visible(itself.At)))
	case found == nil:
		return deadletter.Record{}, nil, nothing(fmt.Errorf("there is no letter %s in topic %s", at, c.topic))
	}
	return *found, replays, nil
}

func newShown(d deadletter.Record, replays []replayed, values bool) shown {
	s := shown{
		letterLine: letterLine{
			Letter: d.String(), Partition: d.Partition, Offset: d.Offset,
			FailedAt: d.FailedAt.UTC().Format(timeFormat), Code: d.Code, Field: d.Field,
			Source: newPlace(d.Source), Replayed: len(replays) > 0,
		},
		Stage: d.Stage, Message: d.Message, Replays: replays, ReplayedFrom: d.ReplayedFrom,
		SourceTimestamp: timestamp(d.Timestamp).String(),
		Key:             newContent(d.Kafka.Key, values),
		Headers:         []headerShown{},
		Value:           newContent(d.Kafka.Value, values),
	}
	for _, h := range d.ProducerHeaders() {
		s.Headers = append(s.Headers, headerShown{h.Key, newContent(h.Value, values)})
	}
	if s.Value != nil && json.Valid(d.Kafka.Value) {
		s.Value.JSON, s.Value.Text, s.Value.Base64 = d.Kafka.Value, nil, nil
		if !values {
			s.Value.JSON = mask(d.Kafka.Value)
		}
	}
	return s
}

func newContent(raw []byte, values bool) *content {
	if raw == nil {
		return nil
	}
	c := &content{Bytes: len(raw)}
	switch {
	case !values:
	case utf8.Valid(raw):
		text := string(raw)
		c.Text, c.raw = &text, raw
	default:
		text := base64.StdEncoding.EncodeToString(raw)
		c.Base64, c.raw = &text, raw
	}
	return c
}

func (s shown) print(out console) error {
	rows := [][2]string{
		{"Letter", s.Letter},
		{"Source", visible(sourceText(s.Source))},
		{"Source timestamp", s.SourceTimestamp},
		{"Failed at", s.FailedAt},
		{"Stage", visible(s.Stage)},
		{"Code", visible(s.Code)},
		{"Field", visible(s.Field)},
		{"Reason", visible(s.Message)},
	}
	if s.ReplayedFrom != "" {
		rows = append(rows, [2]string{"Replayed from", visible(s.ReplayedFrom)})
	}
	for _, r := range s.Replays {
		rows = append(rows, [2]string{"Replayed", visible(r.At) + " to " + visible(r.To)})
	}
	rows = append(rows, [2]string{"Key", s.Key.line()})
	for _, h := range s.Headers {
		rows = append(rows, [2]string{"Header", visible(h.Name) + ": " + h.Value.line()})
	}
	for _, row := range rows {
		fmt.Fprintf(out.out, "%-17s %s\n", row[0], row[1])
	}
	_, err := fmt.Fprintf(out.out, "%-17s %s\n", "Value", s.Value.block())
	return err
}

func sourceText(p *placeJSON) string {
	if p == nil {
		return ""
	}
	return deadletter.Source{Topic: p.Topic, Position: deadletter.Position{Partition: p.Partition, Offset: *p.Offset}}.String()
}

// line is the content on one line.
func (c *content) line() string {
	switch {
	case c == nil:
		return "none"
	case c.Text != nil:
		return visible(*c.Text)
	case c.Base64 != nil:
		return strconv.Quote(string(c.raw))
	default:
		return fmt.Sprintf("%d bytes (--values shows them)", c.Bytes)
	}
}

// block is the content on lines of its own.
func (c *content) block() string {
	switch {
	case c == nil:
		return "none (a tombstone)"
	case c.JSON != nil:
		var text bytes.Buffer
		_ = json.Indent(&text, c.JSON, "", "  ") // it is valid
		return fmt.Sprintf("%d bytes of JSON\n\n%s", c.Bytes, escapeControls(text.String()))
	case c.Text != nil:
		return fmt.Sprintf("%d bytes, not JSON\n\n%s", c.Bytes, strconv.Quote(*c.Text))
	case c.Base64 != nil:
		return fmt.Sprintf("%d bytes, not JSON\n\n%s", c.Bytes, hex.Dump(c.raw))
	default:
		return fmt.Sprintf("%d bytes, not JSON (--values shows them)", c.Bytes)
	}
}

// escapeControls keeps a JSON document that has control characters beyond
// ASCII, which JSON does not forbid, from steering a terminal.
func escapeControls(document string) string {
	var text []byte
	for _, r := range document {
		if r != '\n' && r != ' ' && notPrintable(r) {
			text = fmt.Appendf(text, `\u%04X`, min(r, 0xFFFD))
			continue
		}
		text = utf8.AppendRune(text, r)
	}
	return string(text)
}
