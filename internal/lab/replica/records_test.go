package replica

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
)

// schema is a schema of Connect's JSON converter.
type schema struct {
	Type       string            `json:"type"`
	Optional   bool              `json:"optional"`
	Name       string            `json:"name"`
	Field      string            `json:"field"`
	Default    json.RawMessage   `json:"default"`
	Parameters map[string]string `json:"parameters"`
	Fields     []schema          `json:"fields"`
}

func (s schema) field(name string) schema {
	for _, field := range s.Fields {
		if field.Field == name {
			return field
		}
	}
	return schema{}
}

// String returns a schema as one line: `bytes org.apache.kafka.connect.data.Decimal scale=2`.
func (s schema) String() string {
	words := []string{s.Type}
	if s.Name != "" {
		words = append(words, s.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		words = append(words, name+"="+s.Parameters[name])
	}
	if s.Default != nil {
		words = append(words, "default "+string(s.Default))
	}
	if !s.Optional {
		words = append(words, "required")
	}
	return strings.Join(words, " ")
}

// envelope is the part of a change event that the tests compare. A record without schemas
// has the payload only.
type envelope struct {
	Schema  schema `json:"schema"`
	Payload struct {
		Op     string          `json:"op"`
		Before json.RawMessage `json:"before"`
		After  json.RawMessage `json:"after"`
		Source struct {
			Snapshot string `json:"snapshot"`
		} `json:"source"`
	} `json:"payload"`
}

func readEnvelope(value []byte) (envelope, error) {
	var e envelope
	err := json.Unmarshal(value, &e)
	return e, err
}

// op returns the operation of a change event: c, r, u, d, t, or "tombstone".
func op(record *kgo.Record) (string, error) {
	if record.Value == nil {
		return "tombstone", nil
	}
	e, err := readEnvelope(record.Value)
	if err == nil && e.Payload.Op == "" {
		err = fmt.Errorf("a record of topic %s is no change event: %.200s", record.Topic, record.Value)
	}
	return e.Payload.Op, err
}

// topics returns the topics of a prefix that hold the changes of tables.
func (s *source) topics(ctx context.Context, prefix string) ([]string, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.broker.Seeds()...))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	all, err := kadm.NewClient(client).ListTopics(ctx)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, topic := range all.Names() {
		if strings.HasPrefix(topic, prefix+"."+s.database+".") {
			found = append(found, topic)
		}
	}
	return found, nil
}

// read returns the records of a topic.
func (s *source) read(ctx context.Context, topic string) ([]*kgo.Record, error) {
	var all []*kgo.Record
	err := kafka.Read(ctx, s.broker.Seeds(), topic, func(r *kgo.Record) error {
		all = append(all, r)
		return nil
	})
	return all, err
}
