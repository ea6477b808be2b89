package configdef

import (
	"maps"
	"net/http"
	"slices"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// Class is the full name of the Java class of a connector.
type Class string

// The connectors that order-sink takes the place of.
const (
	Confluent Class = "io.confluent.connect.jdbc.JdbcSinkConnector"
	Debezium  Class = "io.debezium.connector.jdbc.JdbcSinkConnector"
	Aiven     Class = "io.aiven.connect.jdbc.JdbcSinkConnector"
)

// connector is what the worker knows about a class.
type connector struct {
	version string
	keys    func() []def.Key
}

var connectors = map[Class]connector{
	Aiven:     {"6.12.0", keys.Aiven},
	Confluent: {"10.10.0", keys.Confluent},
	Debezium:  {"3.4.0.Final", keys.Debezium},
}

// Find returns the class of a full name or of a short one, JdbcSinkConnector or JdbcSink. All
// three classes have the same short name, and a worker of Kafka Connect usually has one of
// them. So the keys of the configuration decide: a key that only Debezium's sink has means
// Debezium, one that only Aiven's has means Aiven, and otherwise it is Confluent's. config may
// be nil. The error is a [*connect.Error] with status 400, whose message begins as that of
// Kafka Connect.
func Find(alias string, config map[string]string) (Class, error) {
	name := def.Trim(alias)
	if _, known := connectors[Class(name)]; known {
		return Class(name), nil
	}
	if name != "JdbcSinkConnector" && name != "JdbcSink" {
		all := slices.Sorted(maps.Keys(connectors))
		return "", connect.Errorf(http.StatusBadRequest,
			"Failed to find any class that implements Connector and which name matches %s, available connectors are: %s, %s, %s", alias, all[0], all[1], all[2])
	}
	for _, class := range []Class{Debezium, Aiven} {
		for key := range config {
			if only[class][key] {
				return class, nil
			}
		}
	}
	return Confluent, nil
}

// only has the keys that one class has and the others do not.
var only = func() map[Class]map[string]bool {
	having := map[string][]Class{}
	for class, c := range connectors {
		for _, k := range c.keys() {
			having[k.Name] = append(having[k.Name], class)
		}
	}
	all := map[Class]map[string]bool{Confluent: {}, Debezium: {}, Aiven: {}}
	for key, classes := range having {
		if len(classes) == 1 {
			all[classes[0]][key] = true
		}
	}
	return all
}()

// Version returns the version that the worker shows for a class, "" for an unknown one.
func (c Class) Version() string { return connectors[c].version }
