// Package pipeline loads the file of a pipeline with its resources, for commands that run
// or test the pipeline.
package pipeline

import (
	"fmt"
	"os"

	"github.com/redpanda-data/benthos/v4/public/service"
	"gopkg.in/yaml.v3"
)

// Edit changes a pipeline before [Load] loads it. Its argument is the mapping of the
// pipeline's sections.
type Edit func(sections *yaml.Node)

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

// ReplaceInput replaces the input of the pipeline with an input without fields.
func ReplaceInput(name string) Edit {
	return func(sections *yaml.Node) { set(sections, "input", mapping(name, &yaml.Node{Kind: yaml.MappingNode})) }
}

// WithoutServer disables the HTTP server of the pipeline.
func WithoutServer() Edit {
	return func(sections *yaml.Node) {
		set(sections, "http", mapping("enabled", &yaml.Node{Kind: yaml.ScalarNode, Value: "false"}))
	}
}

// Without removes a field at every depth.
func Without(field string) Edit {
	return func(sections *yaml.Node) { remove(sections, field) }
}
