// Package record has the parts of a record that the plugins share: the names of its
// metadata, the headers of a dead letter, the headers of its producer, its refusal, and
// the ticket that keeps its order. The plugins never import one another.
package record

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The metadata that an input sets.
const (
	// Key has the record key. After a decoder it has the [*KeyValue] of the key: of each
	// record if the decoder knows the format of keys, else of a tombstone whose key is an
	// envelope of schema and payload. So the decoded key is gone when a processor replaces
	// the key. It has no name of its own, because Go's map of more than 8 names takes 0.8 us
	// more for each message.
	Key       = "kafka_key"
	Topic     = "kafka_topic"
	Partition = "kafka_partition"
	Offset    = "kafka_offset"
	Timestamp = "kafka_timestamp_ms"
	Tombstone = "kafka_tombstone_message"

	// InputPrefix begins the name of each of them.
	InputPrefix = "kafka_"

	// Batch is the [Ticket] of a batch.
	Batch = "kafka_batch"
	// Headers holds all headers of a record by name. A message has it only when a
	// header of the record has a name of [reserved].
	Headers = "kafka_headers"

	// Original has the bytes of a record as the input read them. The shipped pipelines
	// configure this name in their decoder.
	Original = "order_sink_original"
	// Table has an object with the name of a dead letter's table, when each record has its
	// own table. A header of a record is never an object.
	Table = "order_sink_table"
	// FallbackError is the error of a message that the framework's fallback forwards.
	FallbackError = "fallback_error"
)

// Set has the names that every message of kafka_read has, in the order of its
// documentation.
var Set = []string{Key, Topic, Partition, Offset, Timestamp, Tombstone}

// numbers has the names that inputs set as numbers. The redpanda input sets the last two.
var numbers = map[string]bool{
	Partition: true, Offset: true, Timestamp: true, "kafka_timestamp_unix": true, "kafka_lag": true,
}

// reserved has the names of metadata that is no header. Inputs, the processors of the
// shipped pipelines, and the fallback output set them.
var reserved = map[string]bool{
	Key: true, Topic: true, Partition: true, Offset: true, Timestamp: true, Tombstone: true, Batch: true, Headers: true,
	"kafka_timestamp_unix": true, "kafka_lag": true,
	"order_sink_schema": true, Original: true, Table: true, FallbackError: true,
}

// IsNumber reports whether an input sets this metadata as a number. A text of this name
// is a header.
func IsNumber(name string) bool { return numbers[name] }

// IsReserved reports whether metadata of this name is no header.
func IsReserved(name string) bool { return reserved[name] }

// KeyValue is a decoded record key: a value with its schema, or why the key cannot be
// decoded. The schema is nil for a key without one. A header of a record never has this
// type.
type KeyValue struct {
	Received any // the key before it was decoded: bytes or text
	Value    any
	Schema   *schema.Schema
	Refusal  *Refusal
}

// Copy returns the key as it was received. It makes a KeyValue immutable metadata for the
// framework: mappings and other components read the received key.
func (k *KeyValue) Copy() any { return k.Received }

// Metadata is the metadata of a message.
type Metadata interface {
	MetaSetMut(name string, value any)
}

// Log describes the records of one partition of a topic.
type Log struct{ topic, partition any }

// From returns the Log of a topic's partition.
func From(topic string, partition int32) Log { return Log{topic, int(partition)} }

// Describe sets the metadata of a message to the headers, the key, the position and the
// timestamp of the record. The timestamp is in milliseconds. When a record has a header
// twice, the metadata has the last value.
func (l Log) Describe(m Metadata, r *kgo.Record, timestamp any) {
	hidden := false
	for i := range r.Headers {
		h := &r.Headers[i]
		hidden = hidden || mayBeReserved(h.Key) && reserved[h.Key]
		m.MetaSetMut(h.Key, text(h))
	}
	m.MetaSetMut(Key, r.Key)
	m.MetaSetMut(Topic, l.topic)
	m.MetaSetMut(Partition, l.partition)
	m.MetaSetMut(Offset, int(r.Offset))
	m.MetaSetMut(Timestamp, timestamp)
	m.MetaSetMut(Tombstone, r.Value == nil)
	if !hidden {
		return
	}
	all := make(map[string]any, len(r.Headers))
	for i := range r.Headers {
		all[r.Headers[i].Key] = text(&r.Headers[i])
	}
	m.MetaSetMut(Headers, all)
}

// text returns the value of a header, or nil for null.
func text(h *kgo.RecordHeader) any {
	if h.Value == nil {
		return nil
	}
	return string(h.Value)
}

// mayBeReserved avoids the lookup for nearly all headers.
func mayBeReserved(name string) bool {
	return name != "" && (name[0] == 'k' || name[0] == 'o' || name[0] == 'f')
}

// ProducerHeaders returns the headers that the producer of a message set. metadata is the
// metadata of the message. A header without a value is empty text.
func ProducerHeaders(metadata map[string]any) map[string]any {
	source, exact := metadata[Headers].(map[string]any)
	if !exact {
		source = metadata
	}
	headers := make(map[string]any, len(source))
	for name, value := range source {
		if IsOurs(name) || !exact && reserved[name] {
			continue
		}
		if value == nil {
			value = ""
		}
		headers[name] = value
	}
	return headers
}

// MaxTimestamp is the largest number that [TimestampOf] reads. It is in the year 2103 in
// microseconds. No useful number of milliseconds is larger.
const MaxTimestamp = 4_200_000_000_000_000

// TimestampOf returns the number that the log has as the timestamp of a record.
//
// The number should be in milliseconds. But brokers before Kafka 4.0 accept any number,
// and some producers send microseconds (KAFKA-14991). The client library multiplies the
// number by 1,000,000, modulo 2^64. 1,000,000 is 2^6 * 15625 and 15625 is odd, so the
// product determines the number modulo 2^58. That is enough for exact milliseconds and
// microseconds.
//
// known is false for a record without a timestamp (-1), for a negative number, and for a
// number larger than MaxTimestamp, such as nanoseconds. Some nanoseconds look like a
// small number, because their upper bits are lost: those of 48 days in 9 years
// (2024-10-20 to 2024-12-07, and next 2033-12-07 to 2034-01-25).
func TimestampOf(r *kgo.Record) (number int64, known bool) {
	const inverse = 0x10fb65668c26139 // of 15625, modulo 2^58
	n := uint64(r.Timestamp.UnixNano()) >> 6 * inverse & (1<<58 - 1)
	return int64(n), n <= MaxTimestamp
}
