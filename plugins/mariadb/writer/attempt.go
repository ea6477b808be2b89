package writer

import (
	"context"
	"fmt"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// attempt is one transaction of a range of rows over one session.
type attempt struct {
	*plan
	session *session.Session
	table   *table.Table
	// others says that other rows can be stored now, so that a doubtful fault concerns
	// single rows.
	others bool

	outcome rows.Outcome
	// about is a row that met the fault, when the other rows of its statement do not show
	// whether they meet it too.
	about *rows.Row
}

// run stores all rows or none, except for refused rows: the server undoes a refused
// statement alone, so run finds these rows inside the transaction. After a fault the
// transaction may still be open. run returns a doubtful fault of several rows, unless other
// rows can be stored.
func (a *attempt) run(ctx context.Context, batch []rows.Row) *fault.Fault {
	rest, f := a.oneStatement(ctx, batch)
	if f != nil || rest == nil {
		return f
	}
	if f := a.session.Exec(ctx, "START TRANSACTION"); f != nil {
		return f
	}
	if f := a.within(ctx, batch, rest); f != nil {
		return f
	}
	var refused *fault.Fault
	if len(a.outcome.Refused) > 0 {
		refused = a.outcome.Refused[0].Fault
	}
	return commit(ctx, a.session, refused)
}

// oneStatement writes rows with one statement, which commits itself: that saves two questions. It
// returns the statements that are to be written in a transaction, nil for none.
func (a *attempt) oneStatement(ctx context.Context, batch []rows.Row) (rest [][]rows.Row, f *fault.Fault) {
	if rest = a.cut(a.table, batch); len(rest) > 1 || a.spares(batch) {
		return rest, nil
	}
	return a.statement(ctx, batch)
}

// spares says whether the stored rows are to be written with their numbers.
func (a *attempt) spares(batch []rows.Row) bool {
	return a.table.Spares && slices.ContainsFunc(batch, func(r rows.Row) bool { return !r.Deletes })
}

// within writes rows, which make these statements, inside the transaction.
func (a *attempt) within(ctx context.Context, batch []rows.Row, statements [][]rows.Row) *fault.Fault {
	if a.spares(batch) {
		batch, f := a.session.Numbered(ctx, a.table, batch)
		if f != nil {
			return f
		}
		statements = a.cut(a.table, batch)
	}
	for _, statement := range statements {
		if f := a.store(ctx, statement); f != nil {
			return f
		}
	}
	return nil
}

// commit ends a transaction. refused is a fault that a statement of it has met, or nil.
func commit(ctx context.Context, s *session.Session, refused *fault.Fault) *fault.Fault {
	if refused != nil {
		// If a fault had ended the transaction, the later statements would have committed
		// themselves, and the server would have rolled back the earlier ones.
		var alive bool
		if err := s.QueryRowContext(ctx, "SELECT @@in_transaction").Scan(&alive); err != nil {
			return fault.Judge(err)
		}
		if !alive {
			return &fault.Fault{Kind: fault.RetryNow, Err: fmt.Errorf("the server ended the transaction: %w", refused)}
		}
	}
	return s.Exec(ctx, "COMMIT")
}

// statement writes rows with one statement. A single row that the server refuses is
// refused. Of several rows it returns the statements to write instead, since the server
// has undone this one.
func (a *attempt) statement(ctx context.Context, batch []rows.Row) (parts [][]rows.Row, f *fault.Fault) {
	f = a.session.Run(ctx, a.table, batch, &a.outcome.Tally)
	if f == nil || !f.BlamesRows() {
		return nil, f
	}
	if len(batch) == 1 {
		a.outcome.Refused = append(a.outcome.Refused, rows.Refused{Row: batch[0], Fault: f})
		return nil, nil
	}
	blamed := a.session.Blamed(ctx, batch)
	// When no list knows the error and the server took rows before the blamed row, these
	// rows show enough.
	if !a.others && f.Doubtful() && (f.Kind != fault.Unknown || blamed <= 0) {
		a.about = &batch[max(0, blamed)]
		return nil, f
	}
	return a.splitAt(a.table, batch, blamed), nil
}

// store writes rows inside the transaction, in smaller statements where the server
// refuses one.
func (a *attempt) store(ctx context.Context, batch []rows.Row) *fault.Fault {
	parts, f := a.statement(ctx, batch)
	if f != nil {
		return f
	}
	for _, part := range parts {
		if f := a.store(ctx, part); f != nil {
			return f
		}
	}
	return nil
}
