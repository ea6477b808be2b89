package mariadb

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
	// How long, and how often, a deadlock or a lock wait is tried again at once
	// before it counts as waiting.
	maxRetries = 10
	retryFor   = 15 * time.Second
	// Who has lost so many deadlocks in a row goes on alone.
	aloneAfter = 3
)

// writer stores rows. Its methods may be called at the same time.
type writer struct {
	plan
	db         *sql.DB
	sessions   chan *session.Session // those that nobody uses
	generation atomic.Int64
	alone      sync.RWMutex // held by whoever writes alone
	evidence   probe.Evidence
	observe    observer
	closing    sync.Once
	closed     chan struct{}
}

func newWriter(db *sql.DB, maxRows, connections int, observe observer) *writer {
	w := &writer{
		db: db, plan: plan{maxRows: maxRows}, observe: observe,
		sessions: make(chan *session.Session, connections), closed: make(chan struct{}),
	}
	for range connections {
		w.sessions <- session.New(observe.statement)
	}
	return w
}

// renew makes every session connect again before it is next used: the server
// behind the address may be another one now.
func (w *writer) renew() {
	w.generation.Add(1)
	session.CloseIdle(w.db)
}

// open connects the sessions that nobody uses, so that a server or an account
// that allows fewer connections is found before rows wait for one.
func (w *writer) open(ctx context.Context) error {
	for n := range cap(w.sessions) {
		select {
		case s := <-w.sessions:
			_, err := s.Open(ctx, w.db, w.generation.Load())
			w.sessions <- s
			if err != nil {
				return &openError{n + 1, cap(w.sessions) + 1, err}
			}
		default: // in use, so it is open or its user will say why not
		}
	}
	// And one to look at the table, beside them.
	if err := w.db.PingContext(ctx); err != nil {
		return &openError{cap(w.sessions) + 1, cap(w.sessions) + 1, err}
	}
	return nil
}

// openError says how many of the configured connections there can be.
type openError struct {
	nth, of int
	err     error
}

func (e *openError) Error() string {
	return fmt.Sprintf("opening connection %d of %d: %v", e.nth, e.of, e.err)
}

func (e *openError) Unwrap() error { return e.err }

var errClosed = errors.New("the output is closed")

// close ends the sessions once those that use them are done, or ctx ends.
func (w *writer) close(ctx context.Context) {
	w.closing.Do(func() {
		close(w.closed)
		for range cap(w.sessions) {
			select {
			case s := <-w.sessions:
				s.Discard()
			case <-ctx.Done():
				return
			}
		}
	})
}

// observer is told what the writer does, for metrics.
type observer struct {
	statement func(time.Duration)
	retry     func(cause string)
}

// write stores rows, which are sorted and have one key each. A failure means
// that all of them must be written again, though some may be stored already.
// neighbours are the other rows of the batch that were stored before.
func (w *writer) write(ctx context.Context, t *table.Table, batch []rows.Row, neighbours probe.Commits) (rows.Outcome, *fault.Fault) {
	before := w.evidence.Committed()
	all, f := w.pass(ctx, t, batch)
	if f != nil {
		return rows.Outcome{}, f
	}
	w.evidence.Commit(batch, &all)
	for change, n := range probe.CommitsOf(all.Tally) {
		neighbours[change] += n
	}
	if f := w.settle(ctx, t, batch, before, neighbours, &all); f != nil {
		return rows.Outcome{}, f
	}
	return all, nil
}

func (w *writer) pass(ctx context.Context, t *table.Table, batch []rows.Row) (rows.Outcome, *fault.Fault) {
	rows.SortForLocks(t, batch)
	shares := w.divide(batch, max(1, len(w.sessions)))
	outcomes := make([]rows.Outcome, len(shares))
	failures := make([]*fault.Fault, len(shares))
	var group sync.WaitGroup
	for i := range shares[1:] {
		group.Go(func() { outcomes[i+1], failures[i+1] = w.share(ctx, t, shares[i+1]) })
	}
	outcomes[0], failures[0] = w.share(ctx, t, shares[0])
	group.Wait()
	var all rows.Outcome
	for i := range shares {
		if failures[i] != nil {
			return rows.Outcome{}, failures[i]
		}
		all.Add(outcomes[i])
	}
	w.sizer.learn(len(batch), len(all.Refused))
	return all, nil
}

// share stores a range over one session, again and again while the failure says
// so, in smaller transactions where one is too large for the server.
func (w *writer) share(ctx context.Context, t *table.Table, batch []rows.Row) (rows.Outcome, *fault.Fault) {
	s, f := w.acquire(ctx)
	if f != nil {
		return rows.Outcome{}, f
	}
	defer w.release(s)
	return w.runOn(ctx, s, t, batch, false)
}

// acquire takes a session, which may have to be opened.
func (w *writer) acquire(ctx context.Context) (*session.Session, *fault.Fault) {
	select {
	case s := <-w.sessions:
		return s, nil
	case <-ctx.Done():
		return nil, fault.Judge(ctx.Err())
	case <-w.closed:
		return nil, fault.Judge(errClosed)
	}
}

func (w *writer) release(s *session.Session) { w.sessions <- s }

// runOn stores a range over one session. others says that other rows can be stored now,
// so that a doubtful failure is one of single rows.
func (w *writer) runOn(ctx context.Context, s *session.Session, t *table.Table, batch []rows.Row, others bool) (rows.Outcome, *fault.Fault) {
	started := time.Now()
	for try := 1; ; try++ {
		fresh, err := s.Open(ctx, w.db, w.generation.Load())
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
			if found := w.evidence.Probe(ctx, s, t, f, a.about, batch); found == probe.Stored || found == probe.Nothing {
				others = true
				continue
			}
			f.Unproven, f.Common = true, true
		}
		if f.TooMuchAtOnce() && len(batch) > 1 {
			s.Discard()
			return w.runInHalves(ctx, s, t, batch, others)
		}
		if final := w.recover(ctx, s, f, fresh); final != nil {
			return rows.Outcome{}, final
		}
		w.observe.retry(f.Cause())
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
func (w *writer) runInHalves(ctx context.Context, s *session.Session, t *table.Table, batch []rows.Row, others bool) (rows.Outcome, *fault.Fault) {
	first, f := w.runOn(ctx, s, t, batch[:len(batch)/2], others)
	if f != nil {
		return rows.Outcome{}, f
	}
	rest, f := w.runOn(ctx, s, t, batch[len(batch)/2:], others)
	first.Add(rest)
	return first, f
}

// recover makes the session ready for another try after a failure. It returns the
// failure when no other try can help now. fresh says that the session had just connected.
func (w *writer) recover(ctx context.Context, s *session.Session, f *fault.Fault, fresh bool) *fault.Fault {
	if f.Kind == fault.RetryNow {
		f = s.Exec(ctx, "ROLLBACK")
		if f != nil {
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
func (w *writer) run(ctx context.Context, a *attempt, batch []rows.Row, alone bool) *fault.Fault {
	if alone {
		w.alone.Lock()
		defer w.alone.Unlock()
	} else {
		w.alone.RLock()
		defer w.alone.RUnlock()
	}
	return a.run(ctx, batch)
}
