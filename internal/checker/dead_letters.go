package checker

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// The headers of a dead letter: the reason, and the record's position.
const (
	headerCode      = "order_sink.code"
	headerReplayed  = "order_sink.replayed"
	headerTopic     = "__connect.errors.topic"
	headerPartition = "__connect.errors.partition"
	headerOffset    = "__connect.errors.offset"
)

// refusal is what the log demands of the dead letters for one record.
type refusal struct {
	code    string
	key     []byte
	value   []byte
	headers []kgo.RecordHeader
	found   int // right or wrong, so far
}

func (c *check) expectDeadLetter(record *kgo.Record, code string) {
	c.report.Refusable++
	r := &refusal{code: code, key: bytes.Clone(record.Key), value: bytes.Clone(record.Value)}
	for _, h := range record.Headers { // all of it is a copy: the record belongs to a fetch of megabytes
		r.headers = append(r.headers, kgo.RecordHeader{Key: strings.Clone(h.Key), Value: bytes.Clone(h.Value)})
	}
	c.refused[position{record.Partition, record.Offset}] = r
}

func (c *check) compareDeadLetter(letter *kgo.Record) error {
	// `order-sink dlq replay` leaves a mark, which is no dead letter.
	if header(letter, headerReplayed) != "" && header(letter, headerCode) == "" {
		return nil
	}
	c.report.DeadLetters++
	at, err := c.origin(letter)
	if err != nil {
		c.report.UndeservedDeadLetters++
		c.report.note(nowhere, "dead letter %s: %s", location(letter), err)
		return nil
	}
	demanded := c.refused[at]
	if demanded == nil {
		c.report.UndeservedDeadLetters++
		c.report.note(at, "%s: dead letter %s with code %q: the record is not refusable, or does not exist",
			c.location(at), location(letter), header(letter, headerCode))
		return nil
	}
	if demanded.found++; demanded.found > 1 {
		c.report.Repeated++
		if c.Exactly {
			c.report.note(at, "%s: dead letter %s is the record's number %d", c.location(at), location(letter), demanded.found)
		}
	}
	if difference := demanded.differs(letter); difference != "" {
		c.report.WrongDeadLetters++
		c.report.note(at, "%s: dead letter %s: %s", c.location(at), location(letter), difference)
	}
	return nil
}

// origin returns the position of the record that became a dead letter.
func (c *check) origin(letter *kgo.Record) (position, error) {
	if topic := header(letter, headerTopic); topic != c.Topic {
		return position{}, fmt.Errorf("header %s: expected %q, found %q", headerTopic, c.Topic, topic)
	}
	partition, err := strconv.ParseInt(header(letter, headerPartition), 10, 32)
	if err != nil {
		return position{}, fmt.Errorf("header %s: %w", headerPartition, err)
	}
	offset, err := strconv.ParseInt(header(letter, headerOffset), 10, 64)
	if err != nil {
		return position{}, fmt.Errorf("header %s: %w", headerOffset, err)
	}
	return position{int32(partition), offset}, nil
}

// differs describes how a dead letter differs from what the log demands, or returns "".
func (r *refusal) differs(letter *kgo.Record) string {
	switch {
	// No key differs from an empty key: Kafka spreads records without a key over the
	// partitions.
	case (r.key == nil) != (letter.Key == nil) || !bytes.Equal(r.key, letter.Key):
		return fmt.Sprintf("key: expected %s, found %s", text(r.key), text(letter.Key))
	case !bytes.Equal(r.value, letter.Value):
		return fmt.Sprintf("value: expected %s, found %s", text(r.value), text(letter.Value))
	case header(letter, headerCode) != r.code:
		return fmt.Sprintf("header %s: expected %q, found %q", headerCode, r.code, header(letter, headerCode))
	}
	left := slices.Clone(letter.Headers)
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
	for at, demanded := range c.refused {
		if demanded.found == 0 {
			c.report.MissingDeadLetters++
			c.report.note(at, "%s: no dead letter, expected one with code %q for %s", c.location(at), demanded.code, text(demanded.value))
		}
	}
}

// header is the last value under a name, "" for none.
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
