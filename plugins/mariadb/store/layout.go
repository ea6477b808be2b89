package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/probe"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// refreshEvery is how old the last inspection of a table may be. It limits how long an
// ALTER TABLE that narrows a column can go unnoticed.
const refreshEvery = 10 * time.Second

// physical is a table of the server. Its layouts share one description.
type physical struct {
	db             *sql.DB
	database, name string
	described      atomic.Pointer[table.Description]
	refreshing     sync.Mutex // one inspection at a time
}

// refresh returns the description of the table. It asks the server unless the last
// description was made after notBefore.
func (p *physical) refresh(ctx context.Context, notBefore time.Time) (*table.Description, error) {
	if d := p.described.Load(); d != nil && !d.Seen.Before(notBefore) {
		return d, nil
	}
	p.refreshing.Lock()
	defer p.refreshing.Unlock()
	if d := p.described.Load(); d != nil && !d.Seen.Before(notBefore) {
		return d, nil
	}
	d, err := table.Describe(ctx, p.db, p.database, p.name)
	if err == nil {
		p.described.Store(d)
	}
	return d, err
}

// layout is a table with the columns that records of one form write.
type layout struct {
	of       *physical
	writer   *writer.Writer
	warn     func(text string)
	target   *table.Target
	evidence probe.Evidence

	table   atomic.Pointer[table.Table]
	fitting sync.Mutex // one look at a new description at a time
}

// refresh returns the table. It asks the server unless the last inspection was after
// notBefore. It asks also before it reports a mismatch: the table may have been changed.
func (l *layout) refresh(ctx context.Context, notBefore time.Time) (*table.Table, error) {
	began := time.Now()
	t, err := l.fit(ctx, notBefore)
	if _, isMismatch := errors.AsType[table.Mismatch](err); isMismatch && notBefore.Before(began) {
		return l.fit(ctx, began)
	}
	return t, err
}

func (l *layout) fit(ctx context.Context, notBefore time.Time) (*table.Table, error) {
	d, err := l.of.refresh(ctx, notBefore)
	if err != nil {
		return nil, err
	}
	if t := l.table.Load(); t != nil && t.Description == d {
		return t, nil
	}
	l.fitting.Lock()
	defer l.fitting.Unlock()
	if t := l.table.Load(); t != nil && !t.Seen.Before(d.Seen) {
		return t, nil
	}
	t, err := d.Fit(ctx, l.of.db, l.target)
	if err != nil {
		return nil, err
	}
	// Also warnings about an index that was added while the output runs.
	if last := l.table.Swap(t); last == nil || !slices.Equal(last.Warnings, t.Warnings) {
		for _, warning := range t.Warnings {
			l.warn(warning)
		}
	}
	return t, nil
}

// put stores a batch. After a fault the whole batch must be put again.
func (l *layout) put(ctx context.Context, messages []rows.Message) (*Result, *fault.Fault) {
	arrived := time.Now()
	t, err := l.refresh(ctx, arrived.Add(-refreshEvery))
	if err != nil {
		return nil, Judge(err)
	}
	buffer := rows.NewBuffer()
	defer buffer.Free()
	built, refusals := rows.Build(t, messages, buffer)
	if len(refusals) > 0 && t.Seen.Before(arrived) {
		// An old inspection is no reason to refuse a row: the column may have been
		// widened meanwhile.
		if t, err = l.refresh(ctx, arrived); err != nil {
			return nil, Judge(err)
		}
		built, refusals = rows.Build(t, messages, buffer)
	}
	r := &Result{Refused: refusals}
	for i := range messages {
		if rows.Ignores(t, &messages[i]) {
			r.Ignored++
		}
	}
	if len(built) == 0 {
		return r, nil
	}
	if f := l.write(ctx, t, rows.Compact(t, built, buffer), r); f != nil {
		return nil, t.Advise(ctx, l.of.db, f)
	}
	return r, nil
}

// write stores one row of each key, then in rounds the rows whose outcome depends on the
// first, so that a key has the row that it would have without compaction.
func (l *layout) write(ctx context.Context, t *table.Table, batch []rows.Row, r *Result) *fault.Fault {
	var all rows.Outcome
	for len(batch) > 0 {
		round, f := l.writer.Write(ctx, &l.evidence, t, batch, all.Tally)
		if f != nil {
			return f
		}
		all.Add(round)
		for i := range batch {
			r.Compacted += max(0, len(batch[i].Group)-1)
		}
		batch = rows.Next(t, batch, round.Refused)
	}
	r.Tally = all.Tally
	for _, v := range all.Refused {
		if v.Row.Group != nil {
			r.Compacted -= len(v.Row.Group) - 1
			continue // the rows of its group were written after it
		}
		setIn(&r.Refused, v.Row.Message, t.Refusal(v.Fault))
		if v.Fault.LacksParent() {
			r.Orphans++
		}
	}
	return nil
}

// Judge returns what an error means. A mismatch is a misconfiguration.
func Judge(err error) *fault.Fault {
	if _, ok := errors.AsType[table.Mismatch](err); ok {
		return &fault.Fault{Kind: fault.Misconfigured, Err: err}
	}
	return fault.Judge(err)
}
