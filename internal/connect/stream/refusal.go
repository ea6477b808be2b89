package stream

import (
	"fmt"

	"github.com/order-sink/order-sink/plugins/mariadb"
)

// Refusal is the record at which a pipeline has stopped, because no record may be skipped. It
// has no value of the record.
type Refusal struct {
	Topic     string // "" if it is unknown
	Partition int32
	Offset    int64
	Code      string // of the refusal
	Field     string
	Text      string // what was expected and what was found
}

func refusalOf(s mariadb.Stop) Refusal { return Refusal(s) }

// String returns the reason and the place.
func (r Refusal) String() string {
	text := fmt.Sprintf("%s: %s: %s", r.Code, r.Field, r.Text)
	if r.Topic == "" {
		return text
	}
	return fmt.Sprintf("%s (topic %s, partition %d, offset %d)", text, r.Topic, r.Partition, r.Offset)
}
