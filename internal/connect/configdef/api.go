package configdef

import "github.com/order-sink/order-sink/internal/connect"

// Null is a JSON null in a map of configuration values. Validate reports it as Kafka Connect
// does. No text of a configuration is the same.
const Null = "\x00"

// Plugin is a plugin of `GET /connector-plugins`. Type is "sink", "converter",
// "header_converter", "transformation" or "predicate".
type Plugin struct {
	Class   string `json:"class"`
	Type    string `json:"type"`
	Version string `json:"version"`
}

// Plugins returns all plugins, or the connectors only.
func Plugins(connectorsOnly bool) []Plugin { return nil }

// Keys returns the keys of a plugin (a connector, a converter, a transform or a predicate) by
// its full or short name, for `GET /connector-plugins/NAME/config`. The error is a
// [*connect.Error] with status 404.
func Keys(name string) ([]connect.KeyDefinition, error) { return nil, nil }

// Validate checks the configuration of a connector, with all placeholders resolved. worker has
// the resolved properties of the worker: it takes the converters and the policy of overrides
// from them. Values is complete only if the validation has no error. It connects to nothing.
func Validate(class Class, config, worker map[string]string) (connect.Validation, *Values) {
	return connect.Validation{}, &Values{}
}

// Values are the values of a validated configuration, typed and with the defaults. A getter
// panics for a key that the class does not have, since that is a mistake of the program.
type Values struct{}

// Class returns the class of the connector.
func (v *Values) Class() Class { return "" }

// Has reports whether the configuration itself has the key.
func (v *Values) Has(key string) bool { return false }

// String returns a STRING, CLASS or PASSWORD, "" for none.
func (v *Values) String(key string) string { return "" }

// Int returns an INT or SHORT.
func (v *Values) Int(key string) int { return 0 }

// Long returns a LONG.
func (v *Values) Long(key string) int64 { return 0 }

// Bool returns a BOOLEAN.
func (v *Values) Bool(key string) bool { return false }

// List returns a LIST.
func (v *Values) List(key string) []string { return nil }

// Converter is a converter with the values of its keys, without the prefix.
type Converter struct {
	Class  string
	Config map[string]string
}

// Converter returns the converter of a side, "key", "value" or "header". As in Kafka Connect,
// the worker's converter has the worker's settings only: the connector's settings count when
// the connector names the class.
func (v *Values) Converter(side string) Converter { return Converter{} }

// Step is a transform or a predicate: its alias, its Java class and its own options, without
// the prefix. Predicate and Negate are of transforms only.
type Step struct {
	Alias     string
	Class     string
	Options   map[string]string
	Predicate string
	Negate    bool
}

// Transforms returns the transforms in their order.
func (v *Values) Transforms() []Step { return nil }

// Predicates returns the predicates in their order.
func (v *Values) Predicates() []Step { return nil }

// Override returns the keys of `CLIENT.override.`, without this prefix. The client is
// "consumer", "producer" or "admin".
func (v *Values) Override(client string) map[string]string { return nil }

// Driver returns the keys that Confluent's sink passes to the JDBC driver: each `connection.`
// key that it does not know, without this prefix. The other classes have none.
func (v *Values) Driver() map[string]string { return nil }

// Note is a key that the worker accepts, and that has no effect or another one.
type Note struct{ Key, Reason string }

// Notes returns the known keys of the configuration that have no effect, sorted.
func (v *Values) Notes() []Note { return nil }

// Unknown returns the keys of the configuration that no part of the connector reads, sorted.
func (v *Values) Unknown() []string { return nil }
