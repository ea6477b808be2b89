// Package probe finds evidence about rows that fail with a doubtful error: it tells whether
// other rows can be stored while such a row fails.
package probe

import (
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"github.com/order-sink/order-sink/plugins/mariadb/rows"
)

// A row that fails with a doubtful error (see [fault.Fault.Doubtful]) is refused only if
// other rows can be stored while the row fails; else good rows would become dead
// letters because of the environment (Invariant 3). But the row must not wait
// forever either (Invariant 6), and at low traffic the row is alone in its batch. So
// the output looks for evidence beyond the batch: rows that other batches commit
// meanwhile, and probes with rows that are known or that wait to be written.

// Change is what a row does to the table. A trigger, a privilege or a full log table can
// concern one change only, so a row is compared with rows that do the same.
type Change int

// The changes.
const (
	inserts Change = iota
	updates
	deletes
	repeats // a row of the mode Insert whose key is stored: it changes nothing
	changes
)

// Commits counts committed rows by change.
type Commits [changes]int

// Add adds the commits that a tally counts.
func (c *Commits) Add(t rows.Tally) {
	c[inserts] += t.Inserted
	c[updates] += t.Updated
	c[deletes] += t.Deleted
	c[repeats] += t.Unchanged
}

const (
	largestKept  = 64 << 10 // bounds the row that is kept for probes, in bytes
	mostSuspects = 10_000   // bounds the memory of rows whose batches were never brought again
)

// Evidence is what an output knows beyond the batch that it writes.
type Evidence struct {
	// Table is what is known about all rows of the table, nil for the same. Rows with other
	// columns are no rows for a probe, but their commits count.
	Table *Evidence

	mutex    sync.Mutex
	commits  Commits
	kept     rows.Row               // a record that was stored; its values are nil for none
	waiting  map[int][]rows.Message // batches that wait to be written, by number
	number   int                    // of the last of these
	suspects map[uint64]*Suspicion  // by [identify]
}

// Suspicion is what is known about a row that fails with a doubtful error.
type Suspicion struct {
	Rounds int     // how often the row failed after evidence that others are stored
	seen   Commits // the commits that were counted as evidence already, or before
}

// Committed returns what was committed so far.
func (e *Evidence) Committed() Commits {
	if e.Table != nil {
		return e.Table.Committed()
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.commits
}

// Commit remembers that rows, but for the refused ones, were committed.
func (e *Evidence) Commit(batch []rows.Row, o *rows.Outcome) {
	if e.Table != nil {
		e.Table.Commit(nil, o)
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.commits.Add(o.Tally)
	for i := range batch {
		r := &batch[i]
		if r.Deletes || r.Size > largestKept ||
			slices.ContainsFunc(o.Refused, func(v rows.Refused) bool { return v.Row.Message == r.Message }) {
			continue
		}
		// The values lie in memory that the next batch uses.
		e.kept = rows.Row{Message: storedBefore, Values: append(e.kept.Values[:0], r.Values...), Size: r.Size}
		return
	}
}

// Offer lets probes use the messages of a batch that waits to be written, until the
// returned function is called.
func (e *Evidence) Offer(messages []rows.Message) (withdraw func()) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.waiting == nil {
		e.waiting = make(map[int][]rows.Message)
	}
	e.number++
	n := e.number
	e.waiting[n] = messages
	return func() {
		e.mutex.Lock()
		defer e.mutex.Unlock()
		delete(e.waiting, n)
	}
}

// Suspect returns what is known about a row. before is what had been committed when its
// batch began.
func (e *Evidence) Suspect(r *rows.Row, before Commits) *Suspicion {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	id := identify(r)
	s := e.suspects[id]
	if s == nil {
		if e.suspects == nil || len(e.suspects) >= mostSuspects {
			e.suspects = make(map[uint64]*Suspicion)
		}
		s = &Suspicion{seen: before}
		e.suspects[id] = s
	}
	return s
}

// Forget forgets a row that is stored or refused.
func (e *Evidence) Forget(r *rows.Row) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	delete(e.suspects, identify(r))
}

// identify returns a number that a row has in every try of its batch.
func identify(r *rows.Row) uint64 {
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%t %#v", r.Deletes, r.Values)
	return hash.Sum64()
}

const (
	notOfBatch   = -1 // the Message of a row that belongs to no batch at hand
	storedBefore = -2 // the Message of a row that MariaDB has stored before
)
