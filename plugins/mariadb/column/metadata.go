package column

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// FromMetadata gives bytes, as Kafka's key comes, the type that the column takes. The
// redpanda input sets a record's headers, which are text, over its own metadata: a
// version must not come from there.
func (c *Column) FromMetadata(v any) (any, *record.Refusal) {
	switch raw := v.(type) {
	case nil:
		if c.Name == record.Timestamp {
			return nil, refusal.New(refusal.Missing, c.Name, "the record has no timestamp that order-sink can read (none, or not in milliseconds or microseconds)")
		}
		return nil, refusal.New(refusal.Missing, c.Name, "the message has no such metadata")
	case string:
		if record.IsNumber(c.Name) {
			return nil, refusal.New(refusal.Type, c.Name, "a header of this name hides the record's own")
		}
	case []byte:
		if raw == nil { // no key
			return nil, nil
		}
		if c.Family != Binaries {
			return string(raw), nil
		}
	}
	return v, nil
}
