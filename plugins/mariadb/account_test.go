package mariadb

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// closedDatabase is a world in whose database no account has rights by default. In databases
// called test_... every account may have them.
func closedDatabase(t testing.TB, tables ...string) *world {
	t.Helper()
	open := newWorld(t, mariadbtest.Shared(t))
	w := &world{t: t, server: open.server, name: "closed_" + open.name}
	open.exec("CREATE DATABASE " + w.name + " CHARACTER SET utf8mb4")
	var err error
	w.db, err = sql.Open("mysql", w.server.AdminDSN(w.name))
	require.NoError(t, err)
	t.Cleanup(func() { w.db.Close() })
	for _, table := range tables {
		w.exec(table)
	}
	return w
}

// as is an output of an account that has these rights and no others: its own, or by
// a role, as config/grants.sql gives them.
func (w *world) as(account string, byRole bool, rights, config string, resources ...*service.Resources) *output {
	w.t.Helper()
	name := account + "_" + w.name
	user := name + "@'127.0.0.1'"
	w.exec("CREATE USER " + user + " IDENTIFIED BY 'pass'")
	if byRole {
		w.exec("CREATE ROLE " + name + "_role")
		w.exec("GRANT " + rights + " TO " + name + "_role")
		w.exec("GRANT " + name + "_role TO " + user)
		w.exec("SET DEFAULT ROLE " + name + "_role FOR " + user)
	} else {
		w.exec("GRANT " + rights + " TO " + user)
	}
	parsed, err := Spec().ParseYAML("dsn: "+name+":pass@tcp("+w.server.Addr()+")/"+w.name+"\n"+strings.TrimSpace(config)+"\n", nil)
	require.NoError(w.t, err)
	r := service.MockResources()
	if len(resources) > 0 {
		r = resources[0]
	}
	o, err := newOutput(parsed, r)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, o.Close(w.t.Context())) })
	return o
}

// run runs several statements, as an administrator does.
func (w *world) run(statements string) {
	w.t.Helper()
	admin, err := sql.Open("mysql", w.server.AdminDSN(w.name)+"?multiStatements=true")
	require.NoError(w.t, err)
	defer admin.Close()
	_, err = admin.Exec(statements)
	require.NoError(w.t, err, statements)
}
