package kafkaconf

import (
	"maps"
	"slices"
	"strings"
)

// Role is what a client of a connector does. It is the prefix of the client's properties.
type Role string

// The roles.
const (
	Consumer Role = "consumer"
	Producer Role = "producer"
	Admin    Role = "admin"
)

// Properties are the properties of one client, without prefixes. Names has the full name of
// those that had a prefix, for messages.
type Properties struct {
	Values map[string]string
	Names  map[string]string
	role   Role // "" for a client of the worker
}

// OfWorker returns the properties of the worker's own clients: those without a prefix.
// Keys that do not concern a Kafka client are not among them.
func OfWorker(worker map[string]string) Properties {
	p := Properties{Values: map[string]string{}, Names: map[string]string{}}
	for key, value := range worker {
		if IsClientKey(key) {
			p.Values[key] = value
		}
	}
	return p
}

// ForConnector returns the properties of a client of a sink connector. A later source
// overrides an earlier one, as in Kafka Connect: the connector's group and start offset, the
// worker's bootstrap.servers, the worker's ROLE.*, and the connector's ROLE.override.*.
//
// A JVM worker gives its own security settings (security.protocol, sasl.*, ssl.*) only to
// admin clients. Here every client gets them when the worker has no such ROLE.* property:
// without them, the client could not connect to the same cluster.
func ForConnector(role Role, name string, worker, connector map[string]string) Properties {
	p := Properties{Values: map[string]string{}, Names: map[string]string{}, role: role}
	if role == Consumer {
		p.Values["group.id"] = "connect-" + name
		p.Values["auto.offset.reset"] = "earliest"
	}
	prefix := string(role) + "."
	secured := slices.ContainsFunc(slices.Collect(maps.Keys(worker)), func(key string) bool {
		name, ok := strings.CutPrefix(key, prefix)
		return ok && isSecurityKey(name)
	})
	for key, value := range worker {
		switch {
		case key == "bootstrap.servers", isSecurityKey(key) && !secured:
			p.Values[key] = value
		case role == Admin && IsClientKey(key) && !isSecurityKey(key):
			p.Values[key] = value
		}
	}
	p.add(prefix, worker)
	p.add(prefix+"override.", connector)
	return p
}

func (p Properties) add(prefix string, from map[string]string) {
	for full, value := range from {
		if key, ok := strings.CutPrefix(full, prefix); ok {
			p.Values[key], p.Names[key] = value, full
		}
	}
}

// name returns the name of a key as the user wrote it.
func (p Properties) name(key string) string {
	if full, ok := p.Names[key]; ok {
		return full
	}
	return key
}

func isSecurityKey(key string) bool {
	return key == "security.protocol" || strings.HasPrefix(key, "sasl.") || strings.HasPrefix(key, "ssl.")
}
