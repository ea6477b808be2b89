package pipeline

import (
	"errors"
	"slices"

	"gopkg.in/yaml.v3"
)

// edited returns the text of a pipeline after the edits. It works on YAML nodes: the
// framework's StreamBuilder.SetFields loses passwords, and Go values lose the quotes
// around environment variables.
func edited(text []byte, edits []Edit) ([]byte, error) {
	// Only decoding to Go values finds an anchor that contains itself.
	if err := yaml.Unmarshal(text, new(any)); err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("expected a mapping with the sections of a pipeline")
	}
	sections := resolve(document.Content[0])
	for _, edit := range edits {
		edit(sections)
	}
	return yaml.Marshal(sections)
}

// resolve returns a copy of a node in which each alias and merge key (<<) is replaced with
// the content of its anchor. An edit may remove the anchor.
func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return resolve(node.Alias)
	}
	resolved := *node
	resolved.Anchor, resolved.Content = "", nil
	for _, child := range node.Content {
		resolved.Content = append(resolved.Content, resolve(child))
	}
	if i := find(&resolved, "<<"); i >= 0 {
		merged := resolved.Content[i+1]
		resolved.Content = slices.Delete(resolved.Content, i, i+2)
		merge(&resolved, merged)
	}
	return &resolved
}

// merge adds the fields of a mapping, or of a list of mappings, that node lacks.
func merge(node, merged *yaml.Node) {
	for i, child := range merged.Content {
		if merged.Kind == yaml.SequenceNode {
			merge(node, child)
		} else if i%2 == 0 && find(node, child.Value) < 0 {
			node.Content = append(node.Content, child, merged.Content[i+1])
		}
	}
}

// set replaces or adds a section.
func set(sections *yaml.Node, section string, content *yaml.Node) {
	if i := find(sections, section); i >= 0 {
		sections.Content[i+1] = content
		return
	}
	sections.Content = append(sections.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: section}, content)
}

func mapping(field string, value *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: field}, value}}
}

// remove removes a field at every depth.
func remove(node *yaml.Node, field string) {
	if i := find(node, field); i >= 0 {
		node.Content = slices.Delete(node.Content, i, i+2)
	}
	for _, child := range node.Content {
		remove(child, field)
	}
}

// find returns the index of a field in the content of a mapping, or -1.
func find(node *yaml.Node, field string) int {
	for i := 0; node.Kind == yaml.MappingNode && i < len(node.Content); i += 2 {
		if node.Content[i].Value == field {
			return i
		}
	}
	return -1
}
