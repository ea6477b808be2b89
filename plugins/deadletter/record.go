package deadletter

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

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
	Message      string    // the reason: "code: field: detail"
	Source       Source    // of the record that was refused
	Timestamp    Timestamp // of the record that was refused
	ReplayedFrom string    // the dead letter of which the record was a replay; "" for none
	Kafka        *kgo.Record
}

// Parse reads a record of a dead letter topic.
func Parse(r *kgo.Record) Record {
	text := func(name string) string {
		value, _ := header(r, name)
		return value
	}
	d := Record{
		Position:     SourceOf(r).Position,
		FailedAt:     r.Timestamp,
		Code:         text(record.HeaderCode),
		Field:        text(record.HeaderField),
		Stage:        text(record.HeaderStage),
		Message:      text(record.HeaderMessage),
		ReplayedFrom: text(record.ReplayedFrom),
		Kafka:        r,
	}
	if at, err := time.Parse(time.RFC3339Nano, text(record.HeaderFailedAt)); err == nil {
		d.FailedAt = at
	}
	partition, err := strconv.ParseInt(text(record.HeaderPartition), 10, 32)
	offset, err2 := strconv.ParseInt(text(record.HeaderOffset), 10, 64)
	if topic := text(record.HeaderTopic); topic != "" && err == nil && err2 == nil {
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

// ProducerHeaders returns the headers that the record had before it was refused.
func (d Record) ProducerHeaders() []kgo.RecordHeader {
	var headers []kgo.RecordHeader
	for _, h := range d.Kafka.Headers {
		if !record.IsOurs(h.Key) {
			headers = append(headers, h)
		}
	}
	return headers
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
