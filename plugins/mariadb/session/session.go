// Package session has the connections to MariaDB: the DSN, the state that a connection is
// set to, and the statements that run on it.
package session

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Session is one connection and the statements that are prepared on it.
type Session struct {
	*sql.Conn  // nil until it is needed
	observe    func(statement time.Duration)
	statements statements
	generation int64
	args       []driver.NamedValue // reused
}

// New returns a session that is not connected. It calls observe with the time of
// each statement.
func New(observe func(statement time.Duration)) *Session { return &Session{observe: observe} }

// Open connects, unless the session is connected with this generation of connections.
// fresh says that it has just connected.
func (s *Session) Open(ctx context.Context, db *sql.DB, generation int64) (fresh bool, err error) {
	if s.Conn != nil && s.generation == generation {
		return false, nil
	}
	s.Discard()
	conn, err := db.Conn(ctx)
	if err != nil {
		return true, err
	}
	s.Conn, s.generation, s.statements = conn, generation, statements{all: make(map[statementKey]*statement)}
	return true, nil
}

// CloseIdle closes the connection that is kept for the next inspection of the table: the
// server behind the address may be another one now.
func CloseIdle(db *sql.DB) {
	db.SetMaxIdleConns(0)
	db.SetMaxIdleConns(1)
}

// Discard closes the connection. The server rolls back a transaction that is open.
func (s *Session) Discard() {
	if s.Conn == nil {
		return
	}
	// The pool must not reuse a connection of unknown state.
	_ = s.Raw(func(any) error { return driver.ErrBadConn })
	_ = s.Close()
	s.Conn, s.statements = nil, statements{}
}

// execute runs one statement over rows. It calls the driver itself: database/sql would box,
// check and copy each value, and change none that a column has accepted.
func (s *Session) execute(ctx context.Context, t *table.Table, batch []rows.Row, deletes bool) (result driver.Result, err error) {
	s.args = s.args[:0]
	for i := range batch {
		if !deletes && t.Target.Mode != table.Update {
			if batch[i].Number != nil {
				s.args = append(s.args, driver.NamedValue{Value: batch[i].Number})
			}
			for _, v := range batch[i].Values {
				s.args = append(s.args, driver.NamedValue{Value: v})
			}
			continue
		}
		columns := t.DeleteColumns()
		if !deletes {
			columns = t.UpdateColumns()
		}
		for _, column := range columns {
			s.args = append(s.args, driver.NamedValue{Value: batch[i].Values[column]})
		}
	}
	defer clear(s.args) // keeps no record alive
	err = s.Raw(func(conn any) error {
		stmt, err := s.statements.get(ctx, conn, t, deletes, rows.IsNumbered(batch[0]), len(batch))
		if err == nil {
			result, err = stmt.(driver.StmtExecContext).ExecContext(ctx, s.args)
		}
		return err
	})
	return result, err
}

// Run executes one statement over rows, which are all records or all tombstones, and
// adds their outcome.
func (s *Session) Run(ctx context.Context, t *table.Table, batch []rows.Row, o *rows.Tally) *fault.Fault {
	started, deletes := time.Now(), batch[0].Deletes
	result, err := s.execute(ctx, t, batch, deletes)
	s.observe(time.Since(started))
	if err != nil {
		return judge(t, err)
	}
	affected, err := result.RowsAffected()
	if err != nil {
		return fault.Judge(err)
	}
	switch {
	case batch[0].Moved:
		return nil
	case deletes:
		o.Deleted += int(affected)
		o.Unchanged += len(batch) - int(affected)
		return nil
	case t.Target.Mode == table.Update:
		return s.updated(ctx, t, &batch[0], affected, o)
	}
	found, err := s.counted(ctx, t.Counting, result, len(batch))
	if err != nil {
		return fault.Judge(err)
	}
	inserted := len(batch) - found.Matched
	if t.Version < 0 {
		// The server counts 1 for an inserted row, 2 for an updated one.
		found.Changed = max(0, int(affected)-inserted) / 2
	}
	o.Inserted += inserted
	o.Updated += found.Changed
	o.Stale += found.Stale
	o.Unchanged += max(0, found.Matched-found.Changed-found.Stale)
	return nil
}

// judge returns what an error of a statement means.
func judge(t *table.Table, err error) *fault.Fault {
	f := fault.Judge(err)
	switch {
	case f.Number == fault.NoDefaultForField:
		server, _ := errors.AsType[*mysql.MySQLError](err)
		name := fault.Named(server)
		if !t.MayLack(name) {
			return f // a column that no record has, or of a table that a trigger writes to
		}
		f.Path = name
		f.Kind, f.Code, f.Lone = fault.Refused, refusal.Missing, false
		f.Advice = "the record has no member for the column, which is NOT NULL and has no default"
	case t.Target.Mode == table.Insert && f.Number == table.IsStored:
		f.Kind, f.Code, f.Lone = fault.Refused, refusal.Duplicate, false
		f.Advice = "the table has a row with this key, or with the same value in another unique index, and with other values: the mode insert changes no stored row"
	case t.KeepsOthers() && f.Number == table.IsStored:
		f.Kind, f.Code, f.Lone = fault.Refused, refusal.Duplicate, false
		f.Advice = "a row of another key has the same value in a unique index: give the topic one partition, so that the change of the other row comes first, or drop the index. Then replay this record"
	}
	return f
}

// updated adds the outcome of an update of one row.
func (s *Session) updated(ctx context.Context, t *table.Table, r *rows.Row, affected int64, o *rows.Tally) *fault.Fault {
	if affected > 0 {
		o.Updated++
		return nil
	}
	query, args := t.FateText(r.Values)
	var isNewer bool
	switch err := s.QueryRowContext(ctx, query, args...).Scan(&isNewer); {
	case errors.Is(err, sql.ErrNoRows):
		o.Missing++
	case err != nil:
		return fault.Judge(err)
	case isNewer:
		o.Stale++
	default:
		o.Unchanged++
	}
	return nil
}

// counted returns what an upsert has counted. When the answer has no count (a proxy does
// not keep the session), the rows are stored all the same: they count as inserted.
func (s *Session) counted(ctx context.Context, c *table.Counting, result driver.Result, rows int) (table.Counts, error) {
	id, err := result.LastInsertId()
	if err != nil {
		return table.Counts{}, err
	}
	if found, ok := table.CountsOf(id, rows); ok && c == table.ByInsertID {
		return found, nil
	}
	if err := s.QueryRowContext(ctx, c.Read).Scan(&id); err != nil {
		return table.Counts{}, err
	}
	if found, ok := table.CountsOf(id, rows); ok {
		return found, nil
	}
	return table.Counts{}, nil
}

// Exec runs a statement that returns no rows.
func (s *Session) Exec(ctx context.Context, query string, args ...any) *fault.Fault {
	if _, err := s.ExecContext(ctx, query, args...); err != nil {
		return fault.Judge(err)
	}
	return nil
}

// Blamed returns the index of the row that failed the last statement, as the server says
// since MariaDB 10.7, or -1.
func (s *Session) Blamed(ctx context.Context, batch []rows.Row) int {
	if batch[0].Deletes {
		return -1
	}
	if _, err := s.ExecContext(ctx, "GET DIAGNOSTICS CONDITION 1 @order_sink_row = ROW_NUMBER"); err != nil {
		return -1
	}
	var number sql.NullInt64
	if err := s.QueryRowContext(ctx, "SELECT @order_sink_row").Scan(&number); err != nil || number.Int64 < 1 || number.Int64 > int64(len(batch)) {
		return -1
	}
	return int(number.Int64) - 1
}
