package configdef

import (
	"fmt"
	"strings"
)

// Class is the full name of the Java class of a connector.
type Class string

// The connectors that order-sink takes the place of.
const (
	Confluent Class = "io.confluent.connect.jdbc.JdbcSinkConnector"
	Debezium  Class = "io.debezium.connector.jdbc.JdbcSinkConnector"
	Aiven     Class = "io.aiven.connect.jdbc.JdbcSinkConnector"
)

// connectors has the classes in the order of [Plugins].
var connectors = []Class{Aiven, Confluent, Debezium}

// Find returns the class of a full name or of a short one, JdbcSinkConnector or JdbcSink. All
// three classes have the same short name, and a worker of Kafka Connect usually has one of
// them. So the keys of the configuration decide: a key that only Debezium's sink has means
// Debezium, one that only Aiven's has means Aiven, and otherwise it is Confluent's. config may
// be nil. The message of the error begins as that of Kafka Connect.
func Find(alias string, config map[string]string) (Class, error) {
	name := strings.TrimSpace(alias)
	for _, class := range connectors {
		if string(class) == name {
			return class, nil
		}
	}
	if name != "JdbcSinkConnector" && name != "JdbcSink" {
		return "", fmt.Errorf("Failed to find any class that implements Connector and which name matches %s", alias) //nolint:staticcheck // clients compare the beginning
	}
	for _, class := range []Class{Debezium, Aiven} {
		for key := range config {
			if onlyIn(class, key) {
				return class, nil
			}
		}
	}
	return Confluent, nil
}

func onlyIn(class Class, key string) bool { return false }
