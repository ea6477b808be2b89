package store

import (
	"context"
	"slices"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/change"
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
		topic, _ := batch[i].MetaGetMut(record.Topic)
		name, _ := topic.(string)
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
		m.Before = e.Before
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
	switch f := d.writer.Empty(ctx, query, args...); {
	case f == nil || d.evolution.Create && f.Number == noSuchTable && d.table.isMissing(ctx):
		all.Truncated++
	case f.Kind == fault.Refused:
		setIn(&all.Refused, index, (&table.Table{Target: d.target}).Refusal(f))
	default:
		return f
	}
	return nil
}
