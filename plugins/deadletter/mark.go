package deadletter

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/deadletter/headers"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Mark means that a dead letter was replayed. It is a later record of the same partition.
type Mark struct {
	Of Position
	At string // the time of the replay
	To string // the replayed record
}

// ParseMark reads a mark. A record with a code is a dead letter, even if its producer has
// set the headers of a mark.
func ParseMark(r *kgo.Record) (mark Mark, isMark bool) {
	text := func(name string) string {
		value, _ := header(r, name)
		return value
	}
	if text(record.HeaderCode) != "" || text(record.HeaderTopic) != "" {
		return Mark{}, false
	}
	of, valid := ParsePosition(text(record.Replayed))
	return Mark{of, text(record.ReplayedAt), text(record.ReplayedTo)}, valid
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
