package session

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// A session closes the statement that was not used for the longest time when all statements
// together have too many placeholders.
func TestASessionKeepsAFewStatements(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("mysql", mariadbtest.Shared(t).DSN("orders"))
	require.NoError(t, err)
	defer db.Close()
	s := New(nil)
	_, err = s.Open(t.Context(), db, 1)
	require.NoError(t, err)
	defer s.Discard()
	const each = maxPlaceholders / 5
	use := func(name string) {
		one := "SELECT '" + name + "'" + strings.Repeat(", ?", each)
		require.NoError(t, s.Raw(func(conn any) error {
			_, err := s.statements.get(context.Background(), conn, &table.Table{Target: &table.Target{Mode: table.Update}, WriteOne: one}, false, false, 1)
			return err
		}))
	}
	// figures returns how many statements MariaDB has prepared and closed for the session.
	figures := func() (prepared, closed int) {
		const value = "SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = "
		require.NoError(t, s.QueryRowContext(t.Context(), value+"'Com_stmt_prepare'").Scan(&prepared))
		require.NoError(t, s.QueryRowContext(t.Context(), value+"'Com_stmt_close'").Scan(&closed))
		return prepared, closed
	}
	for _, name := range []string{"a", "b", "c", "d", "e", "a", "f"} {
		use(name)
	}
	prepared, closed := figures()
	require.Equal(t, []int{6, 1}, []int{prepared, closed})
	use("a") // is kept: b was the oldest
	use("b")
	prepared, closed = figures()
	require.Equal(t, []int{7, 2}, []int{prepared, closed})
}
