// Package pipeline loads the file of a pipeline with its resources, for commands that run
// or test the pipeline.
package pipeline

import (
	"errors"
	"fmt"
	"os"

	"github.com/redpanda-data/benthos/v4/public/service"
	"gopkg.in/yaml.v3"
)

// Edit changes the sections of a pipeline before [Load] loads it.
type Edit func(sections mapping)

// Load builds the stream of a pipeline's file and the resource files that the pipeline
// uses. Without edits, Load uses the text of the file unchanged.
func Load(builder *service.StreamBuilder, file string, resources []string, edits ...Edit) (*service.Stream, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the pipeline: %w", err)
	}
	if len(edits) > 0 {
		if text, err = edited(text, edits); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
	}
	if err := builder.SetYAML(string(text)); err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	// After the pipeline: SetYAML replaces resources that were added before.
	for _, resource := range resources {
		text, err := os.ReadFile(resource)
		if err != nil {
			return nil, fmt.Errorf("reading the resources: %w", err)
		}
		if err := builder.AddResourcesYAML(string(text)); err != nil {
			return nil, fmt.Errorf("reading %s: %w", resource, err)
		}
	}
	stream, err := builder.Build()
	if err != nil {
		return nil, fmt.Errorf("building %s: %w", file, err)
	}
	return stream, nil
}

// Replace replaces or adds a section.
func Replace(section string, content map[string]any) Edit {
	return func(sections mapping) { sections[section] = &value{content} }
}

// Without removes a field at every depth.
func Without(field string) Edit {
	return func(sections mapping) { (&value{sections}).remove(field) }
}

// edited returns the text of a pipeline after the edits. The framework's
// StreamBuilder.SetFields would lose passwords.
func edited(text []byte, edits []Edit) ([]byte, error) {
	// Only decoding to Go values finds an anchor that contains itself.
	var root any
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, err
	}
	if _, ok := root.(map[string]any); !ok {
		return nil, errors.New("expected a mapping with the sections of a pipeline")
	}
	var sections mapping
	if err := yaml.Unmarshal(text, &sections); err != nil {
		return nil, err
	}
	for _, edit := range edits {
		edit(sections)
	}
	return yaml.Marshal(sections)
}

type mapping map[string]*value

// value is a value in a YAML file: a mapping, a []*value, or a scalar. A scalar is a node,
// because a Go value would lose the quotes around an environment variable. The decoder
// replaces each alias and merge key (<<) with the content of its anchor, which an edit may
// remove.
type value struct{ content any }

func (v *value) UnmarshalYAML(node *yaml.Node) error {
	switch node.Kind {
	case yaml.MappingNode:
		var members mapping
		err := node.Decode(&members)
		v.content = members
		return err
	case yaml.SequenceNode:
		var items []*value
		err := node.Decode(&items)
		v.content = items
		return err
	}
	v.content = &yaml.Node{Kind: node.Kind, Style: node.Style, Tag: node.Tag, Value: node.Value}
	return nil
}

func (v *value) MarshalYAML() (any, error) { return v.content, nil }

// remove removes a field at every depth.
func (v *value) remove(field string) {
	if v == nil { // null
		return
	}
	switch content := v.content.(type) {
	case mapping:
		delete(content, field)
		for _, member := range content {
			member.remove(field)
		}
	case []*value:
		for _, item := range content {
			item.remove(field)
		}
	}
}
