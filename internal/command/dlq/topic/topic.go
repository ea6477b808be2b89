package dlq

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka"
)

// What is read of a resources file, under the names of the redpanda output.
const (
	fieldOutputs     = "output_resources"
	fieldLabel       = "label"
	fieldRedpanda    = "redpanda"
	fieldSend        = "dead_letter_send" // around it
	fieldOutput      = "output"
	fieldSeedBrokers = "seed_brokers"
	fieldTopic       = "topic"
	fieldClientID    = "client_id"
	fieldTLS         = "tls"
)

// patience is how long a Kafka may take to answer at all.
const patience = 15 * time.Second

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
		service.NewStringListField(fieldSeedBrokers).Default([]any{}),
		service.NewStringField(fieldTopic), // no default: it tells whether the output is one
		service.NewStringField(fieldClientID).Default("order-sink"),
		service.NewTLSToggledField(fieldTLS),
		kafka.SASLField().Default([]any{}),
	).Optional()
}

// address says which Kafka is meant.
type address struct {
	resources string // path of a resources file
	optional  bool   // it need not exist, if brokers and topic are given
	label     string // of the output in it
	brokers   string // instead of the output's, with commas between them
	topic     string // instead of the output's
}

// connection is a dead letter topic and the way to it.
type connection struct {
	topic   string
	brokers []string
	opts    []kgo.Opt
}

// newConnection reads the resources file as the framework does, environment
// variables included; it does not connect.
func newConnection(a address) (*connection, error) {
	c := &connection{}
	text, err := os.ReadFile(a.resources)
	switch {
	case err == nil:
		if err := c.configure(string(text), a); err != nil {
			return nil, fmt.Errorf("reading %s: %w", a.resources, err)
		}
	case errors.Is(err, fs.ErrNotExist) && a.optional && a.brokers != "" && a.topic != "":
	default:
		return nil, fmt.Errorf("reading the resources: %w", err)
	}
	if a.brokers != "" {
		c.brokers = []string{a.brokers}
	}
	if a.topic != "" {
		c.topic = a.topic
	}
	c.brokers = kafka.Split(c.brokers)
	switch {
	case len(c.brokers) == 0:
		return nil, fmt.Errorf("output %s names no brokers: use --brokers", a.label)
	case c.topic == "" || strings.Contains(c.topic, "${!"):
		return nil, fmt.Errorf("output %s names no fixed topic: use --topic", a.label)
	}
	c.opts = append(c.opts, kgo.SeedBrokers(c.brokers...), kgo.RequestRetries(4))
	return c, nil
}

func (c *connection) configure(text string, a address) error {
	file, err := new(service.ConfigSchema).Field(resourcesField()).NewConfigQuerier().ParseYAML(text)
	if err != nil {
		return err
	}
	list, err := file.FieldAtPath(fieldOutputs)
	if err != nil {
		return err
	}
	outputs, err := list.FieldObjectList()
	if err != nil {
		return err
	}
	for _, output := range outputs {
		if label, _ := output.FieldString(fieldLabel); label != a.label {
			continue
		}
		if output.Contains(fieldSend) {
			output = output.Namespace(fieldSend, fieldOutput)
		}
		if !output.Contains(fieldRedpanda) {
			return fmt.Errorf("output %s is no redpanda output", a.label)
		}
		return c.configureOutput(output.Namespace(fieldRedpanda))
	}
	if a.brokers != "" && a.topic != "" && a.optional {
		return nil
	}
	return fmt.Errorf("there is no output labelled %s in it", a.label)
}

func (c *connection) configureOutput(output *service.ParsedConfig) error {
	var err error
	if c.brokers, err = output.FieldStringList(fieldSeedBrokers); err != nil {
		return err
	}
	if c.topic, err = output.FieldString(fieldTopic); err != nil {
		return err
	}
	id, err := output.FieldString(fieldClientID)
	if err != nil {
		return err
	}
	c.opts = append(c.opts, kgo.ClientID(id))
	var config *tls.Config
	var enabled bool
	if config, enabled, err = output.FieldTLSToggled(fieldTLS); err != nil {
		return err
	}
	if enabled {
		c.opts = append(c.opts, kgo.DialTLSConfig(config))
	}
	accounts, err := kafka.Mechanisms(output)
	if err != nil {
		return err
	}
	c.opts = append(c.opts, kgo.SASL(accounts...))
	return nil
}

// client connects with these settings and the given ones.
func (c *connection) client(opts ...kgo.Opt) (*kgo.Client, error) {
	client, err := kgo.NewClient(append(append([]kgo.Opt{}, c.opts...), opts...)...)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", strings.Join(c.brokers, ", "), err)
	}
	return client, nil
}

// ping finds out whether there is a Kafka that lets us in.
func (c *connection) ping(ctx context.Context, client *kgo.Client) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := client.Ping(ctx); err != nil {
		return fmt.Errorf("connecting to %s: %w", strings.Join(c.brokers, ", "), err)
	}
	return nil
}
