// Package mariadbtest gives tests a MariaDB: a server that the tests of a process share,
// with a database for each test, or a private server.
package mariadbtest

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// Server is a running MariaDB, for tests.
type Server struct{ *mariadb.Server }

var (
	server = sharedtest.Resource[*Server]{
		Name: "mariadb",
		Start: func(dir string) (*Server, error) {
			s, err := mariadb.New(context.Background(), dir, 0)
			if err == nil {
				err = s.Start(context.Background())
			}
			return &Server{s}, err
		},
		Stop: func(s *Server) { _ = s.Kill() }, // the directory is deleted with its data
	}
	databases atomic.Int64
)

// Main runs the tests of a package and then stops the server that they shared:
//
//	func TestMain(m *testing.M) { mariadbtest.Main(m) }
func Main(m *testing.M) { sharedtest.Main(m, Close) }

// Close stops the shared server if a test has started it, for a [sharedtest.Main] with
// more to close.
func Close() { server.Close() }

// Shared returns the server that the tests of this process share. A test that kills or
// reconfigures a server starts its own server with [Private].
func Shared(t testing.TB) *Server {
	t.Helper()
	s, err := server.Get()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Private returns a server for one test. The end of the test stops it.
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

// Database creates an empty database for one test and returns its name.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	db, err := sql.Open("mysql", s.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4"); err != nil {
		t.Fatalf("creating database %s: %v", name, err)
	}
	return name
}

// Script opens a database for one test. A call may run several statements, in sessions with
// the time zone +00:00 and these system variables.
func Script(t testing.TB, dsn string, variables map[string]string) *sql.DB {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.MultiStatements = true
	config.Params = map[string]string{"time_zone": "'+00:00'"}
	maps.Copy(config.Params, variables)
	connector, err := mysql.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return db
}

// Orders creates a database for one test with the tables and the grants of the folder
// config/, which is at the path config. It returns the name and the DSN of [Server.Sink].
func (s *Server) Orders(t testing.TB, config string) (database, dsn string) {
	t.Helper()
	database = s.Database(t)
	if err := mariadb.RunFile(t.Context(), s.DSN(database), filepath.Join(config, "schema.sql")); err != nil {
		t.Fatal(err)
	}
	return database, s.Sink(t, database, filepath.Join(config, "grants.sql"))
}

// Sink applies grants, the path of config/grants.sql, to a database with tables. It returns
// the DSN of an account that has the role of the sink and no other right.
func (s *Server) Sink(t testing.TB, database, grants string) string {
	t.Helper()
	return s.account(t, database, grants, "sink", "order_sink")
}

// Reader is [Server.Sink] for the role of the user service.
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
