package rows

import (
	"fmt"
	"hash/fnv"
	"math"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Incoming is what the output reads of a message of the framework.
type Incoming interface {
	GetError() error
	AsStructured() (any, error)
	AsBytes() ([]byte, error)
	MetaGetMut(name string) (any, bool)
	MetaGetImmut(name string) (any, bool)
}

// Identity tells a batch from the other batches in flight, by the offset of its first
// message, else by the content of that message: the framework brings the same messages
// again and again. It is neither 0 nor the largest number.
func Identity[M Incoming](batch []M) uint64 {
	hash := fnv.New64a()
	if offset, known := batch[0].MetaGetMut(record.Offset); known {
		partition, _ := batch[0].MetaGetMut(record.Partition)
		_, _ = fmt.Fprint(hash, record.SourceTopic(batch[0]), " ", partition, " ", offset)
	} else if content, err := batch[0].AsBytes(); err == nil {
		_, _ = hash.Write(content)
	}
	return hash.Sum64()>>1 | 1
}

// Messages takes of a batch what [Build] needs. schemaMetadata is the name of the metadata
// with the schema of a record, "" for none.
func Messages[M Incoming](target *table.Target, schemaMetadata string, batch []M) []Message {
	messages := make([]Message, len(batch))
	metadata := make([]any, len(batch)*len(target.Metadata))
	for i, m := range batch {
		if m.GetError() != nil {
			messages[i].Failed = true
			continue
		}
		content, err := m.AsStructured()
		if err != nil {
			// No JSON, so no object: refused like any other shape. Or nothing.
			if raw, err := m.AsBytes(); err != nil || len(raw) > 0 {
				content = raw
			}
		}
		messages[i].Content = content
		if content == nil {
			messages[i].Effect = Nothing
			if target.Deletes {
				messages[i].Effect = Deletes
			}
		}
		if schemaMetadata != "" {
			its, _ := m.MetaGetImmut(schemaMetadata)
			messages[i].Schema, _ = its.(*schema.Schema)
		}
		messages[i].Metadata, metadata = metadata[:len(target.Metadata)], metadata[len(target.Metadata):]
		for j, name := range target.Metadata {
			if name == record.Topic { // with the partition and the offset it may be the key of a row
				messages[i].Metadata[j] = record.SourceTopic(m)
				continue
			}
			messages[i].Metadata[j], _ = m.MetaGetMut(name)
		}
		if content == nil || target.KeyFrom == table.FromKey {
			messages[i].Key = KeyOf(m)
		}
	}
	return messages
}

// KeyOf returns the record key of a message as [Message] has it.
func KeyOf[M Incoming](m M) any {
	key, _ := m.MetaGetImmut(record.Key)
	if _, isDecoded := key.(*record.KeyValue); !isDecoded {
		key, _ = m.MetaGetMut(record.Key)
	}
	return key
}

// SentAt returns the Kafka timestamp of a message, if it is in milliseconds: a number beyond
// the year 2262 is of another unit.
func SentAt(m Incoming) (time.Time, bool) {
	v, _ := m.MetaGetMut(record.Timestamp)
	ms, known := v.(int64)
	return time.UnixMilli(ms), known && ms <= math.MaxInt64/int64(time.Millisecond)
}
