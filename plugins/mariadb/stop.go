package mariadb

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
)

const (
	fieldOnRefusal    = "on_refusal"
	onRefusalContinue = "continue"
	onRefusalStop     = "stop"

	// causeRefusal is the cause of a stop at a refused record.
	causeRefusal = "refusal"
)

// Stop is the refused record at which an output with `on_refusal: stop` has stopped. It has
// no value of the record.
type Stop struct {
	Topic     string // as it was read, "" if it is unknown
	Partition int32  // -1 if it is unknown
	Offset    int64  // -1 if it is unknown
	Code      string // of the refusal, "unknown" for an error without a code
	Field     string // the path of the field, or the column; "value" for the whole record
	Text      string // what was expected and what was found
}

// StopKey is the key of a func(Stop) among the generic values of a stream's resources. A
// program sets it before it runs the stream:
//
//	stream.Resources().SetGeneric(mariadb.StopKey{}, func(s mariadb.Stop) { … })
//
// The output calls the function once, in its own goroutine: the function must not wait for the
// stream.
type StopKey struct{}

// String returns the position and the reason, as the log has them.
func (s Stop) String() string {
	at := "a record"
	if s.Offset >= 0 {
		at = fmt.Sprintf("the record at %s/%d offset %d", s.Topic, s.Partition, s.Offset)
	}
	return fmt.Sprintf("%s is refused: %s: %s: %s", at, s.Code, s.Field, s.Text)
}

// stopOf describes a refused message.
func stopOf[M rows.Incoming](m M, why error) Stop {
	s := Stop{Partition: -1, Offset: -1, Code: "unknown", Field: "value", Text: "a processor has refused the record without a code; the log of the processor has its error"}
	if refused := record.Parse(why); refused != nil {
		s.Code, s.Field, s.Text = refused.Code, refused.Field(), refused.Detail
	}
	partition, isKafka := metadataOf(m, record.Partition).(int)
	if offset, known := metadataOf(m, record.Offset).(int); known && isKafka {
		s.Topic, _ = record.SourceTopic(m).(string)
		s.Partition, s.Offset = int32(partition), int64(offset)
	}
	return s
}

func metadataOf[M rows.Incoming](m M, name string) any {
	v, _ := m.MetaGetMut(name)
	return v
}

// stopper stops an output at the first refused record. It is nil with `on_refusal: continue`.
type stopper struct {
	find   func(key any) (value any, found bool) // the generic values of the stream
	isOnly bool                                  // no other output gets the records, and each has its own outcome

	mutex sync.Mutex
	at    *Stop
}

// stop stops the output, unless it has stopped before.
func (s *stopper) stop(at Stop) {
	s.mutex.Lock()
	again := s.at != nil
	if !again {
		s.at = &at
	}
	s.mutex.Unlock()
	if again {
		return
	}
	value, _ := s.find(StopKey{})
	if tell, isSet := value.(func(Stop)); isSet {
		go tell(at)
	}
}

// reason returns why the output has stopped, nil if it has not.
func (s *stopper) reason() *reason {
	if s == nil {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.at == nil {
		return nil
	}
	return &reason{Reason: retry.Reason{Work: storing, Cause: causeRefusal, Stopped: true, Text: fmt.Sprintf(
		"%v. The records in front of it are stored, and the output writes nothing more (%s: %s). Correct the table or the pipeline, or skip the record by setting the offset of the consumer group behind it. Then start the pipeline again",
		*s.at, fieldOnRefusal, onRefusalStop)}}
}

// areRecords says whether the messages of a batch are records in their order, each once.
func areRecords[M rows.Incoming](batch []M) bool {
	last := -1
	for _, m := range batch {
		offset, known := metadataOf(m, record.Offset).(int)
		if !known || offset <= last {
			return false
		}
		last = offset
	}
	return true
}

// put stores the messages of a batch, or with `on_refusal: stop` those in front of the first
// message that is refused.
func (o *output) put(ctx context.Context, messages []rows.Message) (*store.Result, *fault.Fault) {
	if o.stop == nil {
		return o.store.Put(ctx, messages)
	}
	end := slices.IndexFunc(messages, func(m rows.Message) bool { return m.Failed })
	if end < 0 {
		end = len(messages)
	}
	return o.store.PutUntilRefused(ctx, messages[:end])
}

// fail adds the messages that had failed in a processor to the outcome of a batch, or with
// `on_refusal: stop` the first of them if none in front of it is refused.
func (o *output) fail(result *store.Result, messages []rows.Message, why func(message int) error) {
	for i := range messages {
		if messages[i].Failed && (o.stop == nil || result.DeadLetters() == 0) {
			result.Fail(i, why(i))
		}
	}
}
