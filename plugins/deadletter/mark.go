package deadletter

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/deadletter/headers"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Mark says that a dead letter was replayed. It is a record behind the dead letter, in the
// same partition.
type Mark struct {
	Of Position
	At string // when
	To string // as which record
}

// ParseMark tells whether a record is a mark. A producer can name a header as it likes:
// a record with a code is a dead letter.
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

// NewMark returns the mark of a dead letter that is now the record to.
func NewMark(topic string, of Position, to string, now time.Time) *kgo.Record {
	return &kgo.Record{
		Topic:     topic,
		Partition: of.Partition,
		Key:       []byte(record.Replayed + ":" + of.String()),
		Value:     []byte{}, // not null: a compacted topic forgets those
		Headers: []kgo.RecordHeader{
			{Key: record.Replayed, Value: []byte(of.String())},
			{Key: record.ReplayedAt, Value: now.UTC().AppendFormat(nil, headers.TimeFormat)},
			{Key: record.ReplayedTo, Value: []byte(to)},
		},
	}
}
