package store

import (
	"context"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/change"
	"github.com/order-sink/order-sink/plugins/mariadb/ddl"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Format reads the change events of one format.
type Format func(*change.Record) (change.Event, *record.Refusal)

// events turns records that are change events into rows.
type events struct {
	format   Format
	truncate bool
	pairs    change.Pairs
}

// applyEvents gives messages the effect of their events.
func applyEvents[M rows.Incoming](s *Store, batch []M, messages []rows.Message) {
	all := make([]change.Event, len(messages))
	for i := range messages {
		m := &messages[i]
		if m.Failed || m.Content == nil { // a tombstone is no event
			clearPositions(s, m)
			continue
		}
		name, _ := record.SourceTopic(batch[i]).(string)
		key, _ := batch[i].MetaGetMut(record.Key)
		all[i], m.Refusal = s.events.format(&change.Record{Content: m.Content, Schema: m.Schema, Topic: name, Key: key})
		if all[i].Op == change.Delete && all[i].Before == nil {
			m.Key = rows.KeyOf(batch[i]) // else nothing names the row
		}
	}
	s.events.pairs.Join(all)
	for i := range messages {
		if m := &messages[i]; !m.Failed && m.Content != nil && m.Refusal == nil {
			s.apply(&all[i], m)
		}
	}
}

// apply gives a message the effect of its event.
func (s *Store) apply(e *change.Event, m *rows.Message) {
	m.Schema, m.Content = e.Schema, e.After
	switch e.Op {
	case change.None:
		m.Effect = rows.Nothing
		return
	case change.Truncate:
		m.Content, m.Effect = nil, rows.Nothing
		if s.events.truncate {
			m.Effect = rows.Truncates
		}
	case change.Delete:
		m.Effect, m.Content = rows.Deletes, nil
		if e.Before != nil {
			m.Content = e.Before
		}
	case change.Update:
		m.Before, m.Unpaired = e.Before, e.Alone
	}
	m.Partial = len(e.Unavailable) > 0
	clearPositions(s, m)
	for j, name := range s.target.Metadata {
		if slices.Contains(change.Positions, name) && m.Refusal == nil && m.Effect != rows.Nothing {
			m.Metadata[j], m.Refusal = e.Position(name)
		}
	}
}

// clearPositions removes the metadata of the names of positions: only events have
// positions, and a header may have the same name.
func clearPositions(s *Store, m *rows.Message) {
	for j, name := range s.target.Metadata {
		if slices.Contains(change.Positions, name) && m.Metadata != nil {
			m.Metadata[j] = nil
		}
	}
}

// truncate deletes all rows of the table, or those that are not newer than the message. A
// table that the output has not created yet has no rows.
func (d *destination) truncate(ctx context.Context, m *rows.Message, index int, all *Result) *fault.Fault {
	query, args := d.target.TruncateText(m.Metadata)
	f := d.writer.Empty(ctx, query, args...)
	if f != nil && f.Number == noSuchColumn && d.target.GuardsDeletes() {
		if err := d.make(d.target, form{}).addVersion(ctx); err != nil {
			return Judge(err)
		}
		f = d.writer.Empty(ctx, query, args...)
	}
	switch {
	case f == nil || d.evolution.Create && f.Number == noSuchTable && d.table.isMissing(ctx):
		all.Truncated++
	case f.Kind == fault.Refused:
		setIn(&all.Refused, index, (&table.Table{Target: d.target}).Refusal(f))
	default:
		return f
	}
	return nil
}

// addVersion adds the column of the version, whose values are metadata, to a table that
// lacks it. The first change of a table may be one that empties it. The error is a mismatch
// with the statement when a person has to run it.
func (l *layout) addVersion(ctx context.Context) error {
	l.of.changing.Lock()
	defer l.of.changing.Unlock()
	d, err := l.of.refresh(ctx, time.Now())
	if err != nil || d.HasColumn(l.target.Version) {
		return err
	}
	missing := ddl.MetadataColumn(l.evolution.Mapping, l.target.Version)
	next := &step{statement: ddl.AddText(l.target, []ddl.Column{missing}), what: "column " + table.Quote(missing.Name) + " does not exist"}
	switch {
	case !l.evolution.Add:
		return next.mismatch("set %s, or run %s", FieldAdd, next.statement)
	case l.evolution.DryRun:
		return l.wouldRun(next)
	}
	l.tell("running " + next.statement)
	if _, err := l.of.db.ExecContext(ctx, next.statement); err != nil {
		return next.failed(err, nil)
	}
	return nil
}
