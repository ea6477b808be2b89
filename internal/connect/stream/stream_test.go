package stream

import (
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
	_ "github.com/order-sink/order-sink/internal/tracing"
	_ "github.com/order-sink/order-sink/plugins"
)

func TestMain(m *testing.M) {
	if os.Getenv("IDLE") != "" {
		idle()
		return
	}
	sharedtest.Main(m, kafkatest.Close, mariadbtest.Close)
}

func pipelineX(seeds []string, dsn, topic, group string, extra string) string {
	return fmt.Sprintf(`
input:
  label: topics
  kafka_read:
    seed_brokers: [ %q ]
    topics: [ %q ]
    consumer_group: %q
pipeline:
  threads: 1
  processors:
    - label: decode
      connect_json_decode:
        key_format: json
        store_schema_metadata: order_sink_schema
        store_original_metadata: order_sink_original
output:
  label: tables
  mariadb_upsert:
    dsn: '%s'
    table: "`+"`${! @kafka_topic }`"+`"
    schema_metadata: order_sink_schema
    key_from: record_key
    tombstone: delete
    create_tables: true
    %s
`, strings.Join(seeds, ","), topic, group, dsn, extra)
}

func idle() {
	r, err := NewRunner()
	if err != nil {
		panic(err)
	}
	seeds := strings.Split(os.Getenv("SEEDS"), ",")
	for i := range 50 {
		_, err := r.Start(Config{Connector: fmt.Sprint("c", i), Logger: slog.Default(),
			YAML: pipelineX(seeds, os.Getenv("DSN"), "topic", fmt.Sprint("connect-c", i), os.Getenv("EXTRA"))})
		if err != nil {
			panic(err)
		}
	}
	db, _ := sql.Open("mysql", os.Getenv("DSN"))
	for range 4 {
		time.Sleep(5 * time.Second)
		waits := 0
		for _, s := range r.streams {
			waits += len(s.Waits())
		}
		status, _ := os.ReadFile("/proc/self/status")
		for _, line := range strings.Split(string(status), "\n") {
			if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "VmHWM") || strings.HasPrefix(line, "Threads") {
				fmt.Println(line)
			}
		}
		var n int
		db.QueryRow("select count(*) from information_schema.processlist").Scan(&n)
		fmt.Println("waits", waits, "connections", n)
	}
}

func TestIdleMeasure(t *testing.T) {
	broker := kafkatest.InMemory(t)
	broker.CreateTopic(t.Context(), "topic", 3, nil)
	server := mariadbtest.Shared(t)
	fmt.Println(strings.Join(broker.Seeds(), ","), server.DSN(server.Database(t)))
	exe, _ := os.Executable()
	os.WriteFile("/tmp/w/h/idle.env", []byte(fmt.Sprintf("IDLE=1 SEEDS=%s DSN='%s' %s\n", strings.Join(broker.Seeds(), ","), server.DSN(server.Database(t)), filepath.Clean(exe))), 0o644)
	time.Sleep(100 * time.Second)
}
