package translate

import (
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef"
)

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
	if t.v.Has("max.retries") || t.v.Has("flush.max.retries") {
		t.differs(t.keys().retries, "order-sink waits until MariaDB answers, and never fails because of an outage")
	}
	d := t.pipeline.Differences
	slices.SortStableFunc(d, func(a, b Difference) int { return strings.Compare(a.Key, b.Key) })
	t.pipeline.Differences = append(d, t.always()...)
}

func (t *translator) isListed(key string) bool {
	return slices.ContainsFunc(t.pipeline.Differences, func(d Difference) bool { return d.Key == key })
}

// always has what concerns every connector.
func (t *translator) always() (all []Difference) {
	add := func(text string) { all = append(all, Difference{Text: text}) }
	add("While Kafka or MariaDB cannot be reached, the connector waits and stays RUNNING. A task of Kafka Connect fails.")
	add("A record whose fields do not fit the columns of its table waits until the table is altered. A task of Kafka Connect fails.")
	add("A record that Kafka delivers again does not change the table.")
	if !t.v.Bool("delete.enabled") && t.class != configdef.Debezium {
		add("A record without a value is skipped. The connector's task fails.")
	}
	if t.v.String("errors.deadletterqueue.topic.name") != "" {
		add("Dead letters always have headers with the reason: those of Kafka Connect and those of order-sink. A record that MariaDB refuses becomes a dead letter, too.")
	}
	return all
}
