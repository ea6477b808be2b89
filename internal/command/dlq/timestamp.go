package dlq

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka"
)

// maxMillis is the largest timestamp that the client library sends unchanged. A larger
// number is not in milliseconds.
const maxMillis = math.MaxInt64 / int64(time.Millisecond)

// errTimestamp says that a replay cannot give a record the timestamp that it had.
var errTimestamp = errors.New("use --through, which needs no timestamp in milliseconds")

// timestamp is the number that the origin of a dead letter has in the log, if the number
// is readable.
type timestamp struct {
	number int64
	known  bool
}

// originAt returns the timestamp of the origin. Without the header, or without an origin
// in Kafka, it returns the timestamp of the dead letter.
func originAt(record *kgo.Record, origin place) timestamp {
	text, found := "", false
	for _, h := range record.Headers {
		if h.Key == headerTimestamp {
			text, found = string(h.Value), true
		}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
		return timestamp{n, true}
	}
	if found && origin.topic != "" {
		return timestamp{}
	}
	n, known := kafka.Timestamp(record)
	return timestamp{n, known}
}

func (t timestamp) String() string {
	switch {
	case !t.known:
		return "none"
	case t.number > maxMillis:
		return strconv.FormatInt(t.number, 10)
	default:
		return milliseconds(t.number)
	}
}

// time returns the timestamp as the client library sends it.
func (t timestamp) time() (time.Time, error) {
	switch {
	case !t.known:
		return time.Time{}, fmt.Errorf("the record has no timestamp that order-sink can read: %w", errTimestamp)
	case t.number > maxMillis:
		return time.Time{}, fmt.Errorf("the record's timestamp %d is not in milliseconds, and no replay can send it as it is: %w", t.number, errTimestamp)
	default:
		return time.UnixMilli(t.number), nil
	}
}

// metadata returns the timestamp as kafka_read sets it.
func (t timestamp) metadata() any {
	if !t.known {
		return nil
	}
	return t.number
}
