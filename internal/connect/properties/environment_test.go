package properties

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestVariablesAreProperties(t *testing.T) {
	for variable, want := range map[string]map[string]string{
		"CONNECT_GROUP_ID=a":                           {"group.id": "a"},
		"CONNECT_BOOTSTRAP_SERVERS=a:1,b:2":            {"bootstrap.servers": "a:1,b:2"},
		"CONNECT_CONSUMER_SASL_JAAS_CONFIG=x y=\"z\";": {"consumer.sasl.jaas.config": `x y="z";`},
		"CONNECT_REST_ADVERTISED_HOST_NAME=":           {"rest.advertised.host.name": ""},
		"CONNECT_A__B_C___D=x":                         {"a_b.c-d": "x"},
		"CONNECT_A____B=x":                             {"a-_b": "x"},
		"CONNECT_A_____B=x":                            {"a-_b": "x"},
		"CONNECT_A______B=x":                           {"a--b": "x"},
		"CONNECT_KEY_CONVERTER_SCHEMA_REGISTRY_URL=x":  {"key.converter.schema.registry.url": "x"},
		"CONNECT_REST_PORT=8083":                       {"rest.port": "8083"},
		"CONNECT_REST_PORT=tcp://10.0.0.1:8083":        {},
		"CONNECT_PORT=tcp://10.0.0.1:8083":             {},
		"CONNECT_PORT_8083_TCP_ADDR=10.0.0.1":          {},
		"CONNECT_SERVICE_HOST=10.0.0.1":                {},
		"CONNECT_REST_SERVICE_PORT_HTTP=8083":          {},
		"CONNECT_LOG4J_ROOT_LOGLEVEL=INFO":             {},
		"CONNECT_LOG4J_LOGGERS=a=b":                    {},
		"CONNECT_CUB_KAFKA_TIMEOUT=300":                {},
		"CONNECT_=x":                                   {},
		"GROUP_ID=a":                                   {},
		"XCONNECT_GROUP_ID=a":                          {},
	} {
		assert.Equal(t, want, FromEnvironment([]string{"PATH=/bin", variable}), variable)
	}
}

func TestAContainerHasTheVariablesOfBothImages(t *testing.T) {
	const json = "org.apache.kafka.connect.json.JsonConverter"
	debezium := map[string]string{
		"bootstrap.servers": "kafka:9092", "group.id": "1", "config.storage.topic": "c", "offset.storage.topic": "o", "status.storage.topic": "connect-status",
		"config.storage.replication.factor": "1", "status.storage.replication.factor": "1", "key.converter": json, "value.converter": json,
		"task.shutdown.graceful.timeout.ms": "10000", "rest.host.name": "0.0.0.0",
	}
	environ := []string{"BOOTSTRAP_SERVERS=kafka:9092", "CONFIG_STORAGE_TOPIC=c", "OFFSET_STORAGE_TOPIC=o"}
	assert.Equal(t, debezium, FromContainer(environ))

	debezium["group.id"], debezium["rest.host.name"], debezium["rest.advertised.host.name"], debezium["rest.port"] = "g", "10.0.0.9", "sink", "8084"
	assert.Equal(t, debezium, FromContainer(append(environ,
		"GROUP_ID=x", "CONNECT_GROUP_ID=g", "HOST_NAME=10.0.0.9", "ADVERTISED_HOST_NAME=sink", "REST_PORT=8084", "STATUS_STORAGE_TOPIC=")))

	// Confluent's image has no defaults for the group and the converters.
	assert.Equal(t, map[string]string{"bootstrap.servers": "kafka:9092", "rest.host.name": "0.0.0.0"},
		FromContainer([]string{"CONNECT_BOOTSTRAP_SERVERS=kafka:9092", "REST_PORT=tcp://10.0.0.1:8083"}))
	assert.Equal(t, map[string]string{"listeners": "http://127.0.0.1:1"}, FromContainer([]string{"CONNECT_LISTENERS=http://127.0.0.1:1"}))
}
