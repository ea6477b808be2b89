package checker

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// The headers of a dead letter: the reason and the position of the record.
const (
	headerCode      = "order_sink.code"
	headerReplayed  = "order_sink.replayed"
	headerTopic     = "__connect.errors.topic"
	headerPartition = "__connect.errors.partition"
	headerOffset    = "__connect.errors.offset"
)

// refusal has the content that the dead letters of one record must have.
type refusal struct {
	code    string
	key     []byte
	value   []byte
	headers []kgo.RecordHeader
	found   int // dead letters so far, correct or not
}

func (c *check) expectDeadLetter(record *kgo.Record, code string) {
	c.report.Refusable++
	r := &refusal{code: code, key: bytes.Clone(record.Key), value: bytes.Clone(record.Value)}
	for _, h := range record.Headers { // copies: the record is part of a fetch of megabytes
		r.headers = append(r.headers, kgo.RecordHeader{Key: strings.Clone(h.Key), Value: bytes.Clone(h.Value)})
	}
	c.refused[position{record.Partition, record.Offset}] = r
}

func (c *check) compareDeadLetter(dead *kgo.Record) error {
	// `order-sink dlq replay` leaves a mark, which is no dead letter.
	if header(dead, headerReplayed) != "" && header(dead, headerCode) == "" {
		return nil
	}
	c.report.DeadLetters++
	at, err := c.origin(dead)
	if err != nil {
		c.report.UndeservedDeadLetters++
		c.report.note(nowhere, "dead letter %s: %s", location(dead), err)
		return nil
	}
	required := c.refused[at]
	if required == nil {
		c.report.UndeservedDeadLetters++
		c.report.note(at, "%s: dead letter %s with code %q: the record is not refusable, or does not exist",
			c.location(at), location(dead), header(dead, headerCode))
		return nil
	}
	if required.found++; required.found > 1 {
		c.report.Repeated++
		if c.Exactly {
			c.report.note(at, "%s: dead letter %s is the record's number %d", c.location(at), location(dead), required.found)
		}
	}
	if difference := required.differs(dead); difference != "" {
		c.report.WrongDeadLetters++
		c.report.note(at, "%s: dead letter %s: %s", c.location(at), location(dead), difference)
	}
	return nil
}

// origin returns the position of the record that became a dead letter.
func (c *check) origin(dead *kgo.Record) (position, error) {
	if topic := header(dead, headerTopic); topic != c.Topic {
		return position{}, fmt.Errorf("header %s: expected %q, found %q", headerTopic, c.Topic, topic)
	}
	partition, err := strconv.ParseInt(header(dead, headerPartition), 10, 32)
	if err != nil {
		return position{}, fmt.Errorf("header %s: %w", headerPartition, err)
	}
	offset, err := strconv.ParseInt(header(dead, headerOffset), 10, 64)
	if err != nil {
		return position{}, fmt.Errorf("header %s: %w", headerOffset, err)
	}
	return position{int32(partition), offset}, nil
}

// differs describes the first difference of a dead letter from the log, or returns "".
func (r *refusal) differs(dead *kgo.Record) string {
	switch {
	// A missing key differs from an empty key: Kafka distributes only records without a
	// key over the partitions.
	case (r.key == nil) != (dead.Key == nil) || !bytes.Equal(r.key, dead.Key):
		return fmt.Sprintf("key: expected %s, found %s", text(r.key), text(dead.Key))
	case !bytes.Equal(r.value, dead.Value):
		return fmt.Sprintf("value: expected %s, found %s", text(r.value), text(dead.Value))
	case header(dead, headerCode) != r.code:
		return fmt.Sprintf("header %s: expected %q, found %q", headerCode, r.code, header(dead, headerCode))
	}
	left := slices.Clone(dead.Headers)
	for _, h := range r.headers {
		if strings.HasPrefix(h.Key, "order_sink.") || strings.HasPrefix(h.Key, "__connect.errors.") {
			continue // of an earlier refusal: the record is a replayed dead letter
		}
		i := slices.IndexFunc(left, func(other kgo.RecordHeader) bool {
			return other.Key == h.Key && bytes.Equal(other.Value, h.Value)
		})
		if i < 0 {
			return fmt.Sprintf("header %s: expected %q, which is not there", h.Key, h.Value)
		}
		left = slices.Delete(left, i, i+1)
	}
	return ""
}

func (c *check) missingDeadLetters() {
	for at, required := range c.refused {
		if required.found == 0 {
			c.report.MissingDeadLetters++
			c.report.note(at, "%s: no dead letter, expected one with code %q for %s", c.location(at), required.code, text(required.value))
		}
	}
}

// header returns the last value of a name, or "".
func header(r *kgo.Record, name string) string {
	for _, h := range slices.Backward(r.Headers) {
		if h.Key == name {
			return string(h.Value)
		}
	}
	return ""
}

func text(b []byte) string {
	if b == nil {
		return "null"
	}
	return strconv.Quote(string(b))
}
