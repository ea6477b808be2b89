package reference

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	_ "github.com/order-sink/order-sink/plugins"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// pipelines has the processors of the cases.
type pipelines struct {
	*testing.T
	decoders processors
	chains   map[string]made // by their configuration
}

// processors are the processors of a pipeline, by their labels.
type processors struct{ *service.Resources }

// made is a processor, or why its configuration is wrong.
type made struct {
	processors
	err error
}

const (
	envelopes = `{ label: decode, connect_json_decode: { key_format: json, store_schema_metadata: order_sink_schema, replace_null_with_default: false } }`
	documents = `{ label: plain, connect_json_decode: { key_format: json, store_schema_metadata: order_sink_schema, schemas_enable: false } }`
)

func newPipelines(t *testing.T) *pipelines {
	decoders := build(t, envelopes, documents)
	require.NoError(t, decoders.err)
	return &pipelines{t, decoders.processors, map[string]made{}}
}

func build(t *testing.T, configurations ...string) made {
	b := service.NewResourceBuilder()
	for _, c := range configurations {
		if err := b.AddProcessorYAML(c); err != nil {
			return made{err: err}
		}
	}
	resources, stop, err := b.Build()
	if err != nil {
		return made{err: err}
	}
	t.Cleanup(func() { require.NoError(t, stop(context.Background())) })
	return made{processors{resources}, nil}
}

// process returns what a processor makes of a message, nil if it drops the message.
func (p processors) process(t *testing.T, label string, m *service.Message) (out *service.Message) {
	t.Helper()
	missing := p.AccessProcessor(t.Context(), label, func(processor *service.ResourceProcessor) {
		batches, err := processor.ProcessBatch(t.Context(), service.MessageBatch{m})
		require.NoError(t, err)
		if len(batches) > 0 {
			require.Len(t, batches[0], 1)
			out = batches[0][0]
		}
	})
	require.NoError(t, missing)
	return out
}

// variable finds what the framework takes for an environment variable unless it is escaped.
var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// answer decodes the record of a case, and sends it through the chain. The reason is the
// text of a refusal, or what is wrong with the configuration.
func (p *pipelines) answer(q question) (text, reason string) {
	p.Helper()
	config, err := json.Marshal(map[string]any{"label": "chain", "connect_transform": map[string]any{
		"schema_metadata": schemaMetadata, "transforms": append([]options{}, q.Chain.Transforms...), "predicates": append([]options{}, q.Chain.Predicates...),
	}})
	require.NoError(p, err)
	c, known := p.chains[string(config)]
	if !known {
		c = build(p.T, variable.ReplaceAllString(string(config), "$${{$1}}"))
		p.chains[string(config)] = c
	}
	if c.err != nil {
		return invalid, c.err.Error()
	}
	m := p.decoded(q)
	m = c.process(p.T, "chain", m)
	switch {
	case m == nil:
		return dropped, ""
	case m.GetError() != nil:
		require.Contains(p, m.GetError().Error(), "transform_")
		return refused, m.GetError().Error()
	}
	return answer(m), ""
}

// decoded returns the record of a case after its decoder.
func (p *pipelines) decoded(q question) *service.Message {
	p.Helper()
	r := &kgo.Record{Offset: int64(q.Offset), Key: bytesOf(q.Key), Value: bytesOf(q.Value)}
	for _, h := range q.Headers {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: *h[0], Value: bytesOf(h[1])})
	}
	decoder := "plain"
	if strings.HasPrefix(string(r.Value), `{"schema":`) {
		decoder = "decode"
	}
	var at any
	if q.Timestamp != nil {
		at = *q.Timestamp
	}
	m := service.NewMessage(r.Value)
	record.From(q.Topic, int32(q.Partition)).Describe(m, r, at)
	m = p.decoders.process(p.T, decoder, m)
	require.NoError(p, m.GetError())
	return m
}

func bytesOf(text *string) []byte {
	if text == nil {
		return nil
	}
	return []byte(*text)
}
