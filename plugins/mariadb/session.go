package mariadb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"
)

// session is one connection and the statements that are prepared on it. They
// stay for as long as it does: the server prepares them anew by itself after an
// ALTER TABLE.
type session struct {
	conn       *sql.Conn // nil until it is needed
	prepared   map[shape]*sql.Stmt
	generation int64
	args       []any // reused
}

// shape tells one prepared statement from another.
type shape struct {
	counting counting
	rows     int
}

// open connects, unless the session is connected since the writer was last
// told to renew its connections. fresh says that it has just connected.
func (s *session) open(ctx context.Context, db *sql.DB, generation int64) (fresh bool, err error) {
	if s.conn != nil && s.generation == generation {
		return false, nil
	}
	s.discard()
	conn, err := db.Conn(ctx)
	if err != nil {
		return true, err
	}
	s.conn, s.generation, s.prepared = conn, generation, make(map[shape]*sql.Stmt)
	return true, nil
}

// discard ends the connection, with what may be open on it.
func (s *session) discard() {
	if s.conn == nil {
		return
	}
	// The pool must not give a connection of unknown state to anybody.
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = s.conn.Close()
	s.conn, s.prepared = nil, nil
}

func (s *session) statement(ctx context.Context, target *target, want shape) (*sql.Stmt, error) {
	if stmt := s.prepared[want]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(ctx, upsertText(target, want.counting, want.rows))
	if err != nil {
		return nil, err
	}
	s.prepared[want] = stmt
	return stmt, nil
}

// run executes one statement over rows and adds what became of them.
func (s *session) run(ctx context.Context, w *writer, t *table, rows []row, o *outcome) *failure {
	started := time.Now()
	stmt, err := s.statement(ctx, w.target, shape{t.counting, len(rows)}) //nolint:sqlclosecheck // kept as long as the connection
	if err != nil {
		return judge(err)
	}
	s.args = s.args[:0]
	for i := range rows {
		s.args = append(s.args, rows[i].values...)
	}
	result, err := stmt.ExecContext(ctx, s.args...)
	clear(s.args) // keeps no record alive
	w.observe.statement(time.Since(started))
	if err != nil {
		return judge(err)
	}
	affected, err := result.RowsAffected()
	if err != nil {
		return judge(err)
	}
	matched, err := s.matched(ctx, t.counting, result, len(rows))
	if err != nil {
		return judge(err)
	}
	// The server counts 1 for an inserted row, 2 for an updated one.
	inserted := len(rows) - matched
	updated := max(0, int(affected)-inserted) / 2
	o.inserted += inserted
	o.updated += updated
	o.unchanged += max(0, matched-updated)
	return nil
}

// matched is how many of the statement's rows were there before it. A server
// that answers with no count (a proxy that does not keep the session) has stored
// the rows all the same: they then count as inserted.
func (s *session) matched(ctx context.Context, c counting, result sql.Result, rows int) (int, error) {
	counted := func(id int64) bool { return id >= noneMatched && id <= noneMatched+int64(rows) }
	id, err := result.LastInsertId()
	if err == nil && (c != byInsertID || !counted(id)) {
		err = s.conn.QueryRowContext(ctx, c.read()).Scan(&id)
	}
	if !counted(id) {
		return 0, err
	}
	return int(id - noneMatched), err
}

func (s *session) exec(ctx context.Context, query string) *failure {
	if _, err := s.conn.ExecContext(ctx, query); err != nil {
		return judge(err)
	}
	return nil
}

// inTransaction asks whether the transaction that was begun is still open.
func (s *session) inTransaction(ctx context.Context) (bool, *failure) {
	var alive bool
	if err := s.conn.QueryRowContext(ctx, "SELECT @@in_transaction").Scan(&alive); err != nil {
		return false, judge(err)
	}
	return alive, nil
}
