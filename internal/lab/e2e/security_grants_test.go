package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// The sink needs each of its grants. Without one it names the grant, the account and the
// table, retries, and continues once the grant is given.
func TestEachGrantIsNeededAndAskedForByName(t *testing.T) {
	for _, right := range []string{"SELECT", "INSERT", "UPDATE"} {
		t.Run(right, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Private(t))
			w.admin("REVOKE " + right + " ON orders FROM order_sink")
			s := w.start()
			w.produce(orders.Good(orders.Seed()[0]))
			w.awaitAnswer(s, "/orders/ready", http.StatusServiceUnavailable,
				`waiting for MariaDB since .*`+right+` command denied to user 'sink'@'[^']+' for (?:column '\w+' in )?table .*an operator must correct this`)
			w.admin("GRANT " + right + " ON orders TO order_sink")
			report := w.check(checker.Config{Exactly: true})
			if report.Rows != 1 || report.DeadLetters != 0 {
				t.Errorf("%d rows and %d dead letters of one order", report.Rows, report.DeadLetters)
			}
		})
	}
}

// The roles have the grants of config/grants.sql and no others.
func TestTheRolesMayDoNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Private(t))
	w.runSQL("stock.sql")
	w.server.Reader(t, w.rows("SELECT DATABASE()")[0], filepath.Join(ordersinktest.Root(t), "config", "grants.sql"))
	for role, want := range map[string][]string{
		"order_sink":   {"INSERT orders", "SELECT orders", "UPDATE orders"},
		"order_reader": {"SELECT orders", "SELECT stock"},
	} {
		got := w.adminRows(fmt.Sprintf("SELECT privilege_type, table_name FROM information_schema.table_privileges WHERE grantee = \"'%s'@''\"", role))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s may %q, expected %q", role, got, want)
		}
		for _, wider := range []string{"schema_privileges", "user_privileges"} {
			got := w.adminRows(fmt.Sprintf("SELECT privilege_type FROM information_schema.%s WHERE grantee = \"'%s'@''\" AND privilege_type <> 'USAGE'", wider, role))
			if len(got) > 0 {
				t.Errorf("%s may %q everywhere", role, got)
			}
		}
	}
}
