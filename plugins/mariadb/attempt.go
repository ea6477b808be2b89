package mariadb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// attempt stores a range, all of it or nothing, but for the refused rows: they
// are found inside the same transaction, since the server undoes a refused
// statement alone. After a failure the transaction may still be open. A doubtful
// failure of several rows is returned, with one of them, unless others says that
// other rows can be stored.
func (s *session) attempt(ctx context.Context, w *writer, t *table, rows []row, others bool) (outcome, *failure) {
	var o outcome
	statements := w.cut(t, rows)
	spares := t.spares && slices.ContainsFunc(rows, func(r row) bool { return !r.deletes })
	if len(statements) == 1 && !spares {
		// A statement that commits itself saves two questions.
		f := s.run(ctx, w, t, statements[0], &o)
		if f == nil || !f.blamesRows() {
			return o, f
		}
		if len(rows) == 1 {
			o.refused = append(o.refused, verdict{rows[0], f})
			return o, nil
		}
		blamed := s.blamed(ctx, rows)
		if f.leavesOpen(rows, blamed, others) {
			return outcome{}, f
		}
		statements = w.apart(t, rows, blamed)
	}
	if f := s.exec(ctx, "START TRANSACTION"); f != nil {
		return outcome{}, f
	}
	if spares {
		rows, f := s.numbered(ctx, t, rows)
		if f != nil {
			return outcome{}, f
		}
		statements = w.cut(t, rows)
	}
	for _, statement := range statements {
		if f := s.store(ctx, w, t, statement, &o, others); f != nil {
			return outcome{}, f
		}
	}
	if len(o.refused) > 0 {
		// Had a failure ended the transaction, the statements after it would
		// have committed themselves and those before it would be gone.
		if alive, f := s.inTransaction(ctx); f != nil {
			return outcome{}, f
		} else if !alive {
			return outcome{}, &failure{kind: retryNow, err: fmt.Errorf("the server ended the transaction: %w", o.refused[0].failure)}
		}
	}
	return o, s.exec(ctx, "COMMIT")
}

// store runs one statement, and those of its parts where it is refused.
func (s *session) store(ctx context.Context, w *writer, t *table, rows []row, o *outcome, others bool) *failure {
	f := s.run(ctx, w, t, rows, o)
	if f == nil || !f.blamesRows() {
		return f
	}
	if len(rows) == 1 {
		o.refused = append(o.refused, verdict{rows[0], f})
		return nil
	}
	blamed := s.blamed(ctx, rows)
	if f.leavesOpen(rows, blamed, others) {
		return f
	}
	for _, part := range w.apart(t, rows, blamed) {
		if f := s.store(ctx, w, t, part, o, others); f != nil {
			return f
		}
	}
	return nil
}

// blamesRows says whether a part of the rows may be stored without the others.
func (f *failure) blamesRows() bool {
	return f.kind == refused || f.doubtful()
}

// leavesOpen says whether all rows of a statement may meet the failure, and keeps
// one of them for a probe. Where no list knows the error and rows before the blamed
// row were taken, those show enough.
func (f *failure) leavesOpen(rows []row, blamed int, others bool) bool {
	if others || !f.doubtful() || f.kind == unknown && blamed > 0 {
		return false
	}
	f.about = &rows[max(0, blamed)]
	return true
}

// blamed is the row whose refusal has just failed a statement, by the server's own
// account (since MariaDB 10.7); -1 where it does not say.
func (s *session) blamed(ctx context.Context, rows []row) int {
	if rows[0].deletes {
		return -1
	}
	if _, err := s.conn.ExecContext(ctx, "GET DIAGNOSTICS CONDITION 1 @order_sink_row = ROW_NUMBER"); err != nil {
		return -1
	}
	var number sql.NullInt64
	if err := s.conn.QueryRowContext(ctx, "SELECT @order_sink_row").Scan(&number); err != nil || number.Int64 < 1 || number.Int64 > int64(len(rows)) {
		return -1
	}
	return int(number.Int64) - 1
}
