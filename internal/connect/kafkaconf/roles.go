package kafkaconf

import "slices"

// effects has the properties that a client of a connector uses, besides security.protocol,
// sasl.* and ssl.*. The admin client uses all that a client of the worker uses.
var effects = map[Role][]string{
	Consumer: {
		"bootstrap.servers", "client.rack", "group.id", "auto.offset.reset", "isolation.level", "group.protocol", "session.timeout.ms", "metadata.max.age.ms",
		"max.poll.records", "fetch.max.bytes", "max.partition.fetch.bytes", "fetch.max.wait.ms",
	},
	Producer: {"bootstrap.servers", "client.id", "compression.type", "max.request.size"},
}

// reasons say why a client of a connector does not use a property. The others are not needed.
var reasons = map[string]string{
	"client.id":                     "order-sink recognizes the consumers of its own workers by their client ids",
	"max.poll.interval.ms":          "order-sink reports to Kafka also while MariaDB is slow",
	"heartbeat.interval.ms":         "order-sink sends a heartbeat every 3 seconds",
	"request.timeout.ms":            "order-sink tries until the broker answers",
	"connections.max.idle.ms":       "order-sink keeps its connections",
	"fetch.min.bytes":               "a broker answers as soon as it has a record",
	"partition.assignment.strategy": "order-sink uses cooperative-sticky, and every worker reads some partitions",
}

// withoutEffect reports whether the client does not use a property, and why.
func (p Properties) withoutEffect(key string) (reason string, unused bool) {
	used, isLimited := effects[p.role]
	if !isLimited || isSecurityKey(key) || slices.Contains(used, key) {
		return "", false
	}
	if reason = reasons[key]; reason == "" {
		reason = notNeeded
	}
	return reason, true
}
