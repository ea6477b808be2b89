package session

import (
	"context"
	"database/sql/driver"

	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// maxPlaceholders bounds the statements that a session keeps. MariaDB takes about 500 bytes
// for each placeholder of a prepared statement. One table of ten columns needs about 60,000
// at most.
const maxPlaceholders = 256 << 10

// statements are the prepared statements of a connection. The server prepares them again by
// itself after an ALTER TABLE.
type statements struct {
	all          map[statementKey]*statement
	placeholders int // of all statements
	uses         int
}

// statementKey tells one prepared statement from another.
type statementKey struct {
	one      string // the statement for one row: it names the table and the columns
	rows     int
	numbered bool
}

type statement struct {
	driver.Stmt
	placeholders int
	lastUse      int
}

// get returns a statement that is prepared on the driver's connection.
func (s *statements) get(ctx context.Context, conn any, t *table.Table, deletes, numbered bool, rows int) (driver.Stmt, error) {
	want := statementKey{t.WriteOne, rows, numbered}
	if deletes {
		want.one = t.DeleteOne
	}
	s.uses++
	if known := s.all[want]; known != nil {
		known.lastUse = s.uses
		return known.Stmt, nil
	}
	var text string
	switch {
	case deletes:
		text = t.DeleteText(rows)
	case t.Target.Mode == table.Update:
		text = t.WriteOne
	default:
		text = t.UpsertText(rows, numbered)
	}
	prepared, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	n := prepared.NumInput()
	s.makeRoom(n)
	s.all[want] = &statement{Stmt: prepared, placeholders: n, lastUse: s.uses}
	s.placeholders += n
	return prepared, nil
}

// makeRoom closes the statements that were not used for the longest time.
func (s *statements) makeRoom(placeholders int) {
	for len(s.all) > 0 && s.placeholders+placeholders > maxPlaceholders {
		var oldest statementKey
		lastUse := s.uses + 1
		for key, known := range s.all {
			if known.lastUse < lastUse {
				oldest, lastUse = key, known.lastUse
			}
		}
		s.placeholders -= s.all[oldest].placeholders
		_ = s.all[oldest].Close() // the connection would be broken, which the next statement finds
		delete(s.all, oldest)
	}
}
