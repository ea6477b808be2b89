package connecttransform

import (
	"context"

	"github.com/redpanda-data/benthos/v4/public/bloblang"
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/connecttransform/chain"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/commonschema"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Name is the processor's name in YAML.
const Name = "connect_transform"

// problemsMethod is the method with which the lint rule asks this package: only Go knows
// the options of each class.
const problemsMethod = "connect_transform_problems"

func init() {
	bloblang.MustRegisterMethodV2(problemsMethod, bloblang.NewPluginSpec().
		Category("Object").
		Description("Returns what is wrong with the configuration of a `connect_transform` processor, as a list of texts. `order-sink lint` uses it."),
		func(*bloblang.ParsedParams) (bloblang.Method, error) {
			return bloblang.ObjectMethod(func(config map[string]any) (any, error) { return problems(config), nil }), nil
		})
	service.MustRegisterBatchProcessor(Name, spec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchProcessor, error) {
			return newProcessor(parsed, resources)
		})
}

type processor struct {
	schemaMetadata string
	chain          *chain.Chain
	described      transform.Cache[*schema.Schema] // with Schema.Common, by the schema that the chain made
	dropped        *service.MetricCounter
	refused        *service.MetricCounter
}

func newProcessor(parsed *service.ParsedConfig, resources *service.Resources) (*processor, error) {
	schemaMetadata, config, err := parseConfig(parsed)
	if err != nil {
		return nil, err
	}
	c, err := chain.New(config)
	if err != nil {
		return nil, err
	}
	return &processor{
		schemaMetadata: schemaMetadata, chain: c,
		dropped: resources.Metrics().NewCounter("connect_transform_dropped_total", "transform"),
		refused: resources.Metrics().NewCounter("connect_transform_refused_total", "code"),
	}, nil
}

// ProcessBatch implements service.BatchProcessor. A batch without a message left is
// acknowledged by the framework.
func (p *processor) ProcessBatch(_ context.Context, batch service.MessageBatch) ([]service.MessageBatch, error) {
	kept := batch
	m := &message{schemaMetadata: p.schemaMetadata, routed: &record.Routed{}}
	for i, msg := range batch {
		dropped := ""
		if msg.GetError() == nil {
			m.read(msg)
			outcome := p.process(m)
			dropped = outcome.Dropped
			if r := outcome.Refusal; r != nil { // the only place that refuses a message
				p.refused.Incr(1, r.Code)
				msg.SetError(r)
			}
		}
		switch {
		case dropped != "":
			p.dropped.Incr(1, dropped)
			if len(kept) == len(batch) { // the first: the framework keeps the batch itself
				kept = append(make(service.MessageBatch, 0, len(batch)-1), batch[:i]...)
			}
		case len(kept) < len(batch):
			kept = append(kept, msg)
		}
	}
	if len(kept) == 0 {
		return nil, nil
	}
	return []service.MessageBatch{kept}, nil
}

// process sends a message through the chain, and stores what the chain has changed.
func (p *processor) process(m *message) chain.Outcome {
	its := m.Value.Schema
	outcome := p.chain.Apply(&m.Record)
	if outcome.Dropped != "" || outcome.Refusal != nil {
		return outcome
	}
	if m.Value.Changed {
		m.SetStructuredMut(m.Value.Value)
		p.storeSchema(m.Message, its, m.Value.Schema)
	}
	if m.Key.Changed {
		m.writeKey()
	}
	if m.Topic != m.topic {
		m.writeTopic()
	}
	return outcome
}

func (p *processor) storeSchema(msg *service.Message, before, after *schema.Schema) {
	switch {
	case p.schemaMetadata == "" || before == after:
	case after == nil:
		msg.MetaDelete(p.schemaMetadata)
	default:
		described, _ := p.described.Get(after, describe)
		msg.MetaSetImmut(p.schemaMetadata, described)
	}
}

// describe returns a schema with its description for other components, which only the root
// of a record's schema has.
func describe(s *schema.Schema) (*schema.Schema, *record.Refusal) {
	c := *s
	c.Common = commonschema.Describe(s)
	return &c, nil
}

func (p *processor) Close(context.Context) error { return nil }
