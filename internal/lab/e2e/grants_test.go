package e2e

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// Each grant of the sink is needed: without it the sink says which one is
// missing, of whom and on what, waits, and goes on once it is given.
func TestEachGrantIsNeededAndAskedForByName(t *testing.T) {
	for _, right := range []string{"SELECT", "INSERT", "UPDATE"} {
		t.Run(right, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Private(t))
			w.admin("REVOKE " + right + " ON orders FROM order_sink")
			s := w.start()
			w.produce(orders.Good(orders.Seed()[0]))
			says := regexp.MustCompile(`waiting for MariaDB since .*` + right + ` command denied to user 'sink'@'[^']+' for (?:column '\w+' in )?table .*an operator must correct this`)
			w.eventually("/orders/ready asks for "+right, func(ctx context.Context) error {
				body, status, err := s.Get(ctx, "/orders/ready")
				if err == nil && (status != http.StatusServiceUnavailable || !says.MatchString(body)) {
					err = fmt.Errorf("%d: %s", status, body)
				}
				return err
			})
			w.admin("GRANT " + right + " ON orders TO order_sink")
			report := w.check(checker.Config{Exactly: true})
			if report.Rows != 1 || report.DeadLetters != 0 {
				t.Errorf("%d rows and %d dead letters of one order", report.Rows, report.DeadLetters)
			}
		})
	}
}

// The roles may do what config/grants.sql is read to say, and no more.
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
