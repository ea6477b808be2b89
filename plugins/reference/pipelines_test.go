package reference

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	_ "github.com/order-sink/order-sink/plugins"
	"github.com/order-sink/order-sink/plugins/connecttransform/chain"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// pipelines are the processors of the cases.
type pipelines struct {
	*testing.T
	decoders *service.Resources
	chains   map[string]*chain.Chain // by their configuration, nil if it is invalid
	reasons  map[string]string
}

// decoders have the labels plain and envelope.
var decoders = []string{
	`{ label: envelope, connect_json_decode: { key_format: json, store_schema_metadata: order_sink_schema, replace_null_with_default: false } }`,
	`{ label: plain, connect_json_decode: { key_format: json, store_schema_metadata: order_sink_schema, schemas_enable: false } }`,
}

func newPipelines(t *testing.T) *pipelines {
	b := service.NewResourceBuilder()
	for _, d := range decoders {
		require.NoError(t, b.AddProcessorYAML(d))
	}
	resources, stop, err := b.Build()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, stop(context.Background())) })
	return &pipelines{t, resources, map[string]*chain.Chain{}, map[string]string{}}
}

// answer decodes the record of a case, and sends it through the chain. The reason is the
// text of a refusal, or of a problem of the configuration.
func (p *pipelines) answer(q question) (text, reason string) {
	p.Helper()
	config, err := json.Marshal(q.Chain)
	require.NoError(p, err)
	c, known := p.chains[string(config)]
	if !known {
		c, err = newChain(q.Chain)
		p.chains[string(config)] = c
		if err != nil {
			p.chains[string(config)], p.reasons[string(config)] = nil, err.Error()
		}
	}
	if c == nil {
		return invalid, p.reasons[string(config)]
	}
	m := p.decoded(q)
	r := recordOf(m, q)
	outcome := c.Apply(r)
	switch {
	case outcome.Refusal != nil:
		return refused, outcome.Refusal.Error()
	case outcome.Dropped != "":
		return dropped, outcome.Dropped
	}
	return answerOf(m, r), ""
}

func newChain(c configuration) (*chain.Chain, error) {
	var config chain.Config
	for _, o := range c.Transforms {
		s := chain.Step{Named: chain.Named{Name: o["name"], Type: o["type"], Options: map[string]string{}}, Predicate: o["predicate"], Negate: o["negate"] == "true"}
		for k, v := range o {
			if k != "name" && k != "type" && k != "predicate" && k != "negate" {
				s.Options[k] = v
			}
		}
		config.Transforms = append(config.Transforms, s)
	}
	for _, o := range c.Predicates {
		s := chain.Named{Name: o["name"], Type: o["type"], Options: map[string]string{}}
		for k, v := range o {
			if k != "name" && k != "type" {
				s.Options[k] = v
			}
		}
		config.Predicates = append(config.Predicates, s)
	}
	return chain.New(config)
}

// decoded returns the record of a case after its decoder.
func (p *pipelines) decoded(q question) *service.Message {
	p.Helper()
	r := &kgo.Record{Offset: int64(q.Offset)}
	for _, h := range q.Headers {
		header := kgo.RecordHeader{Key: *h[0]}
		if h[1] != nil {
			header.Value = []byte(*h[1])
		}
		r.Headers = append(r.Headers, header)
	}
	decoder := "plain"
	if q.Key != nil {
		r.Key = []byte(*q.Key)
	}
	if q.Value != nil {
		r.Value = []byte(*q.Value)
		if strings.HasPrefix(*q.Value, `{"schema":`) {
			decoder = "envelope"
		}
	}
	var at any
	if q.Timestamp != nil {
		at = *q.Timestamp
	}
	m := service.NewMessage(r.Value)
	record.From(q.Topic, int32(q.Partition)).Describe(m, r, at)
	var out service.MessageBatch
	missing := p.decoders.AccessProcessor(p.Context(), decoder, func(processor *service.ResourceProcessor) {
		batches, err := processor.ProcessBatch(p.Context(), service.MessageBatch{m})
		require.NoError(p, err)
		out = batches[0]
	})
	require.NoError(p, missing)
	require.NoError(p, out[0].GetError(), "%s", fmt.Sprint(q))
	return out[0]
}

func recordOf(m *service.Message, q question) *transform.Record {
	r := &transform.Record{Topic: q.Topic, Position: transform.Position{Partition: int64(q.Partition), Offset: int64(q.Offset), Known: true}, Headers: transform.HeaderMap{}}
	if q.Timestamp != nil {
		r.Timestamp, r.HasTimestamp = *q.Timestamp, true
	}
	for _, h := range q.Headers {
		if h[1] == nil {
			r.Headers.Set(*h[0], nil)
		} else {
			r.Headers.Set(*h[0], *h[1])
		}
	}
	if k, _ := m.MetaGetImmut(record.Key); k != nil {
		if kv, ok := k.(*record.KeyValue); ok {
			r.Key = transform.Data{Value: kv.Value, Schema: kv.Schema, Shared: true}
		}
	}
	its, _ := m.MetaGetImmut(schemaMetadata)
	s, _ := its.(*schema.Schema)
	v, _ := m.AsStructuredMut()
	r.Value = transform.Data{Value: v, Schema: s}
	return r
}

func answerOf(m *service.Message, r *transform.Record) string {
	m.SetStructuredMut(r.Value.Value)
	m.MetaDelete(schemaMetadata)
	if r.Value.Schema != nil {
		m.MetaSetImmut(schemaMetadata, r.Value.Schema)
	}
	m.MetaSetMut(record.Topic, r.Topic)
	m.MetaSetImmut(record.Key, &record.KeyValue{Value: r.Key.Value, Schema: r.Key.Schema})
	var names []string
	_ = m.MetaWalkMut(func(name string, _ any) error {
		if !strings.HasPrefix(name, "kafka_") && name != schemaMetadata {
			names = append(names, name)
		}
		return nil
	})
	for _, n := range names {
		m.MetaDelete(n)
	}
	for k, v := range r.Headers.(transform.HeaderMap) {
		m.MetaSetMut(k, v)
	}
	return answer(m)
}
