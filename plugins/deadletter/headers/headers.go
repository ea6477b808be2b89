// Package headers builds the headers of a dead letter.
package headers

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// TimeFormat is the format of a time in a header: UTC, in milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z07:00"

// ForChild is metadata that is no header: an object with the key, for the child output.
const ForChild = " "

// Build returns the metadata of a dead letter: the headers and [ForChild]. The headers are
// those of the producer, order_sink.* with the reason, and __connect.errors.* with the
// reason for the tools of Kafka Connect. metadata is the metadata of the record. If reason
// is nil, Build takes the error that the framework's fallback has set there.
func Build(metadata map[string]any, reason error, now time.Time) map[string]any {
	if reason == nil {
		reason = errors.New("unknown: value: no reason was given")
		if text := metadata[record.FallbackError]; text != nil {
			reason = errors.New(textOf(text))
		}
	}
	message, refusal := reason.Error(), record.Parse(reason)
	if refusal != nil {
		message = refusal.Error()
	} else {
		refusal = &record.Refusal{Stage: record.Unknown, Code: "unknown"}
	}
	all := record.ProducerHeaders(metadata)
	if from := metadata[record.ReplayedFrom]; from != nil {
		all[record.ReplayedFrom] = from
	}
	if name := record.TableOf(metadata); name != "" {
		all[record.HeaderTable] = name
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

// Built reports whether a mapping before the output has already made the dead letter. Only
// a mapping sets [ForChild] to an object. Older mappings did not set it, but removed the
// metadata of the input. A record from Kafka with a header order_sink.code has that
// metadata.
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
