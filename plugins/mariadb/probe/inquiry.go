package probe

import (
	"context"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

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
