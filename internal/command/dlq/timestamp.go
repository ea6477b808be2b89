package dlq

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/order-sink/order-sink/plugins/deadletter"
)

// maxMillis is the largest timestamp that the client library sends unchanged. A larger
// number is not in milliseconds.
const maxMillis = math.MaxInt64 / int64(time.Millisecond)

// errTimestamp is the error of a record whose timestamp no replay can send.
var errTimestamp = errors.New("use --through, which needs no timestamp in milliseconds")

// timestamp is the timestamp of the record that the sink refused.
type timestamp deadletter.Timestamp

func (t timestamp) String() string {
	switch {
	case !t.Known:
		return "none"
	case t.Number > maxMillis:
		return strconv.FormatInt(t.Number, 10)
	default:
		return milliseconds(t.Number)
	}
}

// time returns the timestamp in the form that the client library sends.
func (t timestamp) time() (time.Time, error) {
	switch {
	case !t.Known:
		return time.Time{}, fmt.Errorf("the record has no timestamp that order-sink can read: %w", errTimestamp)
	case t.Number > maxMillis:
		return time.Time{}, fmt.Errorf("the record's timestamp %d is not in milliseconds, and no replay can send it as it is: %w", t.Number, errTimestamp)
	default:
		return time.UnixMilli(t.Number), nil
	}
}
