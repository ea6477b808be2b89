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
	statements := a.cut(a.table, batch)
	spares := a.table.Spares && slices.ContainsFunc(batch, func(r rows.Row) bool { return !r.Deletes })
	if len(statements) == 1 && !spares {
		// A statement that commits itself saves two questions.
		parts, f := a.statement(ctx, batch)
		if f != nil || parts == nil {
			return f
		}
		statements = parts
	}
	if f := a.session.Exec(ctx, "START TRANSACTION"); f != nil {
		return f
	}
	if spares {
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
	return a.commit(ctx)
}

func (a *attempt) commit(ctx context.Context) *fault.Fault {
	if len(a.outcome.Refused) > 0 {
		// If a fault had ended the transaction, the later statements would have committed
		// themselves, and the server would have rolled back the earlier ones.
		var alive bool
		if err := a.session.QueryRowContext(ctx, "SELECT @@in_transaction").Scan(&alive); err != nil {
			return fault.Judge(err)
		}
		if !alive {
			return &fault.Fault{Kind: fault.RetryNow, Err: fmt.Errorf("the server ended the transaction: %w", a.outcome.Refused[0].Fault)}
		}
	}
	return a.session.Exec(ctx, "COMMIT")
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
