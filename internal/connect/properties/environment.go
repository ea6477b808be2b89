package properties

import (
	"maps"
	"regexp"
	"strings"
)

const envPrefix = "CONNECT_"

// notProperties matches the variables with the prefix that are no properties of the worker:
// those of the images for logging and for their start, and those that Kubernetes and Docker
// set for a service whose name begins with connect, such as CONNECT_REST_PORT=tcp://10.0.0.1:8083.
var notProperties = regexp.MustCompile(`^CONNECT_(LOG4J_.*|CUB_.*|(.*_)?SERVICE_(HOST|PORT(_.*)?)|(.*_)?PORT_[0-9]+_(TCP|UDP)(_.*)?)=|^CONNECT_(.*_)?PORT=(tcp|udp)://`)

// FromEnvironment returns the properties that the variables CONNECT_... say, by the rules of
// the images of Confluent and Debezium: CONNECT_GROUP_ID is group.id, `__` stands for `_` and
// `___` for `-`. They override those of the worker's file. Environ has NAME=VALUE.
func FromEnvironment(environ []string) map[string]string {
	properties := map[string]string{}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if name, ok := strings.CutPrefix(name, envPrefix); ok && name != "" && !notProperties.MatchString(variable) {
			properties[propertyName(name)] = value
		}
	}
	return properties
}

// propertyName turns GROUP_ID into group.id.
func propertyName(name string) string {
	var key strings.Builder
	for name != "" {
		underscores := len(name) - len(strings.TrimLeft(name, "_"))
		if underscores == 1 {
			key.WriteByte('.')
		} else {
			key.WriteString(strings.Repeat("-", underscores/3))
			key.WriteString(strings.Repeat("_", (underscores%3+1)/2))
		}
		name = name[underscores:]
		end := strings.IndexByte(name+"_", '_')
		key.WriteString(strings.ToLower(name[:end]))
		name = name[end:]
	}
	return key.String()
}

// debeziumNames has the variables of Debezium's image that have no prefix.
var debeziumNames = map[string]string{
	"BOOTSTRAP_SERVERS":        "bootstrap.servers",
	"GROUP_ID":                 "group.id",
	"CONFIG_STORAGE_TOPIC":     "config.storage.topic",
	"OFFSET_STORAGE_TOPIC":     "offset.storage.topic",
	"STATUS_STORAGE_TOPIC":     "status.storage.topic",
	"KEY_CONVERTER":            "key.converter",
	"VALUE_CONVERTER":          "value.converter",
	"INTERNAL_KEY_CONVERTER":   "internal.key.converter",
	"INTERNAL_VALUE_CONVERTER": "internal.value.converter",
	"OFFSET_FLUSH_INTERVAL_MS": "offset.flush.interval.ms",
	"OFFSET_FLUSH_TIMEOUT_MS":  "offset.flush.timeout.ms",
	"SHUTDOWN_TIMEOUT":         "task.shutdown.graceful.timeout.ms",
	"REST_HOST_NAME":           "rest.host.name",
	"REST_PORT":                "rest.port",
	"ADVERTISED_HOST_NAME":     "rest.advertised.host.name",
	"ADVERTISED_PORT":          "rest.advertised.port",
}

// debeziumDefaults are what Debezium's image sets by itself.
var debeziumDefaults = map[string]string{
	"group.id":                          "1",
	"status.storage.topic":              "connect-status",
	"config.storage.replication.factor": "1",
	"status.storage.replication.factor": "1",
	"key.converter":                     "org.apache.kafka.connect.json.JsonConverter",
	"value.converter":                   "org.apache.kafka.connect.json.JsonConverter",
	"task.shutdown.graceful.timeout.ms": "10000",
}

// FromContainer is [FromEnvironment] for the entry point of a container. It also reads the
// variables of Debezium's image without that prefix. With one of BOOTSTRAP_SERVERS,
// CONFIG_STORAGE_TOPIC and GROUP_ID, the other properties have the defaults of that image. The
// worker listens on all addresses unless a variable says otherwise: on the loopback address,
// nobody outside of the container would reach it.
func FromContainer(environ []string) map[string]string {
	plain := map[string]string{}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if key, ok := debeziumNames[name]; ok && value != "" && !notProperties.MatchString(envPrefix+variable) {
			plain[key] = value
		} else if name == "HOST_NAME" && value != "" {
			plain[name] = value
		}
	}
	properties := map[string]string{}
	if plain["bootstrap.servers"]+plain["config.storage.topic"]+plain["group.id"] != "" {
		maps.Copy(properties, debeziumDefaults)
	}
	if host := plain["HOST_NAME"]; host != "" {
		properties[keyHost], properties[keyAdvertisedHost] = host, host
		delete(plain, "HOST_NAME")
	}
	maps.Copy(properties, plain)
	maps.Copy(properties, FromEnvironment(environ))
	if properties[keyHost] == "" && properties[keyListeners] == "" {
		properties[keyHost] = "0.0.0.0"
	}
	return properties
}
