package mariadb

import (
	"sync"

	"github.com/order-sink/order-sink/plugins/mariadb/rows"
)

// held remembers what became of the rows of batches that dead_letter_limit holds
// back. Such a batch is written again, and its rows are unchanged then, but a message
// counts once, with the outcome of the first write.
type held struct {
	mutex   sync.Mutex
	tallies map[uint64]rows.Tally // by [identity]
}

// credit gives the rows of a batch the outcomes of its first write. true: there was one.
func (h *held) credit(batch uint64, r *result) bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	first, again := h.tallies[batch]
	if !again {
		return false
	}
	for _, o := range []struct {
		now   *int
		first int
	}{{&r.Inserted, first.Inserted}, {&r.Updated, first.Updated}, {&r.Deleted, first.Deleted}} {
		// A row is unchanged now, or stale if a newer one came meanwhile.
		for _, now := range []*int{&r.Unchanged, &r.Stale} {
			n := min(o.first, *now)
			*now, *o.now, o.first = *now-n, *o.now+n, o.first-n
		}
	}
	return true
}

func (h *held) keep(batch uint64, r *result) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.tallies == nil {
		h.tallies = make(map[uint64]rows.Tally)
	}
	h.tallies[batch] = r.Tally
}

func (h *held) release(batch uint64) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	delete(h.tallies, batch)
}
