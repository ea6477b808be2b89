package mariadb

import (
	"context"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// inquiry is the search for evidence in one round. One probe is enough for all rows with
// the same change.
type inquiry struct {
	evidence *evidence
	session  *session.Session
	table    *table.Table
	others   []rows.Row
	answers  [changes]*answer
}

// hasNeighbour says whether a row of the batch with the same change as the doubted row was
// stored, and this connection does not fail for all rows.
func (q *inquiry) hasNeighbour(ctx context.Context, v *rows.Refused, c change, neighbours commits) bool {
	return neighbours[c] > 0 && q.ask(ctx, v, c) != refuted
}

// ask is the answer of the probe for a change.
func (q *inquiry) ask(ctx context.Context, v *rows.Refused, c change) answer {
	if q.answers[c] == nil {
		found := q.evidence.probe(ctx, q.session, q.table, v.Fault, &v.Row, q.others)
		q.answers[c] = &found
	}
	return *q.answers[c]
}

// othersAreStored says whether a row with the same change as the doubted row can be stored
// now, or was committed since the doubted row was last looked at.
func (q *inquiry) othersAreStored(ctx context.Context, v *rows.Refused, c change, s *suspicion) bool {
	found := q.ask(ctx, v, c)
	now := q.evidence.committed()
	committed := now[c] > s.seen[c]
	s.seen = now
	switch {
	case found == stored:
		return true
	case committed && (found == nothing || found == failing && v.Fault.Kind == fault.Unknown):
		// Where another row fails too, it may be at fault like this one.
		return true
	case found == failing, found == refuted:
		v.Fault.Common, s.rounds = true, 0
	}
	return false
}
