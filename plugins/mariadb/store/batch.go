package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/probe"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// put stores the messages of a batch in their order. After a fault the whole batch must be
// put again.
func (d *destination) put(ctx context.Context, messages []rows.Message) (*Result, *fault.Fault) {
	all := &Result{}
	for start := 0; ; {
		end := start
		for end < len(messages) && (messages[end].Effect != rows.Truncates || messages[end].Refusal != nil) {
			end++
		}
		r, f := d.putRows(ctx, messages[start:end])
		if f != nil {
			return nil, f
		}
		all.add(r, func(message int) int { return start + message })
		if end == len(messages) {
			return all, nil
		}
		if f := d.truncate(ctx, &messages[end], end, all); f != nil {
			return nil, f
		}
		start = end + 1
	}
}

// putRows stores the rows of messages. The rows of a key keep their order.
func (d *destination) putRows(ctx context.Context, messages []rows.Message) (*Result, *fault.Fault) {
	p, f := d.prepare(ctx, messages)
	defer p.free()
	if f != nil {
		return nil, f
	}
	return p.store(ctx, d.writer)
}

// rowWriter stores rows: a [writer.Writer] or a [writer.Transaction].
type rowWriter interface {
	Write(ctx context.Context, e *probe.Evidence, t *table.Table, batch []rows.Row, stored rows.Tally) (rows.Outcome, *fault.Fault)
	Count(ctx context.Context, query string, args ...any) (int, error)
}

// prepared is messages of one table with their rows, which can be stored.
type prepared struct {
	result *Result
	groups []*group
}

// prepare makes the rows of messages, none of which empties the table. It creates the table,
// or adds columns, as far as the settings allow it. The caller frees what it returns.
func (d *destination) prepare(ctx context.Context, messages []rows.Message) (*prepared, *fault.Fault) {
	all := &Result{}
	for i := range messages {
		switch m := &messages[i]; {
		case m.Failed:
		case m.Refusal != nil:
			setIn(&all.Refused, i, m.Refusal)
		case m.Effect == rows.Nothing:
			all.Ignored++
		case m.Unpaired:
			all.Unpaired++
		}
	}
	if all.Unpaired > 0 {
		d.warnUnpaired()
	}
	p := &prepared{result: all, groups: []*group{{layout: d.fixed, messages: messages}}}
	if d.fixed == nil {
		p.groups = d.groups(messages, all)
	}
	for i := 0; i < len(p.groups); i++ { // a group may add others
		if err := d.build(ctx, p.groups[i], &p.groups); err != nil {
			return p, Judge(err)
		}
	}
	keepOrder(p.groups)
	return p, nil
}

// refused returns the refusals that need no statement, by message.
func (p *prepared) refused() map[int]*record.Refusal {
	all := maps.Clone(p.result.Refused)
	for _, g := range p.groups {
		for message, refused := range g.result.Refused {
			setIn(&all, g.index(message), refused)
		}
	}
	return all
}

func (p *prepared) free() {
	for _, g := range p.groups {
		if g.buffer != nil {
			g.buffer.Free()
		}
	}
}

// store stores the rows.
func (p *prepared) store(ctx context.Context, w rowWriter) (*Result, *fault.Fault) {
	if f := write(ctx, w, p.groups); f != nil {
		return nil, f
	}
	written := parts(p.groups)
	for i, g := range p.groups {
		if f := g.finish(ctx, w, written, &written[i]); f != nil {
			return nil, f
		}
		g.result.refuseUnmoved()
		p.result.add(&g.result, g.index)
	}
	return p.result, nil
}

// groups divides a batch by layout. It refuses the messages that have no layout.
func (d *destination) groups(messages []rows.Message, all *Result) []*group {
	layouts := make([]*layout, len(messages))
	var last recent
	var first *layout
	several := false
	for i := range messages {
		m := &messages[i]
		if !m.HasRow() {
			continue
		}
		if layouts[i], m.Refusal = d.layoutOf(m, &last); m.Refusal != nil {
			setIn(&all.Refused, i, m.Refusal)
			continue
		}
		if first == nil {
			first = layouts[i]
		}
		several = several || layouts[i] != first
	}
	switch {
	case first == nil:
		return nil
	case !several: // as nearly always
		return []*group{{layout: first, messages: messages}}
	}
	var groups []*group
	for i, of := range layouts {
		if of != nil {
			groupOf(&groups, of).add(i, &messages[i])
		}
	}
	return groups
}

