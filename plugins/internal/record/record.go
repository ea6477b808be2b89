// Package record has the parts of a record that the plugins share: the names of its
// metadata, the headers of a dead letter, the headers of its producer, its refusal, and
// the ticket that keeps its order. The plugins never import one another.
package record

import "github.com/twmb/franz-go/pkg/kgo"

// The metadata that an input sets.
const (
	Key       = "kafka_key"
	Topic     = "kafka_topic"
	Partition = "kafka_partition"
	Offset    = "kafka_offset"
	Timestamp = "kafka_timestamp_ms"
	Tombstone = "kafka_tombstone_message"

	// Batch is the [Ticket] of a batch.
	Batch = "kafka_batch"
	// Headers holds all headers of a record by name. A message has it only when a
	// header of the record has a name of [reserved].
	Headers = "kafka_headers"

	// Original has the bytes of a record as the input read them. The shipped pipelines
	// configure this name in their decoder.
	Original = "order_sink_original"
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
	"order_sink_schema": true, Original: true, DecodedKey: true, FallbackError: true,
}

// IsNumber reports whether an input sets this metadata as a number. A text of this name
// is a header.
func IsNumber(name string) bool { return numbers[name] }

// Metadata is the metadata of a message.
type Metadata interface {
	MetaSetMut(name string, value any)
}

// Log describes the records of one partition of a topic.
type Log struct{ topic, partition any }

// From returns the Log of a topic's partition.
func From(topic string, partition int32) Log { return Log{topic, int(partition)} }

var noKey any = []byte(nil)

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
	key := noKey
	if r.Key != nil {
		key = r.Key
	}
	m.MetaSetMut(Key, key)
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
