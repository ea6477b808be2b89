package network

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

// through opens a database at an address, with one connection.
func through(t *testing.T, address, parameters string) (direct, db *sql.DB) {
	t.Helper()
	server := mariadbtest.Shared(t)
	dsn := server.DSN(server.Database(t))
	open := func(dsn string) *sql.DB {
		db, err := sql.Open("mysql", dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	direct, db = open(dsn), open(strings.Replace(dsn, server.Addr(), address, 1)+parameters)
	db.SetMaxOpenConns(1)
	if _, err := direct.Exec("CREATE TABLE t (n INT PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	return direct, db
}

func count(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRow("SELECT COUNT(*) FROM t").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// After a cut before the server has the statement, the table has no row. After a later
// cut, the table has all rows, and the client does not know.
func TestACutIsWhereItWasOrdered(t *testing.T) {
	for name, test := range map[string]struct {
		where Where
		rows  int
	}{
		"mid statement": {MidStatement, 0}, "answer": {Answer, 1}, "commit's answer": {CommitAnswer, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := NewCutter(mariadbtest.Shared(t).Addr())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			direct, db := through(t, c.Addr(), "")
			insert := func(n int) error {
				tx, err := db.Begin()
				if err != nil {
					return err
				}
				defer tx.Rollback()
				if test.where != CommitAnswer {
					if _, err := tx.Exec("COMMIT"); err != nil { // from now on, each statement is a transaction
						return err
					}
				}
				if _, err := tx.Exec("INSERT INTO t VALUES (?)", n); err != nil {
					return err
				}
				return tx.Commit()
			}
			c.Next(test.where)
			if err := insert(1); err == nil {
				t.Error("the client noticed nothing")
			}
			if got := count(t, direct); got != test.rows || c.Cuts() != 1 {
				t.Errorf("%d rows after %d cuts, expected %d after 1", got, c.Cuts(), test.rows)
			}
			if err := insert(2); err != nil || count(t, direct) != test.rows+1 {
				t.Errorf("the next connection is cut, too: %v", err)
			}
		})
	}
}

func TestABadNetworkIsBadUntilItIsHealed(t *testing.T) {
	p, err := NewProxy(mariadbtest.Shared(t).Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_, db := through(t, p.Addr(), "?readTimeout=3s")
	_ = count(t, db)

	if err := p.Latency(100 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_ = count(t, db)
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("an answer took %v over 100 ms each way", took)
	}
	p.Heal()

	if err := p.Silence(); err != nil {
		t.Fatal(err)
	}
	var n int
	err = db.QueryRowContext(context.Background(), "SELECT COUNT(*) FROM t").Scan(&n)
	if err == nil {
		t.Error("an answer came through the silence")
	}
	var ended net.Error
	if errors.As(err, &ended) && !ended.Timeout() {
		t.Errorf("the silence ended the connection: %v", err)
	}
	p.Heal()
	_ = count(t, db)

	if err := p.Bandwidth(10); err != nil {
		t.Fatal(err)
	}
	db.SetMaxIdleConns(0)
	slow, err := db.PrepareContext(context.Background(), "SELECT COUNT(*) FROM t WHERE n <> LENGTH(?)")
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	began = time.Now()
	if _, err := slow.Exec(strings.Repeat("x", 4000)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("4 KB took %v over 10 KB a second", took)
	}
}
