package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// `order-sink connections` names the server that it cannot reach, and the reason. It
// reads no record.
func TestConnectionsAreTestedWithoutMovingAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	nobody := ordersinktest.FreeAddress(t)
	for _, test := range []struct {
		name, brokers, dsn, table string
		status                    int
		says                      []string
	}{
		{"all well", w.broker.Seeds()[0], w.dsn, "orders", 0, []string{"orders_topic  ok", "orders_table  ok", "dead_letter   ok"}},
		{"no MariaDB", w.broker.Seeds()[0], "u:secret-word@tcp(" + nobody + ")/db", "orders", 1, []string{"orders_topic  ok", "orders_table  FAILED: ", nobody}},
		{"no table", w.broker.Seeds()[0], w.dsn, "nope", 1, []string{"table `nope` does not exist"}},
		{"no Kafka", nobody, w.dsn, "orders", 1, []string{"orders_topic  FAILED: ", "orders_table  ok", "dead_letter   FAILED: "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), ordersinktest.Binary(t), "connections", "-r", "config/resources.yaml", "pipelines/orders.yaml")
			cmd.Dir = ordersinktest.Root(t)
			cmd.Env = append(cmd.Environ(), "KAFKA_BROKERS="+test.brokers, "KAFKA_TOPIC="+w.topic, "KAFKA_GROUP="+w.topic,
				"MARIADB_DSN="+test.dsn, "MARIADB_TABLE="+test.table)
			out, _ := cmd.CombinedOutput()
			if status := cmd.ProcessState.ExitCode(); status != test.status {
				t.Errorf("exit status %d, expected %d", status, test.status)
			}
			for _, part := range test.says {
				if !strings.Contains(string(out), part) {
					t.Errorf("%q is not in\n%s", part, out)
				}
			}
			if strings.Contains(string(out), "secret-word") {
				t.Errorf("it shows the password:\n%s", out)
			}
		})
	}
}
