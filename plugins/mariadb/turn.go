package mariadb

import "context"

// turns keep the order of a partition whose input gives out the next batch while this
// one is being written: see kafka_batch in plugins/README.md. The batches of any other
// input have none. A batch that was put together from several has several.
type turns []turn

// turn is what kafka_read puts with a batch. Several outputs may get the same turn, so
// each passes itself as by.
type turn interface {
	Arrived(by any, messages int)  // by has so many messages, and will say Passed
	Before(by any) <-chan struct{} // closed when by may write them
	Passed(by any, messages int)   // by has a verdict on so many messages
	Behind() <-chan struct{}       // closed when by may give refused messages on
	Stuck()                        // by needs the next batch of the partition
	Partition() any                // the same for all batches of a partition
}

// with adds the turn of a message. All messages are looked at: a processor may have
// left out the first one of a batch that must wait.
func (all turns) with(metadata any) turns {
	if t, ok := metadata.(turn); ok && (len(all) == 0 || all[len(all)-1] != t) {
		all = append(all, t)
	}
	return all
}

// count is how many messages are of one turn: all of them, or 0 for an unknown number.
func (all turns) count(messages int) int {
	if len(all) == 1 {
		return messages
	}
	return 0
}

// await returns when the batch may be written. false: ctx has ended.
func (all turns) await(ctx context.Context, by any, messages int) bool {
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
// same write needs no turn of its own.
func (all turns) have(partition any) bool {
	for _, t := range all {
		if t.Partition() == partition {
			return true
		}
	}
	return false
}

// passed says that every message has its verdict.
func (all turns) passed(by any, messages int) {
	for _, t := range all {
		t.Passed(by, all.count(messages))
	}
}

// behind returns when refused messages may be given on.
func (all turns) behind(ctx context.Context) {
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
