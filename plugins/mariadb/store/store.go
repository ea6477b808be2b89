// Package store writes batches of messages to the table, over the connections of one output.
package store

import (
	"context"
	"crypto/tls"
	"database/sql"
	"fmt"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// Store is the table and the connections to it: the output without the framework. Its
// methods may be called at the same time.
type Store struct {
	db     *sql.DB
	writer *writer.Writer
	schema string // the metadata with the schema of a record
	tables *tables
}

// Config is the configuration of a store.
type Config struct {
	DSN           string
	TLS           *tls.Config // nil for none
	InitStatement string      // runs on every new connection
	Connections   int         // that write at the same time
	MaxRows       int         // of a statement
	Target        table.Target
	Schema        string // the metadata with the schema of a record, "" for none
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
	w := writer.New(db, c.MaxRows, c.Connections, observe)
	return &Store{db: db, writer: w, schema: c.Schema, tables: newTables(db, w, warn, &c.Target)}, nil
}

// Connect inspects the table and renews the connections.
func (s *Store) Connect(ctx context.Context) error {
	s.writer.Renew()
	if err := s.Inspect(ctx); err != nil {
		return err
	}
	return s.writer.Open(ctx)
}

// Inspect asks the server about the table, and returns an error when the table does not fit.
func (s *Store) Inspect(ctx context.Context) error { return s.tables.inspect(ctx, time.Now()) }

// Put stores a batch. After a fault the whole batch must be put again.
func (s *Store) Put(ctx context.Context, messages []rows.Message) (*Result, *fault.Fault) {
	return s.tables.put(ctx, messages)
}

// Messages takes of a batch what [Store.Put] needs. Until withdraw is called, probes of
// other batches may use the messages, too.
func Messages[M rows.Incoming](s *Store, batch []M) (messages []rows.Message, withdraw func()) {
	messages = rows.Messages(s.tables.target, s.schema, batch)
	return messages, s.tables.offer(messages)
}

// Close ends the connections once the batches that use them are done, or ctx ends.
func (s *Store) Close(ctx context.Context) error {
	s.writer.Close(ctx)
	return s.db.Close()
}
