package mariadb

import (
	"fmt"
	"hash/fnv"
	"math"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// incoming is what the output reads of a message of the framework.
type incoming interface {
	GetError() error
	AsStructured() (any, error)
	AsBytes() ([]byte, error)
	MetaGetMut(name string) (any, bool)
	MetaGetImmut(name string) (any, bool)
}

// identity tells a batch from the others in flight, by the place of its first
// message in the log, else by its content: the framework brings the same messages
// again and again. It is neither 0 nor [connecting].
func identity[M incoming](batch []M) uint64 {
	hash := fnv.New64a()
	if offset, known := batch[0].MetaGetMut("kafka_offset"); known {
		topic, _ := batch[0].MetaGetMut("kafka_topic")
		partition, _ := batch[0].MetaGetMut("kafka_partition")
		_, _ = fmt.Fprint(hash, topic, " ", partition, " ", offset)
	} else if content, err := batch[0].AsBytes(); err == nil {
		_, _ = hash.Write(content)
	}
	return hash.Sum64()>>1 | 1
}

// messagesOf takes of a batch what the store needs.
func messagesOf[M incoming](target *target, batch []M) []message {
	messages := make([]message, len(batch))
	metadata := make([]any, len(batch)*len(target.metadata))
	for i, m := range batch {
		if m.GetError() != nil {
			messages[i].failed = true
			continue
		}
		content, err := m.AsStructured()
		if err != nil {
			// No JSON, so no object: refused like any other shape. Or nothing.
			if raw, err := m.AsBytes(); err != nil || len(raw) > 0 {
				content = raw
			}
		}
		messages[i].content = content
		messages[i].metadata, metadata = metadata[:len(target.metadata)], metadata[len(target.metadata):]
		for j, name := range target.metadata {
			messages[i].metadata[j], _ = m.MetaGetMut(name)
		}
		if content == nil {
			messages[i].key, _ = m.MetaGetMut("kafka_key")
			decoded, _ := m.MetaGetImmut(record.DecodedKey)
			if key, isDecoded := decoded.(*record.TombstoneKey); isDecoded {
				messages[i].key = key
			}
		}
	}
	return messages
}

// sentAt is the Kafka timestamp of a message, if it is in milliseconds: a number beyond
// the year 2262 is of another unit.
func sentAt(m incoming) (time.Time, bool) {
	v, _ := m.MetaGetMut("kafka_timestamp_ms")
	ms, known := v.(int64)
	return time.UnixMilli(ms), known && ms <= math.MaxInt64/int64(time.Millisecond)
}
