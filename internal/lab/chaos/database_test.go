package chaos

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

var databaseFaults = []fault{
	{name: "MariaDB killed", run: databaseKilled, options: options{privateDB: true}},
	{name: "MariaDB restarted", run: databaseRestarted, options: options{privateDB: true}},
	{name: "connections killed", run: connectionsKilled},
	{name: "MariaDB read-only", run: databaseReadOnly, options: options{privateDB: true}},
	{name: "table locked", run: tableLocked},
	{name: "rows locked", run: rowsLocked},
	{name: "deadlocks", run: deadlocks},
	{name: "no connection left", run: noConnectionLeft, options: options{privateDB: true, serverOptions: []string{"--max-connections=12"}}},
	{name: "disk full", run: diskFull, options: options{ownDB: true}},
	{name: "time zone and clock changed", run: clockChanged, options: options{privateDB: true}},
}

func databaseKilled(tr *trial) {
	tr.begin()
	tr.strike(times(2, 10), func() {
		tr.must(tr.server.Kill())
		tr.pass(time.Duration(tr.random.IntN(1000)) * time.Millisecond)
		tr.must(tr.server.Start(context.Background()))
	})
	tr.waited("mariadb_upsert_waits_total")
}

func databaseRestarted(tr *trial) {
	tr.begin()
	tr.strike(times(1, 5), func() {
		tr.must(tr.server.Stop())
		tr.pass(time.Duration(tr.random.IntN(3000)) * time.Millisecond)
		tr.must(tr.server.Start(context.Background()))
	})
}

// connectionsKilled: an administrator's KILL, at any moment of a statement.
func connectionsKilled(tr *trial) {
	tr.begin()
	tr.strike(times(10, 100), func() {
		for _, id := range tr.sessions() {
			_, _ = tr.db.Exec("KILL CONNECTION " + id) // one that is going already is unknown
		}
	})
	tr.waited("mariadb_upsert_retries_total")
}

// sessions are the ids of the sink's connections.
func (tr *trial) sessions() (ids []string) {
	tr.Helper()
	rows, err := tr.db.QueryContext(tr.Context(), "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'sink' AND DB = ?", tr.database)
	tr.must(err)
	defer rows.Close()
	for rows.Next() {
		var id string
		tr.must(rows.Scan(&id))
		ids = append(ids, id)
	}
	tr.must(rows.Err())
	return ids
}

func databaseReadOnly(tr *trial) {
	tr.begin()
	tr.strike(times(1, 5), func() {
		tr.exec("SET GLOBAL read_only = 1")
		tr.awaitState("waiting for MariaDB since .*: MariaDB error 1290 ")
		tr.exec("SET GLOBAL read_only = 0")
	})
	tr.waited("mariadb_upsert_waits_total", "cause", "error_1290")
}

// tableLocked: another client locks the table for longer than the sink's
// lock_wait_timeout, which is a sixth of its readTimeout.
func tableLocked(tr *trial) {
	tr.dsn += "?readTimeout=6s"
	tr.begin()
	tr.strike(times(1, 5), func() {
		conn, err := tr.db.Conn(tr.Context())
		tr.must(err)
		defer conn.Close()
		_, err = conn.ExecContext(tr.Context(), "LOCK TABLES orders WRITE")
		tr.must(err)
		tr.pass(3500 * time.Millisecond)
		_, err = conn.ExecContext(tr.Context(), "UNLOCK TABLES")
		tr.must(err)
	})
	tr.waited("mariadb_upsert_retries_total", "cause", "lock_wait")
}

// rowsLocked: a transaction locks all rows and the end of the index for longer than the
// sink's innodb_lock_wait_timeout.
func rowsLocked(tr *trial) {
	tr.dsn += "?readTimeout=6s"
	tr.begin()
	tr.strike(times(1, 5), func() {
		tx, err := tr.db.BeginTx(tr.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
		tr.must(err)
		var n int
		tr.must(tx.QueryRowContext(tr.Context(), "SELECT COUNT(*) FROM (SELECT order_id FROM orders FOR UPDATE) locked").Scan(&n))
		tr.pass(3500 * time.Millisecond)
		tr.must(tx.Rollback())
	})
	tr.waited("mariadb_upsert_retries_total", "cause", "lock_wait")
}

// deadlocks: a second writer locks the same rows in the opposite order. It has written
// more, so that the server chooses the sink as the victim.
func deadlocks(tr *trial) {
	tr.exec("CREATE TABLE weight (n INT PRIMARY KEY)")
	tr.flow.mix = mix{changed: 600, again: 200, refusable: 10}
	tr.begin()
	ctx, stop := context.WithCancel(tr.Context())
	var other sync.WaitGroup
	other.Go(func() {
		for ctx.Err() == nil {
			lockBackwards(ctx, tr.db)
		}
	})
	deadlocked := func() float64 { return tr.metric(tr.current(), "mariadb_upsert_retries_total", "cause", "deadlock") }
	tr.eventually("deadlocks happen", func(context.Context) error {
		if n := deadlocked(); n < float64(times(3, 50)) {
			return fmt.Errorf("%v so far", n)
		}
		return nil
	})
	stop()
	other.Wait()
	tr.times = int(deadlocked())
	tr.awaitProgress(500)
	tr.silent("deadlock")
}

func lockBackwards(ctx context.Context, db *sql.DB) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return
	}
	defer tx.Rollback()
	for _, statement := range []string{
		"INSERT INTO weight SELECT seq FROM seq_1_to_3000",
		"SELECT COUNT(*) FROM (SELECT order_id FROM orders WHERE order_id > '8' ORDER BY order_id DESC LIMIT 2000 FOR UPDATE) a",
		"SELECT COUNT(*) FROM (SELECT order_id FROM orders WHERE order_id < '8' ORDER BY order_id DESC LIMIT 2000 FOR UPDATE) b",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return
		}
	}
}

