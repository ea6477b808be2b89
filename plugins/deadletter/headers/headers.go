// Package headers makes the headers of a dead letter.
package headers

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// TimeFormat is how headers have a time: in UTC, with milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z07:00"

// ForChild is metadata of a dead letter that is no header: an object with what the child
// output needs besides the headers, which is the key.
const ForChild = " "

// Build returns the metadata of a dead letter: the headers, and [ForChild]. A dead letter
// has the headers of its producer and two vocabularies of the reason, order_sink.* and
// the __connect.errors.* that Kafka Connect's tools read. metadata is that of the record.
// Without an error, the reason is what the framework's fallback has left there.
func Build(metadata map[string]any, reason error, now time.Time) map[string]any {
	if reason == nil {
		reason = errors.New("unknown: value: no reason was given")
		if text := metadata[record.FallbackError]; text != nil {
			reason = errors.New(textOf(text))
		}
	}
	message := reason.Error()
	refusal := record.Parse(reason)
	if refusal != nil {
		message = refusal.Error()
	} else {
		refusal = &record.Refusal{Stage: record.Unknown, Code: "unknown"}
	}
	all := record.ProducerHeaders(metadata)
	if from := metadata[record.ReplayedFrom]; from != nil {
		all[record.ReplayedFrom] = from
	}
	maps.Copy(all, map[string]any{
		ForChild:                 map[string]any{"key": metadata[record.Key]},
		record.HeaderCode:        refusal.Code,
		record.HeaderField:       refusal.Field(),
		record.HeaderStage:       refusal.Stage.Name,
		record.HeaderTimestamp:   textOf(metadata[record.Timestamp]),
		record.HeaderFailedAt:    now.UTC().Format(TimeFormat),
		record.HeaderTopic:       textOf(metadata[record.Topic]),
		record.HeaderPartition:   textOf(metadata[record.Partition]),
		record.HeaderOffset:      textOf(metadata[record.Offset]),
		record.ConnectName:       "order-sink",
		record.ConnectTask:       "0",
		record.ConnectStage:      refusal.Stage.Connect,
		record.ConnectClass:      refusal.Stage.Name,
		record.ConnectException:  "order_sink." + refusal.Code,
		record.HeaderMessage:     message,
		record.ConnectStacktrace: reason.Error(),
	})
	return all
}

// Built says whether metadata is that of a dead letter already: a mapping in front of the
// output has made it. Only a mapping makes an object of [ForChild]. Older mappings had
// none, but left out the metadata of the input. A record from Kafka with a header
// order_sink.code has that metadata.
func Built(metadata map[string]any) bool {
	_, forChild := metadata[ForChild].(map[string]any)
	_, hasCode := metadata[record.HeaderCode]
	_, hasTopic := metadata[record.Topic]
	return forChild || hasCode && !hasTopic
}

func textOf(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case []byte:
		return string(value)
	}
	return fmt.Sprint(value)
}
