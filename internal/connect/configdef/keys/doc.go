// Package keys has the tables of the configuration keys: of Kafka Connect's framework, of the
// JDBC sinks, of the converters and of Kafka's clients. Each row says what the worker does with
// a key: the key has its effect, or Ignored or Refused has the reason why not.
package keys

import "github.com/order-sink/order-sink/internal/connect/configdef/def"

// The groups in which consoles show keys.
const (
	groupCommon      = "Common"
	groupTransforms  = "Transforms"
	groupPredicates  = "Predicates"
	groupErrors      = "Error Handling"
	groupConnector   = "Connector"
	groupConnection  = "Connection"
	groupDatabase    = "Database"
	groupWrites      = "Writes"
	groupDataMapping = "Data Mapping"
	groupDDL         = "DDL Support"
	groupDML         = "DML Support"
	groupRetries     = "Retries"
)

// Groups returns the groups of keys, in their order.
func Groups(keys []def.Key) []string {
	var groups []string
	seen := map[string]bool{}
	for i := range keys {
		if group := keys[i].Group; group != "" && !seen[group] && !keys[i].Hides {
			seen[group] = true
			groups = append(groups, group)
		}
	}
	return groups
}

// in sets the group of keys and their order in it.
func in(group string, keys ...def.Key) []def.Key {
	for i := range keys {
		keys[i].Group, keys[i].Order = group, i+1
	}
	return keys
}
