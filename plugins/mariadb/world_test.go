package mariadb

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

// orders is the table that the tests write to unless they say otherwise.
const orders = `CREATE TABLE orders (
	order_id    VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
	product     VARCHAR(20),
	qty         INT NOT NULL,
	total       DECIMAL(10,2),
	created_at  TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	updated_at  TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB`

const ordersConfig = "table: orders\ncolumns: [order_id, product, qty, total]\nkey: [order_id]\n"

func order(id, product string, qty int, total string) map[string]any {
	return map[string]any{"order_id": id, "product": product, "qty": int64(qty), "total": total}
}

// What dead letters say about the errors that several tests provoke.
const (
	checkFails     = "a CHECK constraint does not hold for the row: correct the value, or change the constraint"
	triggerRefuses = "a trigger refused the row (SIGNAL); its message is not shown, because it may quote the row: see SHOW TRIGGERS"
)

// world is the database of one test.
type world struct {
	t      testing.TB
	server *mariadbtest.Server
	name   string
	db     *sql.DB // an administrator's, in UTC
}

// shared is a world on the server that all tests share.
func shared(t testing.TB, tables ...string) *world {
	t.Helper()
	return newWorld(t, mariadbtest.Shared(t), tables...)
}

// privateWorld has a server of its own, for a test that kills or reconfigures it.
func privateWorld(t testing.TB, table string, options ...string) *world {
	t.Helper()
	return newWorld(t, mariadbtest.Private(t, options...), table)
}

func newWorld(t testing.TB, server *mariadbtest.Server, tables ...string) *world {
	t.Helper()
	return worldIn(t, server, server.Database(t), tables...)
}

// closedDatabase is a world in whose database no account has rights by default. In
// databases called test_... every account may have them.
func closedDatabase(t testing.TB, tables ...string) *world {
	t.Helper()
	open := shared(t)
	open.exec("CREATE DATABASE closed_" + open.name + " CHARACTER SET utf8mb4")
	return worldIn(t, open.server, "closed_"+open.name, tables...)
}

func worldIn(t testing.TB, server *mariadbtest.Server, database string, tables ...string) *world {
	t.Helper()
	db, err := sql.Open("mysql", server.AdminDSN(database)+"?time_zone=%27%2B00%3A00%27&loc=UTC")
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	w := &world{t: t, server: server, name: database, db: db}
	for _, table := range tables {
		w.exec(table)
	}
	return w
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	_, err := w.db.Exec(query, args...)
	require.NoError(w.t, err, query)
}

// run runs several statements, from a database, as an administrator does.
func (w *world) run(database, statements string) {
	w.t.Helper()
	admin, err := sql.Open("mysql", w.server.AdminDSN(database)+"?multiStatements=true")
	require.NoError(w.t, err)
	defer admin.Close()
	_, err = admin.Exec(statements)
	require.NoError(w.t, err, statements)
}

// rows are the answer to a query, one line a row, NULL as it is.
func (w *world) rows(query string) []string {
	w.t.Helper()
	rows, err := w.db.Query(query)
	require.NoError(w.t, err, query)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(w.t, err)
	all := []string{}
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(w.t, rows.Scan(into...))
		line := make([]string, len(columns))
		for i, v := range values {
			if line[i] = v.String; !v.Valid {
				line[i] = "NULL"
			}
		}
		all = append(all, strings.Join(line, "|"))
	}
	require.NoError(w.t, rows.Err())
	return all
}

func (w *world) await(query, want string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		got := w.rows(query)
		return len(got) == 1 && got[0] == want
	}, 30*time.Second, 10*time.Millisecond, "%s never gave %s", query, want)
}

// awaitLockWait returns when a statement waits for a row; the server must be the
// test's own, since the figure is the server's. (INNODB_TRX would name the
// database, but MariaDB renews that table only after 0.1 s without a reader: a test that
// polls it more often sees the first copy each time.)
func (w *world) awaitLockWait() {
	w.t.Helper()
	w.await("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS'", "1")
}
