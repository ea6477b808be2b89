package writer

import (
	"context"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/probe"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Transaction stores rows over one session, of several tables too, and all of them or none.
type Transaction struct {
	writer  *Writer
	session *session.Session
	once    bool // there is one call of Write at most, unless a row is refused

	begun, committed bool
	refused          *fault.Fault // that a statement has met
	stored           []stored
}

// stored is rows that are evidence once they are committed.
type stored struct {
	evidence *probe.Evidence
	batch    []rows.Row
	outcome  rows.Outcome
}

// Together calls write with a transaction, and commits what write has written if write
// returns true. After a fault nothing is stored: all of it must be written again, at once if
// the fault is one of [fault.RetryNow]. alone says that no other batch may be written
// meanwhile. once says that write has one group of rows with different keys.
func (w *Writer) Together(ctx context.Context, alone, once bool, write func(*Transaction) (keep bool, f *fault.Fault)) *fault.Fault {
	s, f := w.acquire(ctx)
	if f != nil {
		return f
	}
	defer w.pool.put(s)
	fresh, err := w.open(ctx, s)
	if err != nil {
		return fault.Judge(err)
	}
	lock := w.alone.RLocker()
	if alone {
		lock = &w.alone
	}
	lock.Lock()
	defer lock.Unlock()
	x := &Transaction{writer: w, session: s, once: once}
	keep, f := write(x)
	if f == nil && keep {
		f = x.commit(ctx)
	}
	switch {
	case f == nil && keep:
		x.remember()
		return nil
	case f == nil || f.BlamesRows():
		if s.Exec(ctx, "ROLLBACK") != nil {
			s.Discard()
		}
		return f
	}
	if final := w.recover(ctx, s, f, fresh); final != nil {
		return final
	}
	w.observe.Retry(f.Cause())
	f.Kind = fault.RetryNow
	return f
}

// Write stores rows as [Writer.Write] does. It returns a doubtful fault, also of a single row.
func (x *Transaction) Write(ctx context.Context, e *probe.Evidence, t *table.Table, batch []rows.Row, _ rows.Tally) (rows.Outcome, *fault.Fault) {
	rows.SortForLocks(t, batch)
	a := &attempt{plan: &x.writer.plan, session: x.session, table: t}
	if f := x.run(ctx, a, batch); f != nil {
		return rows.Outcome{}, f
	}
	for _, v := range a.outcome.Refused {
		if x.refused = v.Fault; v.Fault.Kind != fault.Refused {
			return rows.Outcome{}, v.Fault
		}
	}
	x.stored = append(x.stored, stored{e, batch, a.outcome})
	return a.outcome, nil
}

func (x *Transaction) run(ctx context.Context, a *attempt, batch []rows.Row) *fault.Fault {
	rest := a.cut(a.table, batch)
	if x.once && !x.begun && !slices.ContainsFunc(batch, func(r rows.Row) bool { return len(r.Later) > 0 }) {
		var f *fault.Fault
		if rest, f = a.oneStatement(ctx, batch); f != nil || rest == nil {
			x.committed = f == nil && len(a.outcome.Refused) == 0
			return f
		}
	}
	if !x.begun {
		if f := x.session.Exec(ctx, "START TRANSACTION"); f != nil {
			return f
		}
		x.begun = true
	}
	return a.within(ctx, batch, rest)
}

// Count returns the number that a query asks for.
func (x *Transaction) Count(ctx context.Context, query string, args ...any) (n int, err error) {
	err = x.session.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

func (x *Transaction) commit(ctx context.Context) *fault.Fault {
	if x.committed || !x.begun {
		return nil
	}
	return commit(ctx, x.session, x.refused)
}

// remember keeps what is committed as evidence.
func (x *Transaction) remember() {
	for i := range x.stored {
		s := &x.stored[i]
		s.evidence.Commit(s.batch, &s.outcome)
		if s.outcome.Stored() > 0 {
			x.writer.stored.Store(true)
		}
	}
}
