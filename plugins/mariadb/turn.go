package mariadb

import "context"

// turns keep the order of a partition whose input gives out the next batch, for the
// processors, while this one is being written: see kafka_batch in plugins/README.md.
// Those of any other input are none. A batch that was put together from several has
// several.
type turns []turn

type turn interface {
	Arrived(messages int)    // so many are here, and the next batch may come
	Before() <-chan struct{} // closed when the one before this has passed
	Passed(messages int)     // so many have, and those behind them may be written
}

// with adds what a message's metadata say. All messages are looked at: whichever came
// first in a batch that must wait may have been left out on the way.
func (all turns) with(metadata any) turns {
	if t, ok := metadata.(turn); ok && (len(all) == 0 || all[len(all)-1] != t) {
		all = append(all, t)
	}
	return all
}

// await returns when the batch may be written. false: ctx has ended.
func (all turns) await(ctx context.Context, messages int) bool {
	for _, t := range all {
		if len(all) == 1 {
			t.Arrived(messages)
		}
		select {
		case <-t.Before():
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// passed says that every message has its verdict.
func (all turns) passed(messages int) {
	if len(all) == 1 {
		all[0].Passed(messages)
	}
}
