// Package writer stores rows over several connections, and decides which rows MariaDB
// refuses.
package writer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/probe"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

const (
	// How often, and how long, the writer retries a deadlock or a lock wait at once
	// before the batch waits.
	maxRetries = 10
	retryFor   = 15 * time.Second
	// An attempt that has lost so many deadlocks runs alone.
	aloneAfter = 3
)

// Writer stores rows. Its methods may be called at the same time.
type Writer struct {
	plan
	db         *sql.DB // inspects tables
	sessions   *sql.DB // has the connections of the sessions
	pool       *pool
	generation atomic.Int64
	packet     atomic.Int64 // max_allowed_packet of the server
	doubted    atomic.Bool  // since the last Renew, rows could not be stored for a reason that may be a session's
	stored     atomic.Bool  // since the last Renew, rows were stored
	alone      sync.RWMutex // locked by an attempt that runs alone
	observe    Observer
	closing    sync.Once
	closed     chan struct{}
}

// New returns a writer that has up to this number of connections. It opens them when rows are
// written at the same time, and closes those that were unused for so long. db inspects tables.
func New(db, sessions *sql.DB, maxRows, connections int, unused time.Duration, observe Observer) *Writer {
	return &Writer{
		db: db, sessions: sessions, plan: plan{maxRows: maxRows}, observe: observe,
		pool: newPool(connections, unused, observe.Statement), closed: make(chan struct{}),
	}
}

// Doubt records that a write has failed, and that the sessions may be the reason.
func (w *Writer) Doubt() { w.doubted.Store(true) }

// Renew makes every session connect again before its next use if the sessions are in doubt:
// the server behind the address may be another one now. While other rows are stored they are
// not: then a single table waits, and the sessions write other tables. A session that met a
// fault has ended already. The connection that inspects tables is always a new one.
func (w *Writer) Renew() {
	doubted, stored := w.doubted.Swap(false), w.stored.Swap(false)
	if doubted && !stored {
		w.generation.Add(1)
	}
	session.CloseIdle(w.db)
}

// SetPacket tells the writer max_allowed_packet of the server, in bytes. After a change every
// session connects again before its next use: a connection keeps the limit that it began with.
func (w *Writer) SetPacket(bytes int) {
	if old := w.packet.Swap(int64(bytes)); old != 0 && old != int64(bytes) {
		w.generation.Add(1)
	}
}

// Open connects a session, unless one is in use: the batch that uses it meets the error. So
// a server or an account that allows no connection is found before rows wait for one. The
// error wraps a [fault.Fault].
func (w *Writer) Open(ctx context.Context) error {
	const failed = "opening connection %d of the 2 that the output needs: %w"
	if w.pool.claim() {
		s, others := w.pool.take()
		var err error
		if !others {
			_, err = w.open(ctx, s)
		}
		w.pool.put(s)
		if err != nil {
			return fmt.Errorf(failed, 1, fault.Judge(err))
		}
	}
	if err := w.db.PingContext(ctx); err != nil { // the connection that inspects the table
		return fmt.Errorf(failed, 2, fault.Judge(err))
	}
	return nil
}

// open connects a session, unless it is connected. fresh says that it has just connected. The
// next inspection connects again, too: the server behind the address may be another one now.
func (w *Writer) open(ctx context.Context, s *session.Session) (fresh bool, err error) {
	fresh, err = s.Open(ctx, w.sessions, w.generation.Load())
	if fresh {
		session.CloseIdle(w.db)
	}
	return fresh, err
}

// Spare closes the idle sessions except one: the server has no connection left, and the
// output needs one to inspect tables.
func (w *Writer) Spare() { w.pool.closeIdle(time.Now()) }

var errClosed = errors.New("the output is closed")

// Close ends the sessions once those that use them are done, or ctx ends.
func (w *Writer) Close(ctx context.Context) {
	w.closing.Do(func() {
		close(w.closed)
		w.pool.close(ctx)
	})
}

// Observer gets the figures for metrics.
type Observer struct {
	Statement func(time.Duration)
	Retry     func(cause string)
}

// Write stores rows, which are sorted and have different keys. After a fault all of them
// must be written again, though some may be stored already. e is what is known beyond the
// batch about rows with these columns. stored counts the rows of the batch that were stored
// before.
func (w *Writer) Write(ctx context.Context, e *probe.Evidence, t *table.Table, batch []rows.Row, stored rows.Tally) (rows.Outcome, *fault.Fault) {
	before := e.Committed()
	all, f := w.pass(ctx, e, t, batch)
	if f != nil {
		return rows.Outcome{}, f
	}
	e.Commit(batch, &all)
	var neighbours probe.Commits
	neighbours.Add(stored)
	neighbours.Add(all.Tally)
	if f := w.settle(ctx, e, t, batch, before, neighbours, &all); f != nil {
		return rows.Outcome{}, f
	}
	if all.Stored() > 0 {
		w.stored.Store(true)
	}
	return all, nil
}

