package translate

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
)

// placeholder is a reference to a config provider: ${PROVIDER:KEY} or ${PROVIDER:PATH:KEY}.
var placeholder = regexp.MustCompile(`\$\{[^}:]*:[^}]*\}`)

// isHidden reports whether the value of a key comes from a config provider.
func (t *translator) isHidden(key string) bool {
	stored := t.Config[key]
	return stored != t.Resolved[key] || placeholder.MatchString(stored)
}

// variable returns a node whose text is the variable. The default, nothing, lets the text be
// checked without the variable. PEM text needs double quotes, in which the framework can
// insert several lines.
func (t *translator) variable(name, key, value string, isPEM bool) *yaml.Node {
	t.declare(name, key, value)
	node := yamltext.Raw(reference(name))
	node.Style = yaml.SingleQuotedStyle
	if isPEM {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

func reference(name string) string { return "${" + name + ":}" }

func (t *translator) declare(name, key, value string) {
	all := &t.pipeline.Variables
	if !slices.ContainsFunc(*all, func(v Variable) bool { return v.Name == name }) {
		*all = append(*all, Variable{name, key, kafkaconf.Secret(value)})
	}
}

// leaf returns the text of a key: the text itself, or a variable if it comes from a config
// provider.
func (t *translator) leaf(key, value string) *yaml.Node {
	if value == "" || !t.isHidden(key) {
		return yamltext.Text(value)
	}
	return t.variable(variableName(key), key, value, false)
}

// secret is leaf for a secret. One that is not in the configuration of the connector is in the
// properties of the worker, and becomes a variable, too.
func (t *translator) secret(key, value string) *yaml.Node { return t.part(key, "", value) }

// part is secret for a part of the text of a key.
func (t *translator) part(key, suffix, value string) *yaml.Node {
	return yamltext.Quoted(t.inline(key, suffix, value))
}

// inline is the text of part.
func (t *translator) inline(key, suffix, value string) string {
	if _, own := t.Config[key]; value == "" || own && !t.isHidden(key) {
		return yamltext.Escape(value)
	}
	name := variableName(key)
	if suffix != "" {
		name += "_" + suffix
	}
	t.declare(name, key, value)
	return reference(name)
}

var notInName = regexp.MustCompile(`[^A-Z0-9]+`)

// variableName makes CONNECTION_PASSWORD of connection.password.
func variableName(key string) string {
	return strings.Trim(notInName.ReplaceAllString(strings.ToUpper(key), "_"), "_")
}

// mapping returns a mapping with the names in order.
func mapping(values map[string]string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		node.Content = append(node.Content, yamltext.Text(name), yamltext.Text(values[name]))
	}
	return node
}
