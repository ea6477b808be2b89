package mariadb

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strings"
)

// answer is what a probe has found.
type answer int

const (
	// nothing: no row could serve for a comparison.
	nothing answer = iota
	// stored: another row with the same fate can be stored now.
	stored
	// failing: another row meets the same error, or the server cannot be asked.
	failing
)

// probe asks whether another row can be stored now that has the fate of the row that
// met f. It writes such rows inside transactions that it rolls back.
func (w *writer) probe(ctx context.Context, s *session, t *table, f *failure, about *row, batch []row) answer {
	// The failure may have left a transaction open.
	if s.exec(ctx, "ROLLBACK") != nil {
		return failing
	}
	found := nothing
	fate, missed := s.fateOf(ctx, t, about)
	if missed != nil {
		return f.compare(missed)
	}
	for candidate := range allOf(w.evidence.candidates(t, about, batch), s.known(ctx, t)) {
		took, missed := s.try(ctx, w, t, fate, about, candidate)
		if s.exec(ctx, "ROLLBACK") != nil {
			return failing
		}
		switch {
		case missed == nil && took:
			return stored
		case missed == nil:
		case !missed.doubtful() && missed.kind != refused:
			// A lock, a full disk, a lost connection: now is no time for comparisons.
			return failing
		case f.compare(missed) == failing:
			found = failing
		}
	}
	return found
}

func (f *failure) compare(other *failure) answer {
	if other.number == f.number || other.number == 0 {
		return failing
	}
	return nothing
}

func allOf(sequences ...iter.Seq[row]) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, sequence := range sequences {
			for r := range sequence {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// fateOf looks whether the table has the row's key.
func (s *session) fateOf(ctx context.Context, t *table, r *row) (fate, *failure) {
	if r.deletes {
		return deletes, nil
	}
	condition, args := t.hasKey(r)
	var n int
	if err := s.conn.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+t.target.quoted()+" WHERE "+condition, args...).Scan(&n); err != nil {
		return 0, judge(err)
	}
	if n > 0 {
		return updates, nil
	}
	return inserts, nil
}

// hasKey is a condition on the row's key.
func (t *table) hasKey(r *row) (condition string, args []any) {
	var conditions []string
	for _, i := range t.key {
		c := &t.columns[i]
		conditions = append(conditions, quote(c.name)+" = "+c.placeholder())
		args = append(args, r.values[i])
	}
	return strings.Join(conditions, " AND "), args
}

// try writes a row, so that it has the given fate, in a transaction that stays open.
// false: the row cannot have this fate.
func (s *session) try(ctx context.Context, w *writer, t *table, want fate, about *row, r row) (bool, *failure) {
	if f := s.exec(ctx, "START TRANSACTION"); f != nil {
		return false, f
	}
	r.deletes = want == deletes
	write := func() (inserted bool, f *failure) {
		var o outcome
		f = s.run(ctx, w, t, []row{r}, &o)
		return o.inserted > 0, f
	}
	inserted, f := write()
	switch {
	case f != nil:
		return false, f
	case want == inserts && !inserted:
		// Its row gets the key of the row in question, which the table lacks.
		if f := s.move(ctx, t, &r, about); f != nil {
			return false, f
		}
		inserted, f = write()
		return inserted, f
	case want == updates && inserted:
		inserted, f = write()
		return !inserted, f
	}
	return true, nil
}

// move gives a row of the table another key. This takes no privilege that an upsert
// does not need, as a DELETE would.
func (s *session) move(ctx context.Context, t *table, from, to *row) *failure {
	var sets []string
	var args []any
	for _, i := range t.key {
		sets = append(sets, quote(t.columns[i].name)+" = ?")
		args = append(args, to.values[i])
	}
	condition, key := t.hasKey(from)
	query := "UPDATE " + t.target.quoted() + " SET " + strings.Join(sets, ", ") + " WHERE " + condition
	if _, err := s.conn.ExecContext(ctx, query, append(args, key...)...); err != nil {
		return judge(err)
	}
	return nil
}

// known are rows that the table has: those with the first and with the last key.
func (s *session) known(ctx context.Context, t *table) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, order := range []string{" ASC", " DESC"} {
			r, err := s.end(ctx, t, order)
			if err == nil && !yield(r) {
				return
			}
		}
	}
}

func (s *session) end(ctx context.Context, t *table, order string) (row, error) {
	var by []string
	for _, i := range t.key {
		by = append(by, quote(t.columns[i].name)+order)
	}
	r := row{message: notOfBatch, values: make([]any, len(t.columns))}
	values, into := make([]sql.RawBytes, len(t.columns)), make([]any, len(t.columns))
	for i := range values {
		into[i] = &values[i]
	}
	rows, err := s.conn.QueryContext(ctx, "SELECT "+quoteAll(t.target.columns)+" FROM "+t.target.quoted()+
		" ORDER BY "+strings.Join(by, ", ")+" LIMIT 1")
	if err != nil {
		return r, err
	}
	defer rows.Close()
	if !rows.Next() {
		return r, errors.Join(rows.Err(), sql.ErrNoRows)
	}
	if err := rows.Scan(into...); err != nil {
		return r, err
	}
	for i, v := range values {
		if v != nil {
			r.values[i] = string(v)
		}
	}
	return r, errors.Join(rows.Close(), rows.Err())
}
