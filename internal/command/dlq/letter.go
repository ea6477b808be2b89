package dlq

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/command/dlq/console"
	"github.com/order-sink/order-sink/internal/record"
)

// The headers of letters and marks. config/resources.yaml writes a letter's.
const (
	headerCode      = record.LetterCode
	headerField     = record.LetterField
	headerStage     = record.LetterStage
	headerFailedAt  = record.LetterFailedAt
	headerTimestamp = record.LetterTimestamp
	headerTopic     = record.LetterTopic
	headerPartition = record.LetterPartition
	headerOffset    = record.LetterOffset
	headerMessage   = record.LetterMessage

	headerReplayed     = record.Replayed   // on a mark: which letter
	headerReplayedAt   = record.ReplayedAt // on a mark: when
	headerReplayedTo   = record.ReplayedTo // on a mark: as which record
	headerReplayedFrom = record.ReplayedFrom
)

// timeFormat is how every time is written: UTC, milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// position is a record's place in a topic.
type position struct {
	partition int32
	offset    int64
}

func (p position) String() string { return fmt.Sprintf("%d:%d", p.partition, p.offset) }

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.partition, q.partition), cmp.Compare(p.offset, q.offset))
}

func parsePosition(text string) (position, error) {
	first, second, _ := strings.Cut(text, ":")
	partition, err := strconv.ParseInt(first, 10, 32)
	if err == nil {
		var offset int64
		if offset, err = strconv.ParseInt(second, 10, 64); err == nil && partition >= 0 && offset >= 0 {
			return position{int32(partition), offset}, nil
		}
	}
	return position{}, fmt.Errorf("%s names no letter: expected PARTITION:OFFSET, such as 0:5", console.Visible(text))
}

// place is a record's place in any topic. Without a topic it is unknown.
type place struct {
	topic string
	position
}

func (p place) String() string {
	if p.topic == "" {
		return "unknown"
	}
	return fmt.Sprintf("%s/%d/%d", p.topic, p.partition, p.offset)
}

// letter is what a dead letter says of itself.
type letter struct {
	position
	failedAt time.Time // the letter's own timestamp where no header tells
	code     string    // "" where another program has written the letter
	field    string
	stage    string
	message  string // what was expected
	origin   place
	originAt timestamp
	from     string // the letter that this order was replayed from before
	record   *kgo.Record
}

func parseLetter(record *kgo.Record) letter {
	l := letter{
		position: position{record.Partition, record.Offset},
		failedAt: record.Timestamp,
		code:     header(record, headerCode),
		field:    header(record, headerField),
		stage:    header(record, headerStage),
		message:  header(record, headerMessage),
		from:     header(record, headerReplayedFrom),
		record:   record,
	}
	if at, err := time.Parse(time.RFC3339Nano, header(record, headerFailedAt)); err == nil {
		l.failedAt = at
	}
	partition, err := strconv.ParseInt(header(record, headerPartition), 10, 32)
	offset, err2 := strconv.ParseInt(header(record, headerOffset), 10, 64)
	if topic := header(record, headerTopic); topic != "" && err == nil && err2 == nil {
		l.origin = place{topic, position{int32(partition), offset}}
	}
	l.originAt = originAt(record, l.origin)
	return l
}

// producersHeaders are those that the record had in the log.
func (l letter) producersHeaders() []kgo.RecordHeader {
	var headers []kgo.RecordHeader
	for _, h := range l.record.Headers {
		if !record.IsLetters(h.Key) {
			headers = append(headers, h)
		}
	}
	return headers
}

// mark is what a mark says.
type mark struct {
	letter position
	at     string
	to     string
}

// parseMark tells whether a record is a mark. Whoever produces orders can name
// a header as he likes: what has a code is a letter.
func parseMark(record *kgo.Record) (mark, bool) {
	text := header(record, headerReplayed)
	if text == "" || header(record, headerCode) != "" || header(record, headerTopic) != "" {
		return mark{}, false
	}
	letter, err := parsePosition(text)
	return mark{letter, header(record, headerReplayedAt), header(record, headerReplayedTo)}, err == nil
}

// newMark is the mark of a letter that is now where to says.
func newMark(topic string, letter position, to string, now time.Time) *kgo.Record {
	return &kgo.Record{
		Topic:     topic,
		Partition: letter.partition,
		Key:       []byte(headerReplayed + ":" + letter.String()),
		Value:     []byte{}, // not null: a compacted topic forgets those
		Headers: []kgo.RecordHeader{
			{Key: headerReplayed, Value: []byte(letter.String())},
			{Key: headerReplayedAt, Value: now.UTC().AppendFormat(nil, timeFormat)},
			{Key: headerReplayedTo, Value: []byte(to)},
		},
	}
}

// header is the last value under a name, "" for none.
func header(record *kgo.Record, name string) string {
	for i := len(record.Headers) - 1; i >= 0; i-- {
		if record.Headers[i].Key == name {
			return string(record.Headers[i].Value)
		}
	}
	return ""
}
