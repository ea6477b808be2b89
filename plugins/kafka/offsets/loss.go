package offsets

import "fmt"

// The field of kafka_read that says what a loss does, and its values.
const (
	FieldOnOffsetGone = "on_offset_gone"
	GoneContinue      = "continue"
	GoneStop          = "stop"
)

// Cause is why a partition lost offsets.
type Cause string

// The causes of a loss.
const (
	Retention  Cause = "retention"  // the start of the log moved on
	Truncation Cause = "truncation" // the end of the log was cut off, by an unclean leader election
	Recreation Cause = "recreation" // the topic was deleted and created again
	Deletion   Cause = "deletion"   // the topic was deleted: only when the topics are not named
)

// Loss is a range of offsets that Kafka no longer has: those from First up to before
// End. The range is empty when Kafka lost offsets but their number is not known.
type Loss struct {
	TopicPartition
	Cause        Cause
	TopicID      [16]byte // of the log that had the offsets
	First, End   int64
	Acknowledged int64 // the offsets before this one were acknowledged
	Resume       int64 // where reading goes on
}

// Count returns the number of lost offsets.
func (l *Loss) Count() int64 { return max(0, l.End-l.First) }

// String returns which offsets were lost, and why.
func (l *Loss) String() string {
	which := fmt.Sprintf("offsets %d to %d (%d offsets)", l.First, l.End-1, l.Count())
	switch l.Count() {
	case 0:
		which = fmt.Sprintf("from offset %d", l.First)
	case 1:
		which = fmt.Sprintf("offset %d (1 offset)", l.First)
	}
	return fmt.Sprintf("topic %s, partition %d, %s: %s", l.Topic, l.Partition, which, l.reason())
}

func (l *Loss) reason() string {
	const recreated = "the topic was deleted and created again; "
	const cut = "Kafka cut off the end of the log, as after an unclean leader election; "
	stored := min(l.Acknowledged, l.End) - l.First
	switch n := l.Count(); {
	case l.Cause == Retention:
		return "Kafka deleted these records, by retention or by command, before they were read"
	case l.Cause == Deletion:
		return "the topic was deleted; these records were not acknowledged and cannot be read any more"
	case l.Cause == Recreation && n == 0:
		return recreated + "no record of the deleted topic is known to be lost"
	case l.Cause == Recreation:
		return recreated + "these records of the deleted topic were not acknowledged and cannot be read any more"
	case n == 0:
		return cut + "how many records it lost is not known"
	case stored <= 0:
		return cut + "the sink had acknowledged none of these records"
	case stored < n:
		return fmt.Sprintf("%sthe sink had acknowledged those before offset %d", cut, l.Acknowledged)
	}
	return cut + "the sink had acknowledged all of these records"
}

// GoneError is the loss that stops the input until an operator has decided.
type GoneError struct {
	Loss
	Group string
}

// Error implements error.
func (e *GoneError) Error() string {
	return fmt.Sprintf("records are gone: %v. %s is %s, so an operator decides: "+
		"to go on, set the offset of group %s for %s:%d, to %d to read all that is left (kafka-consumer-groups --reset-offsets), or restart the sink with %s: %s",
		&e.Loss, FieldOnOffsetGone, GoneStop, e.Group, e.Topic, e.Partition, e.Resume, FieldOnOffsetGone, GoneContinue)
}
