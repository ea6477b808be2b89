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

// database is the database of one test.
type database struct {
	t      testing.TB
	server *mariadbtest.Server
	name   string
	db     *sql.DB // an administrator's, in UTC
}

// shared returns a database on the server that all tests share.
func shared(t testing.TB, tables ...string) *database {
	t.Helper()
	return databaseOn(t, mariadbtest.Shared(t), tables...)
}

// private returns a database on a server of its own, for a test that kills or reconfigures
// that server.
func private(t testing.TB, table string, options ...string) *database {
	t.Helper()
	return databaseOn(t, mariadbtest.Private(t, options...), table)
}

func databaseOn(t testing.TB, server *mariadbtest.Server, tables ...string) *database {
	t.Helper()
	return openDatabase(t, server, server.Database(t), tables...)
}

// closedDatabase returns a database in which no account has rights by default. In
// databases called test_... every account may have them.
func closedDatabase(t testing.TB, tables ...string) *database {
	t.Helper()
	open := shared(t)
	open.exec("CREATE DATABASE closed_" + open.name + " CHARACTER SET utf8mb4")
	return openDatabase(t, open.server, "closed_"+open.name, tables...)
}

func openDatabase(t testing.TB, server *mariadbtest.Server, name string, tables ...string) *database {
	t.Helper()
	db, err := sql.Open("mysql", server.AdminDSN(name)+"?time_zone=%27%2B00%3A00%27&loc=UTC")
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	d := &database{t: t, server: server, name: name, db: db}
	for _, table := range tables {
		d.exec(table)
	}
	return d
}

func (d *database) exec(query string, args ...any) {
	d.t.Helper()
	_, err := d.db.Exec(query, args...)
	require.NoError(d.t, err, query)
}

// run runs several statements, from a database, as an administrator does.
func (d *database) run(database, statements string) {
	d.t.Helper()
	admin, err := sql.Open("mysql", d.server.AdminDSN(database)+"?multiStatements=true")
	require.NoError(d.t, err)
	defer admin.Close()
	_, err = admin.Exec(statements)
	require.NoError(d.t, err, statements)
}

// rows are the answer to a query, one line a row, NULL as it is.
func (d *database) rows(query string) []string {
	d.t.Helper()
	rows, err := d.db.Query(query)
	require.NoError(d.t, err, query)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(d.t, err)
	all := []string{}
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(d.t, rows.Scan(into...))
		line := make([]string, len(columns))
		for i, v := range values {
			if line[i] = v.String; !v.Valid {
				line[i] = "NULL"
			}
		}
		all = append(all, strings.Join(line, "|"))
	}
	require.NoError(d.t, rows.Err())
	return all
}

func (d *database) await(query, want string) {
	d.t.Helper()
	require.Eventually(d.t, func() bool {
		got := d.rows(query)
		return len(got) == 1 && got[0] == want
	}, 30*time.Second, 10*time.Millisecond, "%s never gave %s", query, want)
}

// awaitLockWait returns when a statement waits for a row; the server must be the
// test's own, since the figure is the server's. (INNODB_TRX would name the
// database, but MariaDB renews that table only after 0.1 s without a reader: a test that
// polls it more often sees the first copy each time.)
func (d *database) awaitLockWait() {
	d.t.Helper()
	d.await("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS'", "1")
}
