// Package yamltext writes the YAML text of a pipeline. The framework inserts variables and
// interpolations into such text, so literal text must be escaped.
package yamltext

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Fields returns a mapping of the names and values. A value that is nil, "" or empty is left
// out.
func Fields(pairs ...any) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(pairs); i += 2 {
		if value := nodeOf(pairs[i+1]); value != nil {
			node.Content = append(node.Content, nodeOf(pairs[i]), value)
		}
	}
	return node
}

func nodeOf(value any) *yaml.Node {
	switch v := value.(type) {
	case *yaml.Node:
		return v
	case string:
		if v == "" {
			return nil
		}
		return Text(v)
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(v)}
	case []string:
		if len(v) == 0 {
			return nil
		}
		node := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range v {
			node.Content = append(node.Content, Text(item))
		}
		return node
	}
	panic(fmt.Sprintf("a value of type %T has no YAML", value))
}

// List returns a sequence.
func List(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}

// Empty returns a mapping without fields.
func Empty() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle} }

// Comment puts a comment in front of the first field of a mapping.
func Comment(node *yaml.Node, text string) { node.Content[0].HeadComment = "# " + text }

// Component returns a component with its label.
func Component(label, name string, config *yaml.Node) *yaml.Node {
	return Fields("label", label, name, config)
}

// plain is text that needs no quotes in YAML, if YAML does not take it for another type.
var plain = regexp.MustCompile(`^[A-Za-z0-9_/][-A-Za-z0-9_./:+$]*$`)

// Text returns literal text: the framework replaces nothing in it.
func Text(value string) *yaml.Node {
	return Raw(Escape(strings.ToValidUTF8(value, "\uFFFD")))
}

// Raw returns text in which the framework inserts variables and interpolations.
func Raw(value string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	switch {
	case strings.Contains(value, Dollar), strings.ContainsFunc(value, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }):
		node.Style = yaml.DoubleQuotedStyle
	case !plain.MatchString(value) || strings.HasSuffix(value, ":"):
		node.Style = yaml.SingleQuotedStyle
	}
	return node
}

// Quoted is Raw with single quotes, in which variables stand unchanged.
func Quoted(value string) *yaml.Node {
	node := Raw(value)
	if node.Style = yaml.SingleQuotedStyle; strings.Contains(value, Dollar) || strings.ContainsAny(value, "\n\r") {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// Dollar stands for a "$" in text for [Raw] that the framework must not see. It becomes \x24 in double quotes.
const Dollar = "\uE024\uE053"

// variable is what the framework replaces: ${NAME} and ${NAME:DEFAULT}.
var variable = regexp.MustCompile(`\$(\{[0-9A-Za-z_.]+(?::[^{}$|\n]*)?\})`)

// Escape writes ${name} as ${{name}}, from which the framework makes ${name}. Other text that
// begins as a variable does gets another form of the Dollar.
func Escape(value string) string {
	if !strings.Contains(value, "${") {
		return value
	}
	left := variable.ReplaceAllString(value, "")
	if strings.Contains(left, "${") || strings.Contains(value, "$${") {
		return strings.ReplaceAll(value, "$", Dollar)
	}
	return variable.ReplaceAllString(value, "$${$1}")
}

// Render returns the YAML text, with an empty line between the parts.
func Render(root *yaml.Node) (string, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return "", fmt.Errorf("writing the YAML text: %w", err)
	}
	out := strings.ReplaceAll(b.String(), Dollar, `\x24`)
	for _, part := range []string{"pipeline:", "output:"} {
		out = strings.Replace(out, "\n"+part+"\n", "\n\n"+part+"\n", 1)
	}
	return out, nil
}
