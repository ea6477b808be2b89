package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/order-sink/order-sink/plugins/mariadb/ddl"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/probe"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
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
	writer         *writer.Writer
	database, name string
	described      atomic.Pointer[table.Description]
	refreshing     sync.Mutex // one inspection at a time
	changing       sync.Mutex // one change of the table at a time
	evidence       probe.Evidence
	told           string // the last statement in the log
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
		p.writer.SetPacket(d.MaxPacket)
		p.described.Store(d)
	}
	return d, err
}

// layout is a table with the columns that records of one form write.
type layout struct {
	of       *physical
	warn     func(text string)
	target   *table.Target
	schemas  ddl.Schemas // of the records; without one for a layout that is configured
	evidence probe.Evidence

	evolution *Evolution

	table   atomic.Pointer[table.Table]
	fitting sync.Mutex // one look at a new description at a time
}

// refresh returns the table. It asks the server unless the last inspection was after
// notBefore. It asks also before it reports a mismatch: the table may have been changed.
func (l *layout) refresh(ctx context.Context, notBefore time.Time) (*table.Table, error) {
	began := time.Now()
	t, err := l.fit(ctx, notBefore)
	if _, isMismatch := errors.AsType[table.Mismatch](err); isMismatch && notBefore.Before(began) {
		t, err = l.fit(ctx, began)
	}
	if found, isMismatch := errors.AsType[table.Mismatch](err); isMismatch {
		return l.extend(ctx, found)
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
	if err == nil && l.evolution.isOn() && l.schemas.Value != nil {
		err = ddl.CheckTypes(l.evolution.Mapping, t, l.schemas)
	}
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

// updateStored writes the rows again that no new row can be, since they lack a column that
// needs a value: to a stored row, which has one. A row that is not stored stays refused.
func (l *layout) updateStored(ctx context.Context, w rowWriter, t *table.Table, o *rows.Outcome) *fault.Fault {
	refused := o.Refused
	o.Refused = nil
	for _, v := range refused {
		if v.Fault.Code == refusal.Missing && v.Row.Group == nil && t.Target.Mode == table.Upsert {
			one, f := w.Write(ctx, &l.evidence, t.ForUpdate(), []rows.Row{v.Row}, o.Tally)
			if f != nil {
				return f
			}
			if one.Missing == 0 {
				o.Add(one)
				continue
			}
		}
		o.Refused = append(o.Refused, v)
	}
	return nil
}

// Judge returns what an error means. A mismatch is a misconfiguration.
func Judge(err error) *fault.Fault {
	if f, judged := errors.AsType[*fault.Fault](err); judged {
		return f
	}
	if _, ok := errors.AsType[table.Mismatch](err); ok {
		return &fault.Fault{Kind: fault.Misconfigured, Err: err}
	}
	return fault.Judge(err)
}
