// Package mariadbtest gives tests a MariaDB: one that the tests of a process share,
// with a database for each test, or a private one.
package mariadbtest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/shared"
)

// Server is a running MariaDB, for tests.
type Server struct{ *mariadb.Server }

var (
	server = shared.Resource[*Server]{
		Name: "mariadb",
		Start: func(dir string) (*Server, error) {
			s, err := mariadb.New(context.Background(), dir, 0)
			if err == nil {
				err = s.Start(context.Background())
			}
			return &Server{s}, err
		},
		Stop: func(s *Server) { _ = s.Kill() }, // its data goes with it
	}
	databases atomic.Int64
)

// Main runs a package's tests and then stops the server that they shared:
//
//	func TestMain(m *testing.M) { mariadbtest.Main(m) }
func Main(m *testing.M) { shared.Main(m, Close) }

// Close stops the shared server, if a test has started it, for a [shared.Main] that has
// more to close.
func Close() { server.Close() }

// Shared is the server that the tests of this process share. A test that kills
// or reconfigures a server starts its own with [Private].
func Shared(t testing.TB) *Server {
	t.Helper()
	s, err := server.Get()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Private is a server for one test alone, which ends with it.
func Private(t testing.TB, options ...string) *Server {
	t.Helper()
	server, err := mariadb.New(context.Background(), t.TempDir(), 0, options...)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Kill(); err != nil {
			t.Error(err)
		}
	})
	return &Server{server}
}

// Database makes an empty database for one test and returns its name.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	db, err := sql.Open("mysql", s.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4"); err != nil {
		t.Fatalf("making database %s: %v", name, err)
	}
	return name
}

// Orders makes a database for one test with the tables and the grants of the
// folder config/, at this path, and returns its name and the DSN of [Server.Sink].
func (s *Server) Orders(t testing.TB, config string) (database, dsn string) {
	t.Helper()
	database = s.Database(t)
	if err := mariadb.RunFile(t.Context(), s.DSN(database), filepath.Join(config, "schema.sql")); err != nil {
		t.Fatal(err)
	}
	return database, s.Sink(t, database, filepath.Join(config, "grants.sql"))
}

// Sink applies config/grants.sql, at this path, to a database that has its
// tables, and returns the DSN of an account that has the sink's role and no other
// right.
func (s *Server) Sink(t testing.TB, database, grants string) string {
	t.Helper()
	return s.account(t, database, grants, "sink", "order_sink")
}

// Reader is the same for the role of the user service.
func (s *Server) Reader(t testing.TB, database, grants string) string {
	t.Helper()
	return s.account(t, database, grants, "reader", "order_reader")
}

func (s *Server) account(t testing.TB, database, grants, name, role string) string {
	t.Helper()
	if err := mariadb.RunFile(t.Context(), s.AdminDSN(database), grants); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("mysql", s.AdminDSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{
		"CREATE USER IF NOT EXISTS " + name + "@'127.0.0.1' IDENTIFIED BY '" + name + "-password'",
		"GRANT " + role + " TO " + name + "@'127.0.0.1'",
		"SET DEFAULT ROLE " + role + " FOR " + name + "@'127.0.0.1'",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return fmt.Sprintf("%s:%[1]s-password@tcp(%s)/%s", name, s.Addr(), database)
}
