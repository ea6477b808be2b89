package mariadb_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

func TestRowsSurviveAKill(t *testing.T) {
	server := mariadbtest.Private(t)
	exec := func(query string) {
		t.Helper()
		db, err := sql.Open("mysql", server.DSN("orders"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	exec("CREATE TABLE kept (id INT PRIMARY KEY)")
	exec("INSERT INTO kept VALUES (7)")
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := server.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("mysql", server.DSN("orders"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var id int
	if err := db.QueryRow("SELECT id FROM kept").Scan(&id); err != nil || id != 7 {
		t.Fatalf("after the kill: id %d, %v; expected 7", id, err)
	}
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	server := mariadbtest.Shared(t)
	if a, b := server.Database(t), server.Database(t); a == b {
		t.Fatalf("both are called %s", a)
	}
}

// A read-only server must refuse the sink's account, because tests depend on it.
func TestTheSinkCannotWriteToAReadOnlyServer(t *testing.T) {
	server := mariadbtest.Private(t, "--read-only")
	db, err := sql.Open("mysql", server.DSN("orders"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE refused (id INT PRIMARY KEY)"); err == nil {
		t.Fatal("a read-only server took a table from the sink's account")
	}
}
