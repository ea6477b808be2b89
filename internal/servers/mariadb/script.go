package mariadb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/go-sql-driver/mysql"
)

// RunFile runs the SQL statements of a file, such as config/schema.sql, on any
// server.
func RunFile(ctx context.Context, dsn, path string) error {
	script, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading SQL: %w", err)
	}
	config, err := mysql.ParseDSN(dsn)
	if err != nil { // the text of err may contain the password
		return errors.New("reading the DSN: expected user:password@tcp(host:port)/database")
	}
	config.MultiStatements = true
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return fmt.Errorf("reading the DSN: %w", err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	if _, err := db.ExecContext(ctx, string(script)); err != nil {
		return fmt.Errorf("running %s: %w", path, err)
	}
	return nil
}
