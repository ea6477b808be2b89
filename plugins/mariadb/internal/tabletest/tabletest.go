// Package tabletest has what the tests of several packages of mariadb_upsert need: a
// database with tables, and values for columns.
package tabletest

import (
	"database/sql"
	"testing"

	_ "github.com/go-sql-driver/mysql" // the driver
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// Database returns a new database with these tables, and its name.
func Database(t testing.TB, tables ...string) (*sql.DB, string) {
	t.Helper()
	server := mariadbtest.Shared(t)
	name := server.Database(t)
	db, err := sql.Open("mysql", server.DSN(name))
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	for _, table := range tables {
		_, err := db.ExecContext(t.Context(), table)
		require.NoError(t, err, table)
	}
	return db, name
}

// Integers draws values of a BIGINT or a BIGINT UNSIGNED. Only what no int64 holds is a
// uint64.
func Integers() *rapid.Generator[any] {
	return rapid.OneOf(rapid.Int64().AsAny(), rapid.Uint64Min(1<<63).AsAny())
}

// Texts draws texts that often share a beginning.
func Texts() *rapid.Generator[any] {
	return rapid.StringOf(rapid.SampledFrom([]rune("\x00ab\u00e4\U0001f600"))).AsAny()
}

// Binaries draws values of a VARBINARY, as bytes or as text.
func Binaries() *rapid.Generator[any] {
	return rapid.OneOf(rapid.SliceOf(rapid.SampledFrom([]byte{0, 1, 255})).AsAny(), rapid.StringOf(rapid.SampledFrom([]rune("\x00\x01b"))).AsAny())
}

// Decimals draws texts of decimals, of which some are equal.
func Decimals() *rapid.Generator[any] {
	return rapid.SampledFrom([]any{"-1.5", "-0", "0", "0.0", "9", "10", "10.00"})
}