// groupOf returns the group of a layout. It adds the group if there is none.
func groupOf(groups *[]*group, of *layout) *group {
	for _, g := range *groups {
		if g.layout == of && g.indexes != nil {
			return g
		}
	}
	g := &group{layout: of}
	*groups = append(*groups, g)
	return g
}

// build makes the rows of a group. Records that lack members, and need not have them,
// become rows of other groups.
func (d *destination) build(ctx context.Context, g *group, groups *[]*group) error {
	arrived := time.Now()
	t, err := g.layout.refresh(ctx, arrived.Add(-refreshEvery))
	if err != nil {
		if g.layout.hasNoTable(ctx, err) {
			for i := range g.messages {
				if g.messages[i].HasRow() { // to delete
					g.result.Unchanged++
				}
			}
			return nil
		}
		return err
	}
	g.buffer = rows.NewBuffer()
	built, refusals := rows.Build(t, g.messages, g.buffer)
	others := d.lacking(t, g, refusals)
	if len(refusals) > 0 && t.Seen.Before(arrived) {
		// An old inspection is no reason to refuse a row: the column may have been
		// widened meanwhile.
		if t, err = g.layout.refresh(ctx, arrived); err != nil {
			return err
		}
		built, refusals = rows.Build(t, g.messages, g.buffer)
		others = d.lacking(t, g, refusals)
	}
	for _, o := range others {
		groupOf(groups, d.without(g.layout, o.columns)).add(g.index(o.message), &g.messages[o.message])
	}
	g.table, g.rows, g.result.Refused = t, built, refusals
	return nil
}

// partial is a message that lacks columns.
type partial struct {
	message int // of its group
	columns []string
}

// lacking takes from the refusals those of records that need not have all members.
func (d *destination) lacking(t *table.Table, g *group, refusals map[int]*record.Refusal) []partial {
	if len(t.Target.Lacking) > 0 {
		return nil
	}
	var all []partial
	for message, r := range refusals {
		content, isRecord := g.messages[message].Content.(map[string]any)
		mayLack := d.target.OnMissing == table.Keep || g.messages[message].Partial
		if r.Code != refusal.Missing || !isRecord || !mayLack || g.messages[message].Effect != rows.Writes {
			continue
		}
		if columns := t.Lacks(content); columns != nil {
			all = append(all, partial{message, columns})
			delete(refusals, message)
		}
	}
	slices.SortFunc(all, func(a, b partial) int { return cmp.Compare(a.message, b.message) })
	return all
}

// write stores the rows of all groups.
func write(ctx context.Context, w rowWriter, groups []*group) *fault.Fault {
	order := [][][]rows.Row{nil}
	if len(groups) == 1 {
		order[0] = [][]rows.Row{groups[0].rows}
	} else {
		order = rounds(groups)
	}
	for _, round := range order {
		for i, batch := range round {
			if f := groups[i].write(ctx, w, batch); f != nil {
				return f
			}
		}
	}
	return repeatDuplicates(ctx, w, groups)
}

// rounds divides the rows of several groups so that the rows of a key keep their order: two
// rows of one key in different groups are in different rounds. A round has the rows of each
// group. If the table keeps the order of all rows, a round has rows of one group.
func rounds(groups []*group) [][][]rows.Row {
	type place struct{ index, group, row int }
	var places []place
	for i, g := range groups {
		for j := range g.rows {
			places = append(places, place{g.index(g.rows[j].Message), i, j})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.index, b.index), cmp.Compare(a.row, b.row)) })
	keepsOrder := slices.ContainsFunc(groups, func(g *group) bool { return g.table != nil && g.table.InOrder })
	first, before := 0, 0 // the first round for the next row; the group of the row before
	type turn struct{ group, round int }
	last := make(map[string]turn, len(places)) // by key
	var all [][][]rows.Row
	for _, p := range places {
		r := groups[p.group].rows[p.row]
		key := groups[p.group].table.KeyText(r.Values)
		its, known := last[key]
		if known && its.group != p.group {
			its.round++
		}
		if keepsOrder && p.group != before {
			first, before = len(all), p.group
		}
		its.round = max(its.round, first)
		its.group = p.group
		last[key] = its
		if its.round == len(all) {
			all = append(all, make([][]rows.Row, len(groups)))
		}
		all[its.round][p.group] = append(all[its.round][p.group], r)
	}
	return all
}
