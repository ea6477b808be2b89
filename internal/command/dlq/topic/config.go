package topic

import (
	"fmt"

	"github.com/redpanda-data/benthos/v4/public/service"

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

// output has the fields of a redpanda output that lead to its topic.
type output struct {
	client.Config
	topic string
}

func resourcesField() *service.ConfigField {
	return service.NewObjectListField(fieldOutputs,
		service.NewStringField(fieldLabel).Default(""),
		redpandaField(),
		service.NewObjectField(fieldSend,
			service.NewObjectField(fieldOutput, redpandaField()),
		).Optional(),
	).Default([]any{})
}

func redpandaField() *service.ConfigField {
	return service.NewObjectField(fieldRedpanda,
		service.NewStringListField(client.FieldBrokers).Default([]any{}),
		service.NewStringField(fieldTopic), // required: without a topic, Contains would not find the output
		service.NewStringField(client.FieldClientID).Default(client.DefaultID),
		service.NewTLSToggledField(client.FieldTLS),
		kafka.SASLField().Default([]any{}),
	).Optional()
}

// find returns the output with the label of the address.
func find(text string, a Address) (output, error) {
	file, err := new(service.ConfigSchema).Field(resourcesField()).NewConfigQuerier().ParseYAML(text)
	if err != nil {
		return output{}, err
	}
	list, err := file.FieldAtPath(fieldOutputs)
	if err != nil {
		return output{}, err
	}
	resources, err := list.FieldObjectList()
	if err != nil {
		return output{}, err
	}
	for _, resource := range resources {
		if label, _ := resource.FieldString(fieldLabel); label != a.Label {
			continue
		}
		if resource.Contains(fieldSend) {
			resource = resource.Namespace(fieldSend, fieldOutput)
		}
		if !resource.Contains(fieldRedpanda) {
			return output{}, fmt.Errorf("output %s is not a redpanda output", a.Label)
		}
		return outputOf(resource.Namespace(fieldRedpanda))
	}
	if a.complete() {
		return output{}, nil
	}
	return output{}, fmt.Errorf("no output has the label %s", a.Label)
}

func outputOf(parsed *service.ParsedConfig) (o output, err error) {
	if o.Config, err = kafka.ClientConfig(parsed); err != nil {
		return o, err
	}
	o.topic, err = parsed.FieldString(fieldTopic)
	return o, err
}
