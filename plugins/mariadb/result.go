package mariadb

import (
	"sync"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
)

// result is the outcome of a batch.
type result struct {
	rows.Tally
	compacted int
	ignored   int                     // tombstones
	refused   map[int]*record.Refusal // by index in the batch
	failed    map[int]error           // what had failed in a processor, by index
}

func (r *result) refuse(message int, refusal *record.Refusal) {
	if r.refused == nil {
		r.refused = make(map[int]*record.Refusal)
	}
	r.refused[message] = refusal
}

func (r *result) fail(message int, err error) {
	if r.failed == nil {
		r.failed = make(map[int]error)
	}
	r.failed[message] = err
}

// err returns why a message becomes a dead letter, nil for another message.
func (r *result) err(message int) error {
	if refusal := r.refused[message]; refusal != nil {
		return refusal
	}
	return r.failed[message]
}

// codes counts the dead letters of the batch by code. A plugin that refuses a record
// begins the text of its error with a code.
func (r *result) codes() map[string]int {
	codes := make(map[string]int)
	for _, refusal := range r.refused {
		codes[refusal.Code]++
	}
	for _, err := range r.failed {
		code := "unknown"
		if refusal := record.Parse(err); refusal != nil {
			code = refusal.Code
		}
		codes[code]++
	}
	return codes
}

// held has the outcomes of batches that dead_letter_limit holds back. Such a batch is
// written again, and its rows are unchanged then. But a message counts once, with the
// outcome of the first write.
type held struct {
	mutex   sync.Mutex
	tallies map[uint64]rows.Tally // by [rows.Identity]
}

// credit gives the rows of a batch the outcomes of its first write. It returns false when
// there was none.
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
	h.tallies[batch] = r.Tally
}

func (h *held) release(batch uint64) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	delete(h.tallies, batch)
}
