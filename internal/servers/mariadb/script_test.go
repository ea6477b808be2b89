package mariadb_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestRunFileRunsEveryStatement(t *testing.T) {
	server := mariadbtest.Shared(t)
	dsn := server.DSN(server.Database(t))
	path := filepath.Join(t.TempDir(), "two.sql")
	if err := os.WriteFile(path, []byte("CREATE TABLE a (id INT);\n-- and\nINSERT INTO a VALUES (1), (2);\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := mariadb.RunFile(t.Context(), dsn, path); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var count int
	if err := db.QueryRow("SELECT COUNT(*) FROM a").Scan(&count); err != nil || count != 2 {
		t.Errorf("%d rows, %v: expected 2", count, err)
	}
	if err := mariadb.RunFile(t.Context(), "u:secret-word@nowhere", path); err == nil || strings.Contains(err.Error(), "secret-word") {
		t.Errorf("a malformed DSN gave %v", err)
	}
}
