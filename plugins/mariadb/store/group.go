package store

import (
	"context"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// group is the messages of a batch that have one layout, and their rows.
type group struct {
	layout   *layout
	messages []rows.Message
	indexes  []int // of the messages in the batch; nil for all messages of the batch
	table    *table.Table
	rows     []rows.Row
	buffer   *rows.Buffer
	outcome  rows.Outcome
	result   Result
}

func (g *group) add(index int, m *rows.Message) {
	g.messages, g.indexes = append(g.messages, *m), append(g.indexes, index)
}

// index returns the index in the batch of a message of the group.
func (g *group) index(message int) int {
	if g.indexes == nil {
		return message
	}
	return g.indexes[message]
}

// keepOrder makes the rows of groups be written in their order if two of them may be one row
// although their keys differ.
func keepOrder(groups []*group) {
	spellings := make(table.Spellings)
	mayMerge := func(g *group) bool {
		return g.table != nil && g.table.Loose && slices.ContainsFunc(g.rows, func(r rows.Row) bool { return spellings.Add(g.table, r.Values) })
	}
	if !slices.ContainsFunc(groups, mayMerge) {
		return
	}
	for _, g := range groups {
		if g.table != nil {
			g.table = g.table.KeepingOrder()
		}
	}
}

// write stores one row of each key, then in rounds the rows whose outcome depends on the
// first, so that a key has the row that it would have without compaction.
func (g *group) write(ctx context.Context, w rowWriter, built []rows.Row) *fault.Fault {
	if len(built) == 0 {
		return nil
	}
	batch := rows.Compact(g.table, built, g.buffer)
	for len(batch) > 0 {
		round, f := g.send(ctx, w, batch)
		if f == nil && len(round.Refused) > 0 {
			f = g.layout.updateStored(ctx, w, g.table, &round)
		}
		if f != nil {
			return g.advise(ctx, f)
		}
		g.outcome.Add(round)
		for i := range batch {
			g.result.Compacted += batch[i].Compacted()
		}
		batch = rows.Next(g.table, batch, round.Refused)
	}
	return nil
}

func (g *group) send(ctx context.Context, w rowWriter, batch []rows.Row) (rows.Outcome, *fault.Fault) {
	return w.Write(ctx, &g.layout.evidence, g.table, batch, g.outcome.Tally)
}

func (g *group) advise(ctx context.Context, f *fault.Fault) *fault.Fault {
	return g.table.Advise(ctx, g.layout.of.db, f)
}

// finish makes the result of a group of the outcomes of its rows. all has what the groups of
// the batch have written; its is the part of this group.
func (g *group) finish(ctx context.Context, w rowWriter, all []rows.Part, its *rows.Part) *fault.Fault {
	g.result.Add(g.outcome.Tally)
	for _, v := range g.outcome.Refused {
		if v.Row.Group != nil {
			g.result.Compacted -= v.Row.Compacted()
			continue // the rows of its group were written after it
		}
		if v.Fault.Code == refusal.Duplicate {
			count, f := g.countOfDuplicate(ctx, w, all, its, &v.Row)
			if f != nil {
				return f
			}
			if count != nil {
				*count++
				continue
			}
		}
		refused := &g.result.Refused
		if v.Row.Moved {
			refused = &g.result.unmoved
		}
		setIn(refused, v.Row.Message, g.table.Refusal(v.Fault))
		if v.Fault.LacksParent() {
			g.result.Orphans++
		}
	}
	return nil
}
