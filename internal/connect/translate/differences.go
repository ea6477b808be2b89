package translate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef"
)

// Problem is a key that cannot be honoured, and why.
type Problem struct{ Key, Text string }

// Error has everything of a configuration that cannot be honoured.
type Error struct{ Problems []Problem }

// Error implements error. It has one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// String names the key and the reason.
func (p Problem) String() string {
	if strings.Contains(p.Text, p.Key) {
		return p.Text
	}
	return p.Key + ": " + p.Text
}

func (t *translator) refuse(key, format string, args ...any) {
	// Two clients can have the same problem.
	if p := (Problem{key, fmt.Sprintf(format, args...)}); !slices.Contains(t.problems, p) {
		t.problems = append(t.problems, p)
	}
}

// Difference is one respect in which the pipeline differs from the connector on a worker of
// Kafka Connect. Key is "" for what concerns every connector. Value is "[hidden]" for a
// password.
type Difference struct{ Key, Value, Text string }

// String is the difference as `order-sink connect-import` prints it.
func (d Difference) String() string {
	switch {
	case d.Key == "":
		return d.Text
	case d.Value == "":
		return d.Key + ": " + d.Text
	}
	return fmt.Sprintf("%s=%s: %s", d.Key, d.Value, d.Text)
}

// differs lists a difference of a key, with the value of the configuration.
func (t *translator) differs(key, format string, args ...any) {
	value := t.Config[key]
	if strings.Contains(strings.ToLower(key), "password") || strings.Contains(key, "jaas") || strings.Contains(key, "secret") {
		value = "[hidden]"
	}
	t.pipeline.Differences = append(t.pipeline.Differences, Difference{key, value, fmt.Sprintf(format, args...)})
}

// notes lists what is different, in the order of the keys, and then what concerns every
// connector.
func (t *translator) notes() {
	for _, note := range t.v.Notes() {
		if !t.isListed(note.Key) {
			t.differs(note.Key, "%s", note.Reason)
		}
	}
	for _, key := range t.v.Unknown() {
		if !t.isListed(key) {
			t.differs(key, "no effect: no connector of this class knows this key")
		}
	}
	if tasks := t.v.Int("tasks.max"); tasks > 1 {
		t.differs("tasks.max", "the tasks of a worker share one consumer and write over up to %d connections", max(defaultConnections, min(tasks, maxConnections)))
	}
	for _, key := range []string{"retry.backoff.ms", "flush.retry.delay.ms"} {
		if t.v.Has(key) {
			t.differs(key, "no effect: order-sink chooses the pauses between two tries itself")
		}
	}
	if t.v.Has("header.converter") {
		t.differs("header.converter", "no effect: headers are text")
	}
	t.debeziumNotes()
	if t.v.Bool("quote.identifiers") {
		t.differs("quote.identifiers", "order-sink always quotes names, and the columns that it creates have names in lower case, which MariaDB does not tell from others")
	}
	if t.keyMode() == "kafka" && t.class != configdef.Debezium && len(t.keyNames()) > 0 && t.v.Bool("auto.create") {
		t.differs(t.keys().mode, "the columns of the position are the last ones of a table that order-sink creates. In the connector they are the first ones")
	}
	all := &t.pipeline.Differences
	slices.SortStableFunc(*all, func(a, b Difference) int { return strings.Compare(a.Key, b.Key) })
	*all = append(*all, t.always()...)
}

func (t *translator) isListed(key string) bool {
	return slices.ContainsFunc(t.pipeline.Differences, func(d Difference) bool { return d.Key == key })
}

// always has what concerns every connector.
func (t *translator) always() (all []Difference) {
	add := func(text string) { all = append(all, Difference{Text: text}) }
	servers := "Kafka or MariaDB"
	if t.usesRegistry() {
		servers = "Kafka, MariaDB or the schema registry"
	}
	add("While " + servers + " cannot be reached, the connector waits and stays RUNNING. A task of Kafka Connect fails.")
	add("A record whose fields do not fit the columns of its table waits until the table is altered. A task of Kafka Connect fails.")
	add("A record that Kafka delivers again does not change the table.")
	if t.v.String("errors.tolerance") != "all" {
		add("Before the task fails at a record, order-sink stores all records in front of it. A worker of Kafka Connect leaves out those that it has fetched together with a record that a converter or a transform refuses.")
	}
	add("A value that its column would round or cut is refused, such as a time with nanoseconds. The connector lets the driver and MariaDB shorten it.")
	if t.class == configdef.Debezium {
		add("A bit field of more than 8 bits keeps its value. The connector stores its bytes in reverse order, or fails.")
		add("A JSON document and a map are stored as text. The connector's task fails at them, because MariaDB does not know the SQL that the connector sends.")
		add("Names of columns are compared as MariaDB does, without regard to case. The connector's task fails at a column of an existing table whose name has a capital letter, unless quote.identifiers=true.")
	}
	if !t.v.Bool("delete.enabled") && t.class != configdef.Debezium {
		add("A record without a value is skipped. The connector's task fails.")
	}
	if t.v.String("errors.deadletterqueue.topic.name") != "" {
		add("Dead letters always have headers with the reason: those of Kafka Connect and those of order-sink. A record that MariaDB refuses becomes a dead letter, too.")
	}
	return all
}
