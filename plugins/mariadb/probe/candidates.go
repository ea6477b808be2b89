package probe

import (
	"context"
	"database/sql"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// triesOfBatch is how many rows of a batch, and of each waiting batch, a probe tries.
const triesOfBatch = 4

// candidates returns rows for a probe, the most convincing rows first: other rows of the
// batch, records of batches that wait to be written, a record that was stored, and the rows
// of the table with the first and with the last key.
func (e *Evidence) candidates(ctx context.Context, s *session.Session, t *table.Table, about *rows.Row, batch []rows.Row) iter.Seq[rows.Row] {
	return func(yield func(rows.Row) bool) {
		if yieldOfBatch(about, batch, yield) && e.yieldOfWaiting(t, yield) && e.yieldStored(yield) {
			yieldOfTable(ctx, s, t, yield)
		}
	}
}

func yieldOfBatch(about *rows.Row, batch []rows.Row, yield func(rows.Row) bool) (goOn bool) {
	for _, r := range some(batch, triesOfBatch) {
		ofKey := slices.Concat([]rows.Row{r}, r.Group, r.Later)
		i := slices.IndexFunc(ofKey, func(other rows.Row) bool {
			return other.Message != about.Message && (!other.Deletes || about.Deletes)
		})
		if i < 0 {
			continue
		}
		other := ofKey[i]
		if !yield(rows.Row{Message: other.Message, Values: other.Values, Size: other.Size, Deletes: other.Deletes}) {
			return false
		}
	}
	return true
}

func (e *Evidence) yieldOfWaiting(t *table.Table, yield func(rows.Row) bool) (goOn bool) {
	e.mutex.Lock()
	waiting := slices.Collect(maps.Values(e.waiting))
	e.mutex.Unlock()
	var messages []rows.Message
	for _, batch := range some(waiting, triesOfBatch) {
		messages = append(messages, some(batch, triesOfBatch)...)
	}
	for _, m := range messages {
		if m.Effect != rows.Writes || !m.HasRow() {
			continue
		}
		r, refusal := rows.BuildRow(t, notOfBatch, &m, make([]any, len(t.Columns)))
		if refusal == nil && !yield(r) {
			return false
		}
	}
	return true
}

func (e *Evidence) yieldStored(yield func(rows.Row) bool) (goOn bool) {
	e.mutex.Lock()
	kept := e.kept
	kept.Values = slices.Clone(kept.Values)
	e.mutex.Unlock()
	return kept.Values == nil || yield(kept)
}

func yieldOfTable(ctx context.Context, s *session.Session, t *table.Table, yield func(rows.Row) bool) {
	for _, last := range []bool{false, true} {
		values, into := make([]sql.NullString, len(t.Columns)), make([]any, len(t.Columns))
		for i := range values {
			into[i] = &values[i]
		}
		if s.QueryRowContext(ctx, t.EndText(last)).Scan(into...) != nil {
			continue
		}
		r := rows.Row{Message: storedBefore, Values: make([]any, len(values))}
		for i, v := range values {
			if v.Valid {
				r.Values[i] = v.String
			}
		}
		if !yield(r) {
			return
		}
	}
}

// some returns up to n of all, others each time.
func some[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	chosen := make([]T, n)
	for i := range chosen {
		// One of each n-th part, so that none is chosen twice.
		start, end := i*len(all)/n, (i+1)*len(all)/n
		chosen[i] = all[start+rand.IntN(end-start)]
	}
	return chosen
}
