package mariadb

import "context"

// turn keeps the order of a partition whose input gives out the next batch, for the
// processors, while this one is being written: see kafka_batch in plugins/README.md.
// The zero turn is that of any other input.
type turn struct {
	input interface {
		Arrived()                // the next batch may come
		Before() <-chan struct{} // closed when the one before this has passed
		Passed()                 // this one has, and those behind it may be written
	}
}

// newTurn takes the metadata of a batch's first message.
func newTurn(metadata any) (t turn) {
	t.input, _ = metadata.(interface {
		Arrived()
		Before() <-chan struct{}
		Passed()
	})
	return t
}

// await returns when the batch may be written. false: ctx has ended.
func (t turn) await(ctx context.Context) bool {
	if t.input == nil {
		return true
	}
	t.input.Arrived()
	select {
	case <-t.input.Before():
		return true
	case <-ctx.Done():
		return false
	}
}

// passed says that every message has its verdict.
func (t turn) passed() {
	if t.input != nil {
		t.input.Passed()
	}
}
