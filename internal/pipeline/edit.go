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
	sections := document.Content[0]
	resolve(sections)
	for _, edit := range edits {
		edit(sections)
	}
	return yaml.Marshal(sections)
}

// resolve replaces each alias and merge key (<<) by what its anchor has, because an
// edit may remove the anchor.
func resolve(node *yaml.Node) {
	if node.Kind == yaml.AliasNode {
		*node = *node.Alias
	}
	node.Anchor = ""
	node.Content = slices.Clone(node.Content)
	for i, child := range node.Content {
		copied := *child
		node.Content[i] = &copied
		resolve(&copied)
	}
	for i := find(node, "<<"); i >= 0; i = find(node, "<<") {
		from := node.Content[i+1]
		node.Content = slices.Delete(node.Content, i, i+2)
		merge(node, from)
	}
}

// merge adds the fields of a mapping, or of a list of mappings, that node lacks.
func merge(node, from *yaml.Node) {
	if from.Kind == yaml.SequenceNode {
		for _, item := range from.Content {
			merge(node, item)
		}
		return
	}
	for i := 0; i < len(from.Content); i += 2 {
		if find(node, from.Content[i].Value) < 0 {
			node.Content = append(node.Content, from.Content[i:i+2]...)
		}
	}
}

// set replaces a section, or adds it.
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
