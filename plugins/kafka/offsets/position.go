// Package offsets compares the offsets of a consumer group with the logs of its
// partitions. It finds the records that Kafka lost before the group read them, and the
// offset from which a partition is read on.
package offsets

import (
	"encoding/base64"
	"fmt"
)

// Unknown is an offset or a leader epoch that is not known.
const Unknown = -1

// TopicPartition names a partition of a topic.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// Position is how far the sink has read a partition, and what the sink knows of its log.
type Position struct {
	TopicID     [16]byte // zero: not known
	Next        int64    // the first offset that is not acknowledged
	Epoch       int32    // the leader epoch of the record before Next
	LogEnd      int64    // the end of the log at the last check
	LogEndEpoch int32    // the leader epoch at the last check
	Cut         EpochEnd // where the client found the log truncated
}

// NoPosition returns a position of which nothing is known.
func NoPosition() Position {
	return Position{Next: Unknown, Epoch: Unknown, LogEnd: Unknown, LogEndEpoch: Unknown}
}

// ExtendLog notes that the log reached up to end, with the leader epoch of the record
// before end. An end belongs to its epoch, so both change together.
func (p *Position) ExtendLog(end int64, epoch int32) {
	if end > p.LogEnd {
		p.LogEnd, p.LogEndEpoch = end, epoch
	}
}

// LogState is what the broker says of a partition now.
type LogState struct {
	TopicID    [16]byte
	Start      int64 // the first offset
	StartEpoch int32 // the leader epoch of the first record
	StableEnd  int64 // the end for a consumer that reads only committed records
	End        int64
	Epoch      int32 // the leader epoch now

	// Where the epochs Position.Epoch and Position.LogEndEpoch end in this log (KIP-320).
	EndOfEpoch, EndOfLogEndEpoch EpochEnd
}

// EpochEnd is where a leader epoch ends in a log.
type EpochEnd struct {
	Known  bool
	Offset int64 // Unknown: the log never had the leader epoch
	Epoch  int32 // of the record before Offset
}

// metadataFormat is the metadata of an offset that the sink commits. It tells an offset of
// a deleted topic from an offset of the topic that has the same name now.
const metadataFormat = "order-sink topic=%s end=%d epoch=%d"

// CommitMetadata returns the metadata for the commit of the position.
func (p Position) CommitMetadata() string {
	p.ExtendLog(p.Next, p.Epoch)
	return fmt.Sprintf(metadataFormat, base64.RawURLEncoding.EncodeToString(p.TopicID[:]), p.LogEnd, p.LogEndEpoch)
}

// ReadCommitMetadata adds the metadata of a committed offset to its position. It returns
// false, and changes nothing, when the sink did not commit the offset.
func (p *Position) ReadCommitMetadata(text string) bool {
	var id string
	var end int64
	var epoch int32
	if n, err := fmt.Sscanf(text, metadataFormat, &id, &end, &epoch); err != nil || n != 3 {
		return false
	}
	decoded, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || len(decoded) != len(p.TopicID) {
		return false
	}
	copy(p.TopicID[:], decoded)
	p.LogEnd, p.LogEndEpoch = end, epoch
	return true
}
