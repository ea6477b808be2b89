// Package store writes batches of messages to the table, over the connections of one output.
package store

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// maxTables bounds the memory for tables.
const maxTables = 1000

// Store is the tables of an output and the connections to them: the output without the
// framework. Its methods may be called at the same time.
type Store struct {
	db       *sql.DB // inspects tables
	sessions *sql.DB // of the writer
	writer   *writer.Writer
	schema   string        // the metadata with the schema of a record
	target   *table.Target // of all tables
	events   *events       // nil if the records are rows
	make     func(target *table.Target) *destination
	fixed    *destination // of every record, when the table is configured

	mutex  sync.Mutex
	tables map[string]*destination // by the name of the table in a message
}

// Config is the configuration of a store.
type Config struct {
	DSN           string
	TLS           *tls.Config   // nil for none
	InitStatement string        // runs on every new connection
	Connections   int           // that write at the same time, at most
	Unused        time.Duration // after which a connection is closed
	MaxRows       int           // of a statement
	Target        table.Target
	AnyTable      bool   // the table of a record is in its message, not in Target
	Schema        string // the metadata with the schema of a record, "" for none
	Events        Format // of the records that are change events, nil for none
	Truncate      bool   // a change event may delete all rows
	Evolution     Evolution
}

// New returns a store without a connection: Connect makes the first ones.
func New(c *Config, logger mysql.Logger, warn func(text string), observe writer.Observer) (*Store, error) {
	dsn, err := session.ParseDSN(c.DSN, c.TLS, logger)
	if err != nil {
		return nil, err
	}
	if dsn.DBName == "" && c.Target.Database == "" && !c.AnyTable {
		return nil, fmt.Errorf("%s names no database, so %s must: database.table", session.FieldDSN, table.FieldTable)
	}
	connector, err := session.NewConnector(dsn, c.InitStatement)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1) // it stays open for a while: opening one takes longer than the inspection
	db.SetConnMaxIdleTime(c.Unused)
	sessions := sql.OpenDB(connector)
	sessions.SetMaxOpenConns(c.Connections)
	w := writer.New(db, sessions, c.MaxRows, c.Connections, c.Unused, observe)
	s := &Store{db: db, sessions: sessions, writer: w, schema: c.Schema, target: &c.Target, tables: make(map[string]*destination)}
	if c.Events != nil {
		s.events = &events{format: c.Events, truncate: c.Truncate}
	}
	s.make = func(target *table.Target) *destination { return newDestination(db, w, warn, &c.Evolution, target) }
	if !c.AnyTable {
		s.fixed = s.make(s.target)
	}
	return s, nil
}

// Connect inspects the table, and renews the connections if they are in doubt.
func (s *Store) Connect(ctx context.Context) error {
	s.writer.Renew()
	if err := s.Inspect(ctx); err != nil {
		f := Judge(err)
		if f.TooManyConnections() {
			s.writer.Spare()
		}
		s.doubt(f)
		return err
	}
	return s.writer.Open(ctx)
}

// doubt tells the writer that its sessions may be the reason of a fault. A table that does
// not fit says nothing about them.
func (s *Store) doubt(f *fault.Fault) {
	if _, isMismatch := errors.AsType[table.Mismatch](f); !isMismatch {
		s.writer.Doubt()
	}
}

// Inspect asks the server about the configured table, and returns an error when the table
// does not fit. Tables of messages are inspected when their first message arrives.
func (s *Store) Inspect(ctx context.Context) error {
	if s.fixed == nil {
		return s.db.PingContext(ctx)
	}
	return s.fixed.inspect(ctx, time.Now())
}

// Messages takes of a batch what [Store.Put] needs. tableOf returns the name of the table
// of a message; it is nil when the table is configured. Until withdraw is called, probes of
// other batches may use the messages, too.
func Messages[M rows.Incoming](s *Store, batch []M, tableOf func(message int) (string, error)) (messages []rows.Message, withdraw func()) {
	messages = rows.Messages(s.target, s.schema, batch)
	if s.events != nil {
		applyEvents(s, batch, messages)
	}
	if s.fixed == nil {
		s.nameTables(messages, tableOf)
	}
	return messages, s.offer(messages)
}

// nameTables gives each message the name of its table.
func (s *Store) nameTables(messages []rows.Message, tableOf func(message int) (string, error)) {
	var name, plain string // of the message before, whose table is nearly always the same
	for i := range messages {
		if m := &messages[i]; m.HasRow() || m.Effect == rows.Truncates && m.Refusal == nil {
			its, err := tableOf(i)
			if err != nil {
				m.Refusal = refusal.New(refusal.Table, table.FieldTable, "the interpolation fails: %v", err)
				continue
			}
			if its != name {
				name, plain = its, table.PlainName(its)
			}
			m.Table = plain
		}
	}
}

// offer lets probes use messages until withdraw is called.
func (s *Store) offer(messages []rows.Message) (withdraw func()) {
	if s.fixed != nil {
		return s.fixed.offer(messages)
	}
	var all []func()
	for _, part := range split(messages) {
		if d := s.known(part.table); d != nil { // else no row of it is written yet
			all = append(all, d.offer(part.messages))
		}
	}
	return func() {
		for _, withdraw := range all {
			withdraw()
		}
	}
}

// Put stores a batch. After a fault the whole batch must be put again; the result is then
// that of the tables without a fault.
func (s *Store) Put(ctx context.Context, messages []rows.Message) (*Result, *fault.Fault) {
	if s.fixed != nil {
		r, f := s.fixed.put(ctx, messages)
		if f != nil {
			s.doubt(f)
		}
		return r, f
	}
	all := withoutTable(messages)
	var first *fault.Fault
	for _, part := range split(messages) {
		d, refused := s.find(part.table)
		if refused != nil {
			for i := range part.messages {
				all.refuse(part.index(i), refused)
			}
			continue
		}
		r, f := d.put(ctx, part.messages)
		if f != nil {
			s.doubt(f)
			if first == nil {
				first = f
			}
			continue
		}
		all.addTable(part.table, r, part.index)
	}
	return all, first
}

// withoutTable returns the outcome of the messages whose outcome no table decides.
func withoutTable(messages []rows.Message) *Result {
	all := &Result{}
	for i := range messages {
		switch m := &messages[i]; {
		case m.Failed || hasTable(m):
		case m.Refusal != nil:
			all.refuse(i, m.Refusal)
		case m.Effect == rows.Nothing:
			all.ignore()
		}
	}
	return all
}

func (s *Store) known(name string) *destination {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.tables[name]
}

// find returns the table of this name. A refusal says that no table can have the name.
func (s *Store) find(name string) (*destination, *record.Refusal) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if d := s.tables[name]; d != nil {
		return d, nil
	}
	target := *s.target
	var err error
	if target.Database, target.Table, err = table.ParseName(name); err == nil {
		err = target.CheckName()
	}
	if err != nil {
		return nil, refusal.New(refusal.Table, table.FieldTable, "%v", err)
	}
	for old := range s.tables {
		if len(s.tables) < maxTables {
			break
		}
		delete(s.tables, old) // an arbitrary one
	}
	s.tables[name] = s.make(&target)
	return s.tables[name], nil
}

// Close ends the connections once the batches that use them are done, or ctx ends.
func (s *Store) Close(ctx context.Context) error {
	s.writer.Close(ctx)
	return errors.Join(s.sessions.Close(), s.db.Close())
}
