// Package ticket keeps the order of batches by the tickets of their messages.
package ticket

import (
	"context"
	"slices"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// List has the tickets of a batch. They keep the order of a partition whose input gives out
// the next batch while this one is being written. Only the batches of kafka_read have a
// ticket. A batch that was put together from several batches has several.
type List []record.Ticket

// Of returns the tickets of a batch. It asks all messages: a processor may have left out
// the first one of a batch that must wait.
func Of[M interface{ MetaGetImmut(name string) (any, bool) }](batch []M) (all List) {
	for _, m := range batch {
		metadata, _ := m.MetaGetImmut(record.Batch)
		if t, ok := metadata.(record.Ticket); ok && (len(all) == 0 || all[len(all)-1] != t) {
			all = append(all, t)
		}
	}
	return all
}

// count is how many messages are of one ticket: all of them, or 0 for an unknown number.
func (all List) count(messages int) int {
	if len(all) == 1 {
		return messages
	}
	return 0
}

// Await returns when the batch may be written. It returns false when ctx has ended. A second
// batch of one partition follows the first one in the same write, and waits for nothing else.
func (all List) Await(ctx context.Context, by any, messages int) bool {
	for _, t := range all {
		t.Arrived(by, all.count(messages))
	}
	for i, t := range all {
		first := !slices.ContainsFunc(all[:i], func(other record.Ticket) bool { return other.Partition() == t.Partition() })
		if first && !closed(ctx, t.Before(by)) {
			return false
		}
	}
	return true
}

// Passed says that every message has its outcome.
func (all List) Passed(by any, messages int) {
	for _, t := range all {
		t.Passed(by, all.count(messages))
	}
}

// Behind returns when refused messages may be passed on, or when ctx has ended.
func (all List) Behind(ctx context.Context) {
	for _, t := range all {
		if !closed(ctx, t.Behind()) {
			return
		}
	}
}

// closed waits for c. false: ctx has ended.
func closed(ctx context.Context, c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	case <-ctx.Done():
		return false
	}
}

// Stuck asks the input for the next batch of each partition, although this batch has no
// outcome yet: its rows can be compared with the records of the next batch.
func (all List) Stuck() {
	for _, t := range all {
		t.Stuck()
	}
}

// Stored says that the first messages are safe, and that the output writes nothing more. The
// messages of several tickets are read again.
func (all List) Stored(by any, messages int) {
	if len(all) == 1 {
		all[0].Stored(by, messages)
	}
}
