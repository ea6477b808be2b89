package contestant

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// Of the copies of the pipelines nothing but the columns differs.
func TestWidePipelines(t *testing.T) {
	for _, path := range []string{"pipelines/orders.yaml", "pipelines/bench/stock.yaml", "pipelines/bench/stock_tuned.yaml"} {
		text := shipped(t, path)
		wide, err := widen(text)
		if err != nil {
			t.Fatal(err)
		}
		changed := widened(t, text, wide)
		if expected := map[bool]int{true: 1, false: 3}[path == "pipelines/orders.yaml"]; changed != expected {
			t.Errorf("%s: %d lines differ, expected %d", path, changed, expected)
		}
	}
	if _, err := widen("output: {}"); err == nil {
		t.Error("a pipeline without columns was made wide")
	}
}

// widened counts the lines that differ, and asserts that each has the new columns.
func widened(t *testing.T, text, wide string) (changed int) {
	t.Helper()
	narrow := strings.Split(text, "\n")
	for i, line := range strings.Split(wide, "\n") {
		if line == narrow[i] {
			continue
		}
		changed++
		if n := strings.Count(line, "more_"); n < workload.MoreFields || n%workload.MoreFields != 0 {
			t.Errorf("%d names in %s", n, line)
		}
	}
	return changed
}

// The copies of order-sink's pipelines differ in these lines, and in no others.
func TestCopiesOfPipelines(t *testing.T) {
	for _, c := range []struct {
		path        string
		change      func(string) (string, error)
		gone, added []string
	}{
		{"pipelines/orders.yaml", byTopic,
			[]string{`    table: "${MARIADB_TABLE:orders}"`, `    columns: [ order_id, user_id, product_id, qty, unit_price, total_price ]`},
			[]string{"    table: \"`${! @kafka_topic }`\"", `    schema_metadata: order_sink_schema`}},
		{"pipelines/tables.yaml", keyByValue,
			[]string{`    key_from: record_key`, `    key: [ "${KEY_COLUMN:}" ]`},
			[]string{`    key_from: value`, `    key: [ order_id ]`}},
		{"pipelines/orders.yaml", readAvro,
			[]string{`      connect_json_decode:`, `        # Refuses values that Kafka Connect's converter silently stores as 0.`, `        mode: strict`},
			[]string{`      connect_avro_decode:`, `        urls: [ '${SCHEMA_REGISTRY_URL}' ]`, `        key_format: ""`}},
		{"pipelines/tables.yaml", unwrap, nil,
			[]string{`        replace_null_with_default: false`, `    - connect_transform:`, `        schema_metadata: order_sink_schema`, `        transforms:`,
				`          - { name: unwrap, type: io.debezium.transforms.ExtractNewRecordState }`,
				`          - { name: route, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '([a-z]+)-[0-9]+', replacement: $1 }`}},
	} {
		text := shipped(t, c.path)
		changed, err := c.change(text)
		if err != nil {
			t.Fatal(err)
		}
		if gone, added := without(text, changed), without(changed, text); !slices.Equal(gone, c.gone) || !slices.Equal(added, c.added) {
			t.Errorf("%s: the copy lacks %q and adds %q", c.path, gone, added)
		}
		if _, err := c.change("output: {}"); err == nil {
			t.Errorf("%s: another pipeline was changed", c.path)
		}
	}
}

func shipped(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// without returns the lines of a text that another text has not, or has less often.
func without(text, other string) (lines []string) {
	others := strings.Split(other, "\n")
	for line := range strings.SplitSeq(text, "\n") {
		if i := slices.Index(others, line); i >= 0 {
			others = slices.Delete(others, i, i+1)
		} else {
			lines = append(lines, line)
		}
	}
	return lines
}

// Each output of the switch is the output of the stock pipeline, with another table.
func TestAnOutputForEachTable(t *testing.T) {
	type output struct {
		SQLInsert map[string]any `yaml:"sql_insert"`
	}
	read := func(text string, into any) {
		t.Helper()
		if err := yaml.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	var stock struct{ Output output }
	text := shipped(t, "pipelines/bench/stock_tuned.yaml")
	read(text, &stock)
	changed, err := outputForEach(text, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	var switched struct {
		Output struct {
			Switch struct {
				Cases []struct {
					Check  string
					Output output
				}
			}
		}
	}
	read(changed, &switched)
	cases := switched.Output.Switch.Cases
	if len(cases) != 2 || cases[0].Check != `@kafka_topic == "a"` || cases[1].Check != `@kafka_topic == "b"` {
		t.Fatalf("the cases are %+v", cases)
	}
	for i, table := range []string{"a", "b"} {
		stock.Output.SQLInsert["table"] = table
		if !reflect.DeepEqual(cases[i].Output, stock.Output) {
			t.Errorf("got %v, expected %v", cases[i].Output, stock.Output)
		}
	}
	if before, _, _ := strings.Cut(changed, "\noutput:"); !strings.HasPrefix(text, before+"\noutput:") {
		t.Error("the input or the processors have changed")
	}
}

// The stock pipelines differ by what README.md says, and by nothing else.
func TestTunedStockDiffersBySettingsOnly(t *testing.T) {
	lines := func(name string) []string {
		return slices.DeleteFunc(strings.Split(shipped(t, "pipelines/bench/"+name), "\n"), func(line string) bool { return strings.HasPrefix(line, "#") })
	}
	var more []string
	plain := lines("stock.yaml")
	for _, line := range lines("stock_tuned.yaml") {
		if !slices.Contains(plain, line) {
			more = append(more, strings.TrimSpace(line))
		}
	}
	if expected := []string{"max_yield_batch_bytes: 4MB", "partition_buffer_bytes: 8MB", "fetch_max_wait: 200ms", "dsn: '${MARIADB_DSN:orders:orders@tcp(127.0.0.1:3306)/orders}?interpolateParams=true'"}; !slices.Equal(more, expected) {
		t.Errorf("the tuned one has %q", more)
	}
}
