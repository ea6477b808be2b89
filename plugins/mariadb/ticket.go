package mariadb

import (
	"context"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// tickets keep the order of a partition whose input gives out the next batch while this
// one is being written. The batches of any input but kafka_read have none. A batch that
// was put together from several has several.
type tickets []record.Ticket

// with adds the ticket of a message. The output asks all messages: a processor may have
// left out the first one of a batch that must wait.
func (all tickets) with(metadata any) tickets {
	if t, ok := metadata.(record.Ticket); ok && (len(all) == 0 || all[len(all)-1] != t) {
		all = append(all, t)
	}
	return all
}

// count is how many messages are of one ticket: all of them, or 0 for an unknown number.
func (all tickets) count(messages int) int {
	if len(all) == 1 {
		return messages
	}
	return 0
}

// await returns when the batch may be written. false: ctx has ended.
func (all tickets) await(ctx context.Context, by any, messages int) bool {
	for _, t := range all {
		t.Arrived(by, all.count(messages))
	}
	for i, t := range all {
		if !all[:i].have(t.Partition()) && !closed(ctx, t.Before(by)) {
			return false
		}
	}
	return true
}

// have says whether a batch of the partition is among them. What follows it in the
// same write needs no ticket of its own.
func (all tickets) have(partition any) bool {
	for _, t := range all {
		if t.Partition() == partition {
			return true
		}
	}
	return false
}

// passed says that every message has its outcome.
func (all tickets) passed(by any, messages int) {
	for _, t := range all {
		t.Passed(by, all.count(messages))
	}
}

// behind returns when refused messages may be given on.
func (all tickets) behind(ctx context.Context) {
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

// stuck asks the input for the next batch of each partition, although this batch has no
// outcome yet: its rows can be compared with the records of the next batch.
func (all tickets) stuck() {
	for _, t := range all {
		t.Stuck()
	}
}
