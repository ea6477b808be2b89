package contestant

import (
	"maps"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
)

// The transforms of the workload of unwrapped change events, in order-sink and in Kafka
// Connect: the row of an event is the value, and the topic "orders-7" becomes "orders".
const (
	unwrapType   = "io.debezium.transforms.ExtractNewRecordState"
	routeType    = "org.apache.kafka.connect.transforms.RegexRouter"
	routePattern = "([a-z]+)-[0-9]+"
)

// readAvro changes orders.yaml: the records are Avro. They have no keys.
func readAvro(text string) (string, error) {
	return replace(text, "      connect_json_decode:\n        # Refuses values that Kafka Connect's converter silently stores as 0.\n        mode: strict\n",
		"      connect_avro_decode:\n        urls: [ '${SCHEMA_REGISTRY_URL}' ]\n        key_format: \"\"\n")
}

// unwrap changes tables.yaml: the records are change events.
func unwrap(text string) (string, error) {
	const original = "        store_original_metadata: order_sink_original\n"
	text, err := replace(text, original, original+"        replace_null_with_default: false\n"+
		"    - connect_transform:\n        schema_metadata: order_sink_schema\n        transforms:\n"+
		"          - { name: unwrap, type: "+unwrapType+" }\n"+
		"          - { name: route, type: "+routeType+", regex: '"+routePattern+"', replacement: $1 }\n")
	if err != nil {
		return "", err
	}
	return text, nil
}

// formats returns the settings of Kafka Connect's sink for the records of a workload.
func formats(s *stack.Stack, w workload.Workload) map[string]string {
	set := map[string]string{}
	if w.Sequence.Avro {
		maps.Copy(set, connectworker.Avro(s.Schemas.NativeURL(), "value"))
	}
	if w.Unwrapped {
		maps.Copy(set, map[string]string{
			"transforms": "unwrap,route", "transforms.unwrap.type": unwrapType, "transforms.route.type": routeType,
			"transforms.route.regex": routePattern, "transforms.route.replacement": "$1",
		})
	}
	return set
}
