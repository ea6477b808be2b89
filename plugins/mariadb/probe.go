package mariadb

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"slices"
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
	// refuted: a row that MariaDB has taken before meets the same error, so that what
	// other connections store shows nothing: this one may lead elsewhere.
	refuted
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
		case f.compare(missed) == nothing:
		case candidate.message == storedBefore && missed.about == nil:
			found = refuted
		case found == nothing:
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
	for _, columns := range t.uniques { // by these, too, an upsert finds a row to update
		other, values := t.equal(r, columns)
		condition, args = condition+" OR "+other, append(args, values...)
	}
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
func (t *table) hasKey(r *row) (condition string, args []any) { return t.equal(r, t.key) }

func (t *table) equal(r *row, columns []int) (condition string, args []any) {
	var conditions []string
	for _, i := range columns {
		c := &t.columns[i]
		conditions = append(conditions, quote(c.Name)+" = "+c.Placeholder())
		args = append(args, r.values[i])
	}
	return strings.Join(conditions, " AND "), args
}

// try writes a row, so that it has the given fate, in a transaction that stays open.
// false: the row cannot have this fate. An update that changes nothing, and a delete
// that finds nothing, show nothing: a trigger that logs changes is not put to the test.
func (s *session) try(ctx context.Context, w *writer, t *table, want fate, about *row, r row) (bool, *failure) {
	if f := s.exec(ctx, "START TRANSACTION"); f != nil {
		return false, f
	}
	isRecord := !r.deletes
	r.deletes = want == deletes
	write := func() (o outcome, f *failure) {
		if r, f = s.sparing(ctx, t, r); f == nil {
			f = s.run(ctx, w, t, []row{r}, &o)
		}
		return o, f
	}
	o, f := write()
	switch {
	case f != nil:
		return false, f
	case want == inserts && o.inserted == 0:
		// Its row gets the key of the row in question, which the table lacks.
		if f := s.move(ctx, t, &r, about); f != nil {
			return false, f
		}
		o, f = write()
	case want == updates && o.updated == 0:
		// With the values of the row in question its row changes as that one would.
		r = t.keyed(about, &r)
		if o, f = write(); f != nil {
			f.about = about // its values, and not those of the row
		}
	case want == deletes && o.deleted == 0 && isRecord:
		r.deletes = false
		if _, f := write(); f != nil {
			return false, f
		}
		r.deletes = true
		o, f = write()
	}
	return commitsOf(o.tally)[want] > 0, f
}

// keyed is a row with the key of another.
func (t *table) keyed(r, key *row) row {
	values := slices.Clone(r.values)
	for _, i := range t.key {
		values[i] = key.values[i]
	}
	return row{message: notOfBatch, values: values, size: r.size + key.size}
}

// move gives a row of the table another key. This takes no privilege that an upsert
// does not need, as a DELETE would.
func (s *session) move(ctx context.Context, t *table, from, to *row) *failure {
	var sets []string
	var args []any
	for _, i := range t.key {
		sets = append(sets, quote(t.columns[i].Name)+" = ?")
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
		by = append(by, quote(t.columns[i].Name)+order)
	}
	r := row{message: storedBefore, values: make([]any, len(t.columns))}
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
