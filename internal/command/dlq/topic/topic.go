// Package topic finds the dead letter topic in a resources file, and reads it.
package topic

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka"
	"github.com/order-sink/order-sink/plugins/kafka/client"
)

// The fields of a resources file that lead to the topic.
const (
	fieldOutputs  = "output_resources"
	fieldLabel    = "label"
	fieldSend     = "dead_letter_send" // may wrap the redpanda output
	fieldOutput   = "output"
	fieldRedpanda = "redpanda"
	fieldTopic    = "topic"
)

// Address names the topic that a command reads.
type Address struct {
	Resources string // path of a resources file
	Optional  bool   // the file may be missing, or lack the output: Brokers and Topic are set
	Label     string // of the output in the file
	Brokers   string // instead of those of the output, with commas between them
	Topic     string // instead of that of the output
}

// Topic is a dead letter topic with the connection to its brokers.
type Topic struct {
	Name    string
	brokers string // for errors
	options []kgo.Opt
}

// Open reads the resources file as the framework does, with the environment variables.
// It does not connect.
func Open(a Address) (*Topic, error) {
	var found client.Config
	var name string
	text, err := os.ReadFile(a.Resources)
	switch {
	case err == nil:
		if found, name, err = find(string(text), a); err != nil {
			return nil, fmt.Errorf("reading %s: %w", a.Resources, err)
		}
	case errors.Is(err, fs.ErrNotExist) && a.Optional:
	default:
		return nil, fmt.Errorf("reading the resources: %w", err)
	}
	if a.Brokers != "" {
		found.Brokers = []string{a.Brokers}
	}
	t := &Topic{Name: cmp.Or(a.Topic, name), brokers: strings.Join(client.Split(found.Brokers), ", ")}
	switch {
	case t.brokers == "":
		return nil, fmt.Errorf("output %s names no brokers: use --brokers", a.Label)
	case t.Name == "" || strings.Contains(t.Name, "${!"):
		return nil, fmt.Errorf("output %s names no fixed topic: use --topic", a.Label)
	}
	if t.options, err = found.Options(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", a.Resources, err)
	}
	t.options = append(t.options, kgo.RequestRetries(4))
	return t, nil
}

// find returns the connection and the topic of the output with the label of the address.
func find(text string, a Address) (c client.Config, topic string, err error) {
	redpanda := service.NewObjectField(fieldRedpanda,
		service.NewStringListField(client.FieldBrokers).Default([]any{}),
		service.NewStringField(fieldTopic), // required: without a topic, Contains would not find the output
		service.NewStringField(client.FieldClientID).Default(client.DefaultID),
		service.NewTLSToggledField(client.FieldTLS),
		kafka.SASLField().Default([]any{}),
	).Optional()
	file, err := new(service.ConfigSchema).Field(service.NewObjectListField(fieldOutputs,
		service.NewStringField(fieldLabel).Default(""),
		redpanda,
		service.NewObjectField(fieldSend, service.NewObjectField(fieldOutput, redpanda)).Optional(),
	).Default([]any{})).NewConfigQuerier().ParseYAML(text)
	if err != nil {
		return c, "", err
	}
	list, err := file.FieldAtPath(fieldOutputs)
	if err != nil {
		return c, "", err
	}
	resources, err := list.FieldObjectList()
	if err != nil {
		return c, "", err
	}
	i := slices.IndexFunc(resources, func(resource *service.ParsedConfig) bool {
		label, _ := resource.FieldString(fieldLabel)
		return label == a.Label
	})
	switch {
	case i < 0 && a.Optional:
		return c, "", nil
	case i < 0:
		return c, "", fmt.Errorf("no output has the label %s", a.Label)
	}
	found := resources[i]
	if found.Contains(fieldSend) {
		found = found.Namespace(fieldSend, fieldOutput)
	}
	if !found.Contains(fieldRedpanda) {
		return c, "", fmt.Errorf("output %s is not a redpanda output", a.Label)
	}
	found = found.Namespace(fieldRedpanda)
	if c, err = kafka.ClientConfig(found); err != nil {
		return c, "", err
	}
	topic, err = found.FieldString(fieldTopic)
	return c, topic, err
}

// Client returns a client of the topic's cluster with more options.
func (t *Topic) Client(options ...kgo.Opt) (*kgo.Client, error) {
	c, err := kgo.NewClient(slices.Concat(t.options, options)...)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", t.brokers, err)
	}
	return c, nil
}
