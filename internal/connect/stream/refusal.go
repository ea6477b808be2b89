package stream

import "fmt"

// Refusal is the record at which a pipeline has stopped, because no record may be skipped.
type Refusal struct {
	Topic     string
	Partition int32
	Offset    int64
	Code      string // of the refusal
	Field     string
	Text      string // what was expected and what was found
}

// String returns the reason and the place.
func (r Refusal) String() string {
	return fmt.Sprintf("%s: %s: %s (topic %s, partition %d, offset %d)", r.Code, r.Field, r.Text, r.Topic, r.Partition, r.Offset)
}
