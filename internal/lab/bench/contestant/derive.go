package contestant

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

const ordersPipeline = "pipelines/orders.yaml"

// ownPipeline returns the path of the shipped pipeline for a workload, or of a copy with
// only the changes that the workload needs.
func ownPipeline(s *stack.Stack, w workload.Workload) (path string, err error) {
	switch {
	case w.Unwrapped:
		return derived(s, "pipelines/tables.yaml", "unwrapped", unwrap)
	case w.Sequence.Changes:
		return "pipelines/replica.yaml", nil
	case w.Sequence.Avro:
		return derived(s, ordersPipeline, "avro", readAvro)
	case w.Sequence.OwnTables:
		return derived(s, "pipelines/tables.yaml", "keyed", keyByValue)
	case w.Sequence.Wide:
		return derived(s, ordersPipeline, "wide", widen)
	default:
		return ordersPipeline, nil
	}
}

// topicsVariable returns the variable of the pipeline that takes the topics.
func topicsVariable(w workload.Workload) string {
	switch {
	case w.Sequence.OwnTables, w.Unwrapped:
		return "KAFKA_TOPICS"
	case w.Sequence.Changes:
		return "KAFKA_TOPICS_PATTERN" // matches whole names
	default:
		return "KAFKA_TOPIC"
	}
}

// stockPipeline is ownPipeline for a pipeline of stock components.
func stockPipeline(s *stack.Stack, shipped string, w workload.Workload) (path string, err error) {
	switch {
	case w.Sequence.OwnTables:
		return derived(s, shipped, "tables", func(text string) (string, error) { return outputForEach(text, w.Sequence.Tables()) })
	case w.Sequence.Wide:
		return derived(s, shipped, "wide", widen)
	default:
		return shipped, nil
	}
}

// derived writes a changed copy of a shipped pipeline into a folder, and returns its path.
func derived(s *stack.Stack, path, folder string, change func(text string) (string, error)) (string, error) {
	text, err := os.ReadFile(filepath.Join(s.Root, path))
	if err != nil {
		return "", fmt.Errorf("reading a pipeline: %w", err)
	}
	changed, err := change(string(text))
	if err != nil {
		return "", fmt.Errorf("changing %s: %w", path, err)
	}
	copied := filepath.Join(s.Dir, folder, filepath.Base(path))
	if err := os.MkdirAll(filepath.Dir(copied), 0o755); err != nil {
		return "", fmt.Errorf("writing a pipeline: %w", err)
	}
	if err := os.WriteFile(copied, []byte(changed), 0o644); err != nil {
		return "", fmt.Errorf("writing a pipeline: %w", err)
	}
	return copied, nil
}

// widen adds the columns to each list of them that a pipeline has: the columns,
// and, in those of stock components, the arguments and the updates.
func widen(text string) (string, error) {
	var arguments, updates []string
	for _, name := range workload.MoreColumns() {
		arguments = append(arguments, "this."+name)
		updates = append(updates, name+" = VALUES("+name+")")
	}
	found := false
	for _, list := range []struct {
		last string
		more []string
	}{
		{"unit_price, total_price", workload.MoreColumns()},
		{"this.unit_price, this.total_price", arguments},
		{"total_price = VALUES(total_price)", updates},
	} {
		if before, after, there := strings.Cut(text, list.last); there {
			found = true
			text = before + list.last + ", " + strings.Join(list.more, ", ") + after
		}
	}
	if !found {
		return "", fmt.Errorf("it has no columns that end in %q", "unit_price, total_price")
	}
	return text, nil
}

// byTopic changes orders.yaml: the columns come from the schema of each record, and the
// table from its topic.
func byTopic(text string) (string, error) {
	text, err := replace(text, "    columns: [ order_id, user_id, product_id, qty, unit_price, total_price ]\n", "")
	if err != nil {
		return "", err
	}
	return replace(text, `    table: "${MARIADB_TABLE:orders}"`+"\n", "    table: \"`${! @kafka_topic }`\"\n    schema_metadata: order_sink_schema\n")
}

// keyByValue changes tables.yaml: the key is a field of the value, because the records of
// the order services have no Kafka key.
func keyByValue(text string) (string, error) {
	return replace(text, "    key_from: record_key\n    key: [ \"${KEY_COLUMN:}\" ]\n", "    key_from: value\n    key: [ order_id ]\n")
}

// outputForEach gives a pipeline of stock components an output for each table, and a switch
// that chooses the output by the topic. A sql_insert has one table, and a sql_raw writes
// one row in a statement.
func outputForEach(text string, tables []string) (string, error) {
	head, output, found := strings.Cut(text, "\noutput:\n")
	if !found {
		return "", fmt.Errorf("it has no output")
	}
	var all strings.Builder
	all.WriteString(head + "\noutput:\n  switch:\n    cases:\n")
	for _, name := range tables {
		own, err := replace(output, "    table: orders\n", "    table: "+name+"\n")
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&all, "      - check: '@kafka_topic == \"%s\"'\n        output:\n", name)
		for line := range strings.Lines(own) {
			all.WriteString("        " + line)
		}
	}
	return all.String(), nil
}

// replace replaces the only place where a text has these lines.
func replace(text, lines, by string) (string, error) {
	if n := strings.Count(text, lines); n != 1 {
		return "", fmt.Errorf("it has %d times the lines %q, expected once", n, lines)
	}
	return strings.Replace(text, lines, by, 1), nil
}
