package session

import (
	"database/sql"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

func TestTheInitStatementRunsFirst(t *testing.T) {
	t.Parallel()
	config, err := ParseDSN(mariadbtest.Shared(t).DSN("orders"), nil, &mysql.NopLogger{})
	require.NoError(t, err)
	connector, err := NewConnector(config, "SET time_zone = '+09:00', sql_mode = '', @mark = 7")
	require.NoError(t, err)
	db := sql.OpenDB(connector)
	defer db.Close()
	var zone, mode, isolation, mark string
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT @@time_zone, @@sql_mode, @@tx_isolation, @mark").Scan(&zone, &mode, &isolation, &mark))
	require.Equal(t, []string{"+00:00", "READ-COMMITTED", "7"}, []string{zone, isolation, mark})
	require.Contains(t, mode, "STRICT_ALL_TABLES")
}

func TestTheDSNCannotUndoWhatTheOutputReliesOn(t *testing.T) {
	config, err := ParseDSN("u:p@tcp(h)/d?clientFoundRows=true&multiStatements=true&interpolateParams=false&loc=Asia%2FSeoul&collation=latin1_swedish_ci&maxAllowedPacket=7&allowAllFiles=true", nil, &mysql.NopLogger{})
	require.NoError(t, err)
	require.Equal(t, []any{false, false, true, time.UTC, "", 0, false}, []any{config.ClientFoundRows, config.MultiStatements, config.InterpolateParams, config.Loc, config.Collation, config.MaxAllowedPacket, config.AllowAllFiles})
	require.Equal(t, []time.Duration{10 * time.Second, time.Minute, time.Minute}, []time.Duration{config.Timeout, config.ReadTimeout, config.WriteTimeout})
	require.Contains(t, sessionStatements(config.ReadTimeout)[0], "innodb_lock_wait_timeout = 10, lock_wait_timeout = 10, idle_transaction_timeout = 10, max_statement_time = 50.000")
}