// noConnectionLeft: other clients take every connection that the sink loses.
func noConnectionLeft(tr *trial) {
	tr.begin()
	tr.strike(times(1, 5), func() {
		hogs, err := sql.Open("mysql", tr.server.DSN("information_schema"))
		tr.must(err)
		defer hogs.Close()
		var held []*sql.Conn
		hold := func() {
			for {
				conn, err := hogs.Conn(tr.Context())
				if err != nil {
					return
				}
				held = append(held, conn)
			}
		}
		tr.eventually("the sink finds no connection", func(ctx context.Context) error {
			hold()
			for _, id := range tr.sessions() {
				_, _ = tr.db.Exec("KILL CONNECTION " + id)
			}
			hold()
			return tr.says(ctx, "MariaDB error 1040 ")
		})
		for _, conn := range held {
			tr.must(conn.Close())
		}
	})
}

// diskFull: the data directory is on a small disk, which another file fills.
// Statements fail, or InnoDB cannot write its log and ends the server.
func diskFull(tr *trial) {
	dir := tr.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=400m"); err != nil {
		tr.Fatalf("making a small disk, which takes root: %v", err)
	}
	tr.Cleanup(func() { tr.must(syscall.Unmount(dir, syscall.MNT_DETACH)) })
	server, err := mariadb.New(tr.Context(), dir, 0, "--innodb-log-file-size=8M")
	tr.must(err)
	tr.must(server.Start(tr.Context()))
	tr.Cleanup(func() { tr.must(server.Kill()) })
	tr.use(&mariadbtest.Server{Server: server})
	tr.begin()
	filler := filepath.Join(dir, "filler")
	tr.strike(times(1, 3), func() {
		fill(filler)
		tr.awaitState(`waiting for MariaDB since .*: (MariaDB error (1021|1114|1030|3|1026|11|14|20) |.*connection refused)`)
		tr.must(os.Remove(filler))
		select {
		case <-server.Process().Done():
			tr.must(server.Start(tr.Context()))
		default:
		}
	})
}

// fill writes until there is no room.
func fill(path string) {
	file, err := os.Create(path)
	if err != nil {
		return
	}
	defer file.Close()
	for block := make([]byte, 1<<20); len(block) > 0; {
		if _, err := file.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
}

// clockChanged: the time zone of the server, the zone of its machine, and the clock of
// its sessions change. A test cannot change the clock of the machine.
func clockChanged(tr *trial) {
	tr.begin()
	tr.strike(times(1, 3), func() {
		for _, zone := range []string{"+13:00", "-11:30", "SYSTEM"} {
			tr.exec("SET GLOBAL time_zone = '" + zone + "'")
			for _, id := range tr.sessions() {
				_, _ = tr.db.Exec("KILL CONNECTION " + id)
			}
			tr.awaitProgress(500)
		}
		for _, clock := range []string{"SET timestamp = 1000000000", "SET timestamp = 2000000000", ""} {
			tr.exec("SET GLOBAL init_connect = '" + clock + "'")
			for _, id := range tr.sessions() {
				_, _ = tr.db.Exec("KILL CONNECTION " + id)
			}
			tr.awaitProgress(500)
		}
		tr.Setenv("TZ", "Asia/Seoul")
		tr.must(tr.server.Stop())
		tr.must(tr.server.Start(tr.Context()))
	})
	if years := tr.value("SELECT GROUP_CONCAT(DISTINCT YEAR(created_at) ORDER BY 1) FROM orders"); !strings.Contains(years, "2001") || !strings.Contains(years, "2033") {
		tr.Errorf("the sessions' clocks did not change: rows of the years %s", years)
	}
}
