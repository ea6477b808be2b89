package probe

import (
	"context"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Answer is what a probe has found.
type Answer int

// The answers.
const (
	// Nothing: no row could serve for a comparison.
	Nothing Answer = iota
	// Stored: another row with the same change can be stored now.
	Stored
	// Failing: another row meets the same error, or the server cannot be asked.
	Failing
	// Refuted: a row that MariaDB has stored before meets the same error. So the rows that
	// other connections store are no evidence: this connection may lead elsewhere.
	Refuted
)

// Probe asks whether another row can be stored now that makes the same change as the row
// that met f. It writes such rows inside transactions that it rolls back.
func (e *Evidence) Probe(ctx context.Context, s *session.Session, t *table.Table, f *fault.Fault, about *rows.Row, batch []rows.Row) Answer {
	// The fault may have left a transaction open.
	if s.Exec(ctx, "ROLLBACK") != nil {
		return Failing
	}
	change, missed := ChangeOf(ctx, s, t, about)
	if missed != nil {
		return compare(f, missed)
	}
	found := Nothing
	for candidate := range e.candidates(ctx, s, t, about, batch) {
		p := &trial{session: s, table: t, change: change, about: about}
		took, missed := p.run(ctx, candidate)
		if s.Exec(ctx, "ROLLBACK") != nil {
			return Failing
		}
		switch {
		case missed == nil && took:
			return Stored
		case missed == nil:
		case !missed.Doubtful() && missed.Kind != fault.Refused:
			// A lock, a full disk, a lost connection: now is no time for comparisons.
			return Failing
		case compare(f, missed) == Nothing:
		case candidate.Message == storedBefore && !p.borrowed:
			found = Refuted
		case found == Nothing:
			found = Failing
		}
	}
	return found
}

func compare(f, other *fault.Fault) Answer {
	if other.Number == f.Number || other.Number == 0 {
		return Failing
	}
	return Nothing
}

// ChangeOf asks whether the table has the row's key.
func ChangeOf(ctx context.Context, s *session.Session, t *table.Table, r *rows.Row) (Change, *fault.Fault) {
	if r.Deletes {
		return deletes, nil
	}
	query, args := t.ExistsText(r.Values)
	var n int
	if err := s.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return 0, fault.Judge(err)
	}
	switch {
	case n == 0:
		return inserts, nil
	case t.Target.Mode == table.Insert:
		return repeats, nil
	}
	return updates, nil
}

// trial is the write of one row in a transaction that stays open.
type trial struct {
	session  *session.Session
	table    *table.Table
	change   Change
	about    *rows.Row // the row in question
	borrowed bool      // the row was written with the values of the row in question
}

// run writes a row so that it makes the change. false: the row cannot make it. An update
// that changes nothing, and a delete that finds nothing, show nothing: a trigger that logs
// changes is not put to the test.
func (p *trial) run(ctx context.Context, r rows.Row) (took bool, f *fault.Fault) {
	if f := p.session.Exec(ctx, "START TRANSACTION"); f != nil {
		return false, f
	}
	isRecord := !r.Deletes
	r.Deletes = p.change == deletes
	t, f := p.write(ctx, &r)
	switch {
	case f != nil:
		return false, f
	case p.change == inserts && t.Inserted == 0:
		// Its row gets the key of the row in question, which the table lacks. This takes no
		// privilege that an upsert does not need, as a DELETE would.
		query, args := p.table.MoveText(r.Values, p.about.Values)
		if f := p.session.Exec(ctx, query, args...); f != nil {
			return false, f
		}
		t, f = p.write(ctx, &r)
	case p.change == repeats && t.Unchanged == 0:
		t, f = p.write(ctx, &r) // the row that was just inserted
	case p.change == updates && t.Updated == 0:
		// With the values of the row in question its row changes as that one would.
		r = keyed(p.table, p.about, &r)
		t, f = p.write(ctx, &r)
		p.borrowed = true
	case p.change == deletes && t.Deleted == 0 && isRecord:
		r.Deletes = false
		if _, f := p.write(ctx, &r); f != nil {
			return false, f
		}
		r.Deletes = true
		t, f = p.write(ctx, &r)
	}
	var made Commits
	made.Add(t)
	return made[p.change] > 0, f
}

func (p *trial) write(ctx context.Context, r *rows.Row) (t rows.Tally, f *fault.Fault) {
	if *r, f = p.session.Sparing(ctx, p.table, *r); f == nil {
		f = p.session.Run(ctx, p.table, []rows.Row{*r}, &t)
	}
	return t, f
}

// keyed returns a row with the key of another row.
func keyed(t *table.Table, r, key *rows.Row) rows.Row {
	values := slices.Clone(r.Values)
	for _, i := range t.Key {
		values[i] = key.Values[i]
	}
	return rows.Row{Message: notOfBatch, Values: values, Size: r.Size + key.Size}
}

// Inquiry is the search for evidence in one round. One probe is enough for all rows with
// the same change.
type Inquiry struct {
	Evidence *Evidence
	Session  *session.Session
	Table    *table.Table
	Others   []rows.Row
	answers  [changes]*Answer
}

// HasNeighbour says whether a row of the batch with the same change as the doubted row was
// stored, and this connection does not fail for all rows.
func (q *Inquiry) HasNeighbour(ctx context.Context, v *rows.Refused, c Change, neighbours Commits) bool {
	return neighbours[c] > 0 && q.ask(ctx, v, c) != Refuted
}

// ask is the answer of the probe for a change.
func (q *Inquiry) ask(ctx context.Context, v *rows.Refused, c Change) Answer {
	if q.answers[c] == nil {
		found := q.Evidence.Probe(ctx, q.Session, q.Table, v.Fault, &v.Row, q.Others)
		q.answers[c] = &found
	}
	return *q.answers[c]
}

// OthersAreStored says whether a row with the same change as the doubted row can be stored
// now, or was committed since the doubted row was last judged.
func (q *Inquiry) OthersAreStored(ctx context.Context, v *rows.Refused, c Change, s *Suspicion) bool {
	found := q.ask(ctx, v, c)
	now := q.Evidence.Committed()
	committed := now[c] > s.seen[c]
	s.seen = now
	switch {
	case found == Stored:
		return true
	case committed && (found == Nothing || found == Failing && v.Fault.Kind == fault.Unknown):
		// Where another row fails too, it may be at fault like this one.
		return true
	case found == Failing, found == Refuted:
		v.Fault.Common, s.Rounds = true, 0
	}
	return false
}
