// Package store writes batches of messages to the table, over the connections of one output.
package store

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// refreshEvery is how old the last inspection of the table may be. It limits how long an
// ALTER TABLE that narrows a column can go unnoticed.
const refreshEvery = 10 * time.Second

// Store is the table and the connections to it: the output without the framework. Its
// methods may be called at the same time.
type Store struct {
	db         *sql.DB
	target     *table.Target
	writer     *writer.Writer
	table      atomic.Pointer[table.Table]
	refreshing sync.Mutex // one inspection at a time
	warn       func(text string)
}

// Config is the configuration of a store.
type Config struct {
	DSN           string
	TLS           *tls.Config // nil for none
	InitStatement string      // runs on every new connection
	Connections   int         // that write at the same time
	MaxRows       int         // of a statement
	Target        table.Target
}

// New returns a store without a connection: Connect makes the first ones.
func New(c *Config, logger mysql.Logger, warn func(text string), observe writer.Observer) (*Store, error) {
	dsn, err := session.ParseDSN(c.DSN, c.TLS, logger)
	if err != nil {
		return nil, err
	}
	if dsn.DBName == "" && c.Target.Database == "" {
		return nil, fmt.Errorf("%s names no database, so %s must: database.table", session.FieldDSN, table.FieldTable)
	}
	connector, err := session.NewConnector(dsn, c.InitStatement)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(c.Connections + 1) // one more inspects the table
	db.SetMaxIdleConns(1)                 // it stays open: opening one takes longer than the inspection
	return &Store{db: db, target: &c.Target, warn: warn, writer: writer.New(db, c.MaxRows, c.Connections, observe)}, nil
}

// Connect inspects the table and renews the connections.
func (s *Store) Connect(ctx context.Context) error {
	s.writer.Renew()
	if _, err := s.Refresh(ctx, time.Now()); err != nil {
		return err
	}
	return s.writer.Open(ctx)
}

// Refresh returns the table. It inspects the table unless the last inspection was after
// notBefore.
func (s *Store) Refresh(ctx context.Context, notBefore time.Time) (*table.Table, error) {
	if t := s.table.Load(); t != nil && !t.Seen.Before(notBefore) {
		return t, nil
	}
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	if t := s.table.Load(); t != nil && !t.Seen.Before(notBefore) {
		return t, nil
	}
	t, err := table.Inspect(ctx, s.db, s.target)
	if err != nil {
		return nil, err
	}
	// Also warnings about an index that was added while the output runs.
	if last := s.table.Swap(t); last == nil || !slices.Equal(last.Warnings, t.Warnings) {
		for _, warning := range t.Warnings {
			s.warn(warning)
		}
	}
	return t, nil
}

// Put stores a batch. After a fault the whole batch must be put again.
func (s *Store) Put(ctx context.Context, messages []rows.Message) (*Result, *fault.Fault) {
	arrived := time.Now()
	t, err := s.Refresh(ctx, arrived.Add(-refreshEvery))
	if err != nil {
		return nil, Judge(err)
	}
	buffer := rows.NewBuffer()
	defer buffer.Free()
	built, refusals := rows.Build(t, messages, buffer)
	if len(refusals) > 0 && t.Seen.Before(arrived) {
		// An old inspection is no reason to refuse a row: the column may have been
		// widened meanwhile.
		if t, err = s.Refresh(ctx, arrived); err != nil {
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
	if f := s.write(ctx, t, rows.Compact(t, built, buffer), r); f != nil {
		return nil, t.Advise(ctx, s.db, f)
	}
	return r, nil
}

// Messages takes of a batch what [Store.Put] needs. Until withdraw is called, probes of
// other batches may use the messages, too.
func Messages[M rows.Incoming](s *Store, batch []M) (messages []rows.Message, withdraw func()) {
	messages = rows.Messages(s.target, batch)
	return messages, s.writer.Offer(messages)
}

// Judge returns what an error means. A mismatch is a misconfiguration.
func Judge(err error) *fault.Fault {
	if _, ok := errors.AsType[table.Mismatch](err); ok {
		return &fault.Fault{Kind: fault.Misconfigured, Err: err}
	}
	return fault.Judge(err)
}

// write stores one row of each key, then in rounds the rows whose outcome depends on the
// first, so that a key has the row that it would have without compaction.
func (s *Store) write(ctx context.Context, t *table.Table, batch []rows.Row, r *Result) *fault.Fault {
	var all rows.Outcome
	for len(batch) > 0 {
		round, f := s.writer.Write(ctx, t, batch, all.Tally)
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
	}
	return nil
}

// Close ends the connections once the batches that use them are done, or ctx ends.
func (s *Store) Close(ctx context.Context) error {
	s.writer.Close(ctx)
	return s.db.Close()
}