// Count returns the number that a query asks for.
func (w *Writer) Count(ctx context.Context, query string, args ...any) (n int, err error) {
	err = w.db.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

// pass writes rows once, over the idle connections.
func (w *Writer) pass(ctx context.Context, e *probe.Evidence, t *table.Table, batch []rows.Row) (all rows.Outcome, f *fault.Fault) {
	rows.SortForLocks(t, batch)
	shares := w.divide(t, batch, w.pool.ready())
	outcomes := make([]rows.Outcome, len(shares))
	faults := make([]*fault.Fault, len(shares))
	var group sync.WaitGroup
	for i := range shares[1:] {
		group.Go(func() { outcomes[i+1], faults[i+1] = w.share(ctx, e, t, shares[i+1]) })
	}
	outcomes[0], faults[0] = w.share(ctx, e, t, shares[0])
	group.Wait()
	for i := range shares {
		if faults[i] != nil {
			return rows.Outcome{}, faults[i]
		}
		all.Add(outcomes[i])
	}
	return all, nil
}

// share stores a range over one session.
func (w *Writer) share(ctx context.Context, e *probe.Evidence, t *table.Table, batch []rows.Row) (rows.Outcome, *fault.Fault) {
	s, f := w.acquire(ctx)
	if f != nil {
		return rows.Outcome{}, f
	}
	defer w.pool.put(s)
	return w.runOn(ctx, s, e, t, batch, false)
}

// runOn stores a range over one session, again and again while the fault allows it, in
// smaller transactions when one is too large for the server. others says that other rows
// can be stored now, so that a doubtful fault concerns single rows.
func (w *Writer) runOn(ctx context.Context, s *session.Session, e *probe.Evidence, t *table.Table, batch []rows.Row, others bool) (rows.Outcome, *fault.Fault) {
	started := time.Now()
	for try := 1; ; try++ {
		fresh, err := w.open(ctx, s)
		if err != nil {
			return rows.Outcome{}, fault.Judge(err)
		}
		a := &attempt{plan: &w.plan, session: s, table: t, others: others}
		f := w.run(ctx, a, batch, try > aloneAfter)
		if f == nil {
			return a.outcome, nil
		}
		if a.about != nil {
			// To find the rows takes a statement for each, and MariaDB may take none.
			if found := e.Probe(ctx, s, t, f, a.about, batch); found == probe.Stored || found == probe.Nothing {
				others = true
				continue
			}
			f.Unproven, f.Common = true, true
		}
		if f.TooMuchAtOnce() && len(batch) > 1 {
			s.Discard()
			return w.runInHalves(ctx, s, e, t, batch, others)
		}
		if final := w.recover(ctx, s, f, fresh); final != nil {
			return rows.Outcome{}, final
		}
		w.observe.Retry(f.Cause())
		if try == maxRetries || time.Since(started) > retryFor {
			f.Kind = fault.Wait
			return rows.Outcome{}, f
		}
		if err := retry.Sleep(ctx, rand.N(time.Duration(try)*5*time.Millisecond)); err != nil {
			return rows.Outcome{}, fault.Judge(err)
		}
	}
}

// runInHalves stores a range that is too large for one transaction.
func (w *Writer) runInHalves(ctx context.Context, s *session.Session, e *probe.Evidence, t *table.Table, batch []rows.Row, others bool) (rows.Outcome, *fault.Fault) {
	first, f := w.runOn(ctx, s, e, t, batch[:len(batch)/2], others)
	if f != nil {
		return rows.Outcome{}, f
	}
	rest, f := w.runOn(ctx, s, e, t, batch[len(batch)/2:], others)
	first.Add(rest)
	return first, f
}

// recover makes the session ready for another try after a fault. It returns the fault
// when no other try can help now. fresh says that the session had just connected.
func (w *Writer) recover(ctx context.Context, s *session.Session, f *fault.Fault, fresh bool) *fault.Fault {
	if f.Kind == fault.RetryNow {
		if f = s.Exec(ctx, "ROLLBACK"); f != nil {
			s.Discard()
		}
		return f
	}
	s.Discard()
	if fresh || f.Number != 0 || ctx.Err() != nil {
		return f
	}
	return nil // a connection that was idle may have been closed meanwhile
}

// run makes an attempt, at the same time as others or alone. Triggers and foreign keys
// take locks that the output does not see, in an order that no sorting of rows foresees.
// So after several deadlocks an attempt has to run alone.
func (w *Writer) run(ctx context.Context, a *attempt, batch []rows.Row, alone bool) *fault.Fault {
	lock := w.alone.RLocker()
	if alone {
		lock = &w.alone
	}
	lock.Lock()
	defer lock.Unlock()
	return a.run(ctx, batch)
}
