package herder

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
)

// simple are definitions with a translation of their own.
type simple struct{ seeds []string }

func (simple) Check(config map[string]string) (connect.Validation, error) {
	if (simple{}).known(config) {
		return connect.Validation{}, nil
	}
	return connect.Validation{}, connect.Errorf(http.StatusBadRequest, "Failed to find any class that implements Connector")
}

func (simple) CheckDatabase(context.Context, map[string]string, *connect.Validation) {}

func (simple) known(config map[string]string) bool {
	return config["connector.class"] == "io.confluent.connect.jdbc.JdbcSinkConnector"
}

func (d simple) Class(config map[string]string) (string, bool) {
	return config["connector.class"], d.known(config)
}

func (simple) TaskClass(string) string { return "io.confluent.connect.jdbc.sink.JdbcSinkTask" }

func (simple) Tasks(config map[string]string) int {
	n, err := strconv.Atoi(config["tasks.max"])
	if err != nil {
		return 1
	}
	return n
}

func (d simple) Group(name string, _ map[string]string) (string, []kgo.Opt, error) {
	return "connect-" + name, []kgo.Opt{kgo.SeedBrokers(d.seeds...)}, nil
}

func (d simple) Plan(name string, config map[string]string) (Plan, error) {
	if reason := config["refuse"]; reason != "" {
		return Plan{}, fmt.Errorf("refuse: %s", reason)
	}
	refusal := ""
	if config["errors.tolerance"] == "none" {
		refusal = "on_refusal: stop"
	}
	text := fmt.Sprintf(`
input:
  label: topics
  kafka_read:
    seed_brokers: [ %q ]
    topics: [ %q ]
    consumer_group: %q
pipeline:
  processors:
    - label: decode
      connect_json_decode:
        key_format: string
        store_schema_metadata: order_sink_schema
output:
  label: table
  mariadb_upsert:
    dsn: '${DSN}'
    table: %s
    schema_metadata: order_sink_schema
    key: [ id ]
    create_tables: true
    %s
`, strings.Join(d.seeds, ","), config["topics"], "connect-"+name, config["table"], refusal)
	return Plan{YAML: text, Variable: func(name string) (string, bool) { return config["dsn"], name == "DSN" }}, nil
}
