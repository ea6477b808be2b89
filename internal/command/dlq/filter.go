package dlq

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/deadletter"
)

// any stands for no condition on a partition or an offset.
const anyNumber = -1

// filter chooses letters. What is zero, or [anyNumber], does not restrict.
type filter struct {
	codes, fields []string
	since, until  time.Time // failed at since or later, and before until
	orderID       string
	partition     int64
	offset        int64
	replayed      bool // letters that were replayed too
}

// restricts tells whether it leaves out any letter but those that were replayed.
func (f filter) restricts() bool {
	return len(f.codes)+len(f.fields) > 0 || !f.since.IsZero() || !f.until.IsZero() ||
		f.orderID != "" || f.partition != anyNumber || f.offset != anyNumber
}

// matches tells whether a letter is chosen, whether it was replayed or not.
func (f filter) matches(d deadletter.Record) bool {
	switch {
	case f.partition != anyNumber && f.partition != int64(d.Partition),
		f.offset != anyNumber && f.offset != d.Offset,
		len(f.codes) > 0 && !slices.Contains(f.codes, d.Code),
		len(f.fields) > 0 && !slices.Contains(f.fields, d.Field),
		!f.since.IsZero() && d.FailedAt.Before(f.since),
		!f.until.IsZero() && !d.FailedAt.Before(f.until):
		return false
	}
	return f.orderID == "" || isOrder(d, f.orderID)
}

// narrow leaves out the partitions that cannot have a chosen letter. Behind a
// chosen one all is read, since its mark may be there.
func (f filter) narrow(spans map[int32]span) {
	for partition, s := range spans {
		s.from = max(s.from, f.offset)
		if f.partition != anyNumber && f.partition != int64(partition) || s.from >= s.end {
			delete(spans, partition)
			continue
		}
		spans[partition] = s
	}
}

// isOrder looks for an order's id in the key and in the envelope's payload. A
// letter that is no JSON may be half an envelope: there it is looked for as text.
func isOrder(d deadletter.Record, id string) bool {
	if string(d.Kafka.Key) == id {
		return true
	}
	value := d.Kafka.Value
	var envelope struct {
		Payload struct {
			OrderID any `json:"order_id"`
		} `json:"payload"`
		OrderID any `json:"order_id"`
	}
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	err := decoder.Decode(&envelope)
	if err != nil && !json.Valid(value) {
		return bytes.Contains(value, []byte(id))
	}
	for _, found := range []any{envelope.Payload.OrderID, envelope.OrderID} {
		if found != nil && fmt.Sprint(found) == id {
			return true
		}
	}
	return false
}

// parseTime takes a time of RFC 3339, or how long ago it was.
func parseTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is no time: expected a duration such as 24h, or RFC 3339 such as 2026-11-23T04:54:44Z", visible(text))
	}
	return at, nil
}

// visible is a text for a terminal: what is not printable is escaped, so that
// no letter can steer the terminal.
func visible(text string) string {
	if text == "" {
		return "-"
	}
	if !utf8.ValidString(text) || slices.ContainsFunc([]rune(text), notPrintable) {
		return fmt.Sprintf("%q", text)
	}
	return text
}
