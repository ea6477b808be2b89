package deadletter

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/deadletter/headers"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Position is the position of a record in a topic.
type Position struct {
	Partition int32
	Offset    int64
}

// String returns "partition:offset", which [ParsePosition] reads.
func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Partition, p.Offset) }

// Compare compares by partition and then by offset.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Partition, q.Partition), cmp.Compare(p.Offset, q.Offset))
}

// ParsePosition reads "partition:offset".
func ParsePosition(text string) (p Position, valid bool) {
	first, second, _ := strings.Cut(text, ":")
	partition, err := strconv.ParseInt(first, 10, 32)
	offset, err2 := strconv.ParseInt(second, 10, 64)
	if err != nil || err2 != nil || partition < 0 || offset < 0 {
		return Position{}, false
	}
	return Position{int32(partition), offset}, true
}

// Source is the position of a record with its topic. Without a topic it is unknown.
type Source struct {
	Topic string
	Position
}

// SourceOf returns the topic and the position of a record.
func SourceOf(r *kgo.Record) Source { return Source{r.Topic, Position{r.Partition, r.Offset}} }

// String returns "topic/partition/offset", or "unknown".
func (s Source) String() string {
	if s.Topic == "" {
		return "unknown"
	}
	return fmt.Sprintf("%s/%d/%d", s.Topic, s.Partition, s.Offset)
}

// Timestamp is the number that the log has as the timestamp of a record, if it is known.
type Timestamp struct {
	Number int64
	Known  bool
}

// Record is a dead letter.
type Record struct {
	Position
	FailedAt     time.Time // without the header: the timestamp of the dead letter itself
	Code         string    // "" for a record of another program
	Field        string
	Stage        string
	Table        string    // "" for a pipeline with one table
	Message      string    // the reason: "code: field: detail"
	Source       Source    // of the record that was refused
	Timestamp    Timestamp // of the record that was refused
	ReplayedFrom string    // the dead letter of which the record was a replay; "" for none
	Kafka        *kgo.Record
}

// Parse reads a record of a dead letter topic.
func Parse(r *kgo.Record) Record {
	d := Record{
		Position:     SourceOf(r).Position,
		FailedAt:     r.Timestamp,
		Code:         text(r, record.HeaderCode),
		Field:        text(r, record.HeaderField),
		Stage:        text(r, record.HeaderStage),
		Table:        text(r, record.HeaderTable),
		Message:      text(r, record.HeaderMessage),
		ReplayedFrom: text(r, record.ReplayedFrom),
		Kafka:        r,
	}
	if at, err := time.Parse(time.RFC3339Nano, text(r, record.HeaderFailedAt)); err == nil {
		d.FailedAt = at
	}
	partition, err := strconv.ParseInt(text(r, record.HeaderPartition), 10, 32)
	offset, err2 := strconv.ParseInt(text(r, record.HeaderOffset), 10, 64)
	if topic := text(r, record.HeaderTopic); topic != "" && err == nil && err2 == nil {
		d.Source = Source{topic, Position{int32(partition), offset}}
	}
	d.Timestamp = timestamp(r, d.Source)
	return d
}

// timestamp returns the timestamp of the record that was refused. Without the header, or
// without a source in Kafka, it returns the timestamp of the dead letter.
func timestamp(r *kgo.Record, source Source) Timestamp {
	text, found := header(r, record.HeaderTimestamp)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
		return Timestamp{n, true}
	}
	if found && source.Topic != "" {
		return Timestamp{}
	}
	n, known := record.TimestampOf(r)
	return Timestamp{n, known}
}

// header returns the last value of a header.
func header(r *kgo.Record, name string) (value string, found bool) {
	for i := len(r.Headers) - 1; i >= 0; i-- {
		if r.Headers[i].Key == name {
			return string(r.Headers[i].Value), true
		}
	}
	return "", false
}

func text(r *kgo.Record, name string) string {
	value, _ := header(r, name)
	return value
}

// ProducerHeaders returns the headers that the record had before it was refused.
func (d Record) ProducerHeaders() []kgo.RecordHeader {
	return slices.DeleteFunc(slices.Clone(d.Kafka.Headers), func(h kgo.RecordHeader) bool { return record.IsOurs(h.Key) })
}

// Replayed returns the record that a replay sends, with the timestamp at.
func (d Record) Replayed(topic string, partition int32, at time.Time) *kgo.Record {
	return &kgo.Record{
		Topic: topic, Partition: partition,
		Key: d.Kafka.Key, Value: d.Kafka.Value,
		Headers:   append(d.ProducerHeaders(), kgo.RecordHeader{Key: record.ReplayedFrom, Value: []byte(SourceOf(d.Kafka).String())}),
		Timestamp: at,
	}
}

// Describe sets the metadata that kafka_read would set for the replayed record at the
// position of the original.
func (d Record) Describe(m record.Metadata) {
	r := d.Replayed(d.Source.Topic, d.Source.Partition, time.Time{})
	r.Offset = d.Source.Offset
	var timestamp any // nil if it is unknown
	if d.Timestamp.Known {
		timestamp = d.Timestamp.Number
	}
	record.From(r.Topic, r.Partition).Describe(m, r, timestamp)
}

// Mark means that a dead letter was replayed. It is a later record of the same partition.
type Mark struct {
	Of Position
	At string // the time of the replay
	To string // the replayed record
}

// ParseMark reads a mark. A record with a code is a dead letter, even if its producer has
// set the headers of a mark.
func ParseMark(r *kgo.Record) (mark Mark, isMark bool) {
	if text(r, record.HeaderCode) != "" || text(r, record.HeaderTopic) != "" {
		return Mark{}, false
	}
	of, valid := ParsePosition(text(r, record.Replayed))
	return Mark{of, text(r, record.ReplayedAt), text(r, record.ReplayedTo)}, valid
}

// NewMark returns the mark of a dead letter. to is the replayed record.
func NewMark(topic string, of Position, to string, now time.Time) *kgo.Record {
	return &kgo.Record{
		Topic:     topic,
		Partition: of.Partition,
		Key:       []byte(record.Replayed + ":" + of.String()),
		Value:     []byte{}, // not null: a compacted topic removes tombstones
		Headers: []kgo.RecordHeader{
			{Key: record.Replayed, Value: []byte(of.String())},
			{Key: record.ReplayedAt, Value: now.UTC().AppendFormat(nil, headers.TimeFormat)},
			{Key: record.ReplayedTo, Value: []byte(to)},
		},
	}
}
