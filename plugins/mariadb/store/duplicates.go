package store

import (
	"context"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// parts returns what the groups have written, for [rows.IsSuperseded].
func parts(groups []*group) []rows.Part {
	all := make([]rows.Part, len(groups))
	for i, g := range groups {
		all[i] = rows.Part{Table: g.table, Rows: g.rows, Refused: g.outcome.Refused, Index: g.index}
	}
	return all
}

// repeatDuplicates writes refused duplicates again while one of them is stored. In a batch
// that is delivered again, a row has its first state again for a while, and may have a value
// that another row needs.
func repeatDuplicates(ctx context.Context, w rowWriter, groups []*group) *fault.Fault {
	hasRefused := func(g *group) bool { return len(g.outcome.Refused) > 0 }
	for isStored := slices.ContainsFunc(groups, hasRefused); isStored; {
		isStored = false
		all := parts(groups)
		for i, g := range groups {
			if g.table == nil || !g.table.Clashes || g.table.Target.Mode == table.Insert {
				continue
			}
			repeated, f := g.repeat(ctx, w, all, &all[i])
			if f != nil {
				return f
			}
			isStored = isStored || repeated
		}
	}
	return nil
}

// repeat writes the refused duplicates of a group once more, and says whether one of them is
// stored.
func (g *group) repeat(ctx context.Context, w rowWriter, all []rows.Part, its *rows.Part) (isStored bool, _ *fault.Fault) {
	var again []rows.Row
	var others []rows.Refused
	for _, v := range g.outcome.Refused {
		if v.Fault.Code == refusal.Duplicate && !v.Row.Deletes && !rows.IsSuperseded(all, its, &v.Row) {
			again = append(again, v.Row)
		} else {
			others = append(others, v)
		}
	}
	if len(again) == 0 {
		return false, nil
	}
	o, f := g.send(ctx, w, again)
	if f != nil {
		return false, g.advise(ctx, f)
	}
	g.outcome.Refused = others
	g.outcome.Add(o)
	return len(o.Refused) < len(again), nil
}

// countOfDuplicate returns the count of the result that a refused duplicate belongs to, nil
// if it stays refused. In a batch that is delivered again, a row may meet what the later rows
// have left.
func (g *group) countOfDuplicate(ctx context.Context, w rowWriter, all []rows.Part, its *rows.Part, row *rows.Row) (*int, *fault.Fault) {
	if rows.IsSuperseded(all, its, row) {
		return &g.result.Compacted, nil
	}
	query, args := g.table.NewerText(row.Values)
	if query == "" || row.Deletes {
		return nil, nil
	}
	newer, err := w.Count(ctx, query, args...)
	if err != nil {
		return nil, fault.Judge(err)
	}
	if newer == 0 {
		return nil, nil
	}
	return &g.result.Stale, nil
}
