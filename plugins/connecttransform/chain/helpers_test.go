package chain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const kafka = "org.apache.kafka.connect.transforms."

type options = map[string]string

// step returns a transform of Kafka without a predicate, whose alias is t.
func step(class string, o options) Step {
	return Step{Named: Named{Name: "t", Type: kafka + class, Options: o}}
}

// one returns a chain of one transform of Kafka.
func one(t testing.TB, class string, o options) *Chain {
	t.Helper()
	c, err := New(Config{Transforms: []Step{step(class, o)}})
	require.NoError(t, err)
	return c
}

// structOf returns a schema of a struct named S of these fields.
func structOf(fields ...schema.Field) *schema.Schema {
	s := &schema.Schema{Type: schema.Struct, Name: "S", Version: 2, Index: map[string]int{}}
	for _, f := range fields {
		s.Index[f.Name] = len(s.Fields)
		s.Fields = append(s.Fields, f)
	}
	return s
}

func of(name string, t schema.Type) schema.Field {
	return schema.Field{Name: name, Schema: &schema.Schema{Type: t}}
}

func optional(name string, t schema.Type) schema.Field {
	return schema.Field{Name: name, Schema: &schema.Schema{Type: t, Optional: true}}
}

// incoming returns a record of topic orders with a value.
func incoming(value any, s *schema.Schema) *transform.Record {
	return &transform.Record{
		Topic: "orders", Position: transform.Position{Partition: 3, Offset: 42, Known: true}, Timestamp: 1_600_000_000_123, HasTimestamp: true,
		Headers: transform.HeaderMap{}, Value: transform.Data{Value: value, Schema: s},
	}
}

// apply requires that the chain keeps a record.
func apply(t testing.TB, c *Chain, r *transform.Record) *transform.Record {
	t.Helper()
	outcome := c.Apply(r)
	if outcome.Refusal != nil {
		require.NoError(t, outcome.Refusal)
	}
	require.Empty(t, outcome.Dropped)
	return r
}

// refuses requires that the chain refuses a record, and returns the text.
func refuses(t testing.TB, c *Chain, r *transform.Record) string {
	t.Helper()
	outcome := c.Apply(r)
	require.NotNil(t, outcome.Refusal, "the chain takes the record: %v", r.Value.Value)
	return outcome.Refusal.Error()
}
