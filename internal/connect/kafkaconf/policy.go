package kafkaconf

import (
	"slices"
	"strings"
)

// PolicyKey is the property of a worker that names the [Policy], and AllowlistKey has the
// keys of the policy Allowlist.
const (
	PolicyKey    = "connector.client.config.override.policy"
	AllowlistKey = "connector.client.config.override.allowlist"
)

// Policy says which client properties a connector may override.
type Policy struct {
	name    string // All, None, Principal or Allowlist
	allowed []string
}

const (
	policyPackage = "org.apache.kafka.connect.connector.policy."
	policySuffix  = "ConnectorClientConfigOverridePolicy"
)

// ParsePolicy reads the policy of a worker. Without one it is All.
func ParsePolicy(worker map[string]string) (Policy, error) {
	value := Trim(worker[PolicyKey])
	name := strings.TrimSuffix(strings.TrimPrefix(value, policyPackage), policySuffix)
	switch name {
	case "", "All":
		return Policy{name: "All"}, nil
	case "None":
		return Policy{name: name}, nil
	case "Principal":
		return Policy{name: name, allowed: []string{"sasl.jaas.config", "sasl.mechanism", "security.protocol"}}, nil
	case "Allowlist":
		return Policy{name: name, allowed: ParseList(worker[AllowlistKey])}, nil
	}
	return Policy{}, &Error{Key: PolicyKey, Text: "order-sink does not have the policy " + value + ": use All, None, Principal or Allowlist"}
}

// Check returns an error if a connector may not override a key of a client. The key has no
// prefix: client.id, not consumer.override.client.id.
func (p Policy) Check(key string) error {
	if p.Allowed(key) {
		return nil
	}
	return &Error{Key: key, Text: "The '" + p.name + "' policy does not allow '" + key + "' to be overridden in the connector configuration."}
}

// Allowed reports whether a connector may override a key of a client.
func (p Policy) Allowed(key string) bool {
	return p.name == "All" || p.name == "" || slices.Contains(p.allowed, key)
}
