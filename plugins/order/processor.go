package order

import (
	"context"

	benthos "github.com/redpanda-data/benthos/v4/public/schema"
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// maxSchemas bounds the memory for checked schemas; a topic has a handful.
const maxSchemas = 1000

func init() {
	service.MustRegisterBatchProcessor("order_price", spec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchProcessor, error) {
			return newProcessor(parsed, resources)
		})
}

type processor struct {
	contract       *contract
	schemaMetadata string
	passTombstones bool
	schemas        *benthos.Cache[checkedSchema]

	corrected *service.MetricCounter
	refused   *service.MetricCounter
}

// checkedSchema is the result of the check of a schema.
type checkedSchema struct {
	types   declaredTypes
	refused *record.Refusal
}

func newProcessor(parsed *service.ParsedConfig, resources *service.Resources) (*processor, error) {
	contract, err := contractFrom(parsed)
	if err != nil {
		return nil, err
	}
	p := &processor{
		contract:  contract,
		corrected: resources.Metrics().NewCounter("order_price_corrected_total"),
		refused:   resources.Metrics().NewCounter("order_price_refused_total", "code"),
	}
	if p.schemaMetadata, err = parsed.FieldString(fieldSchemaMetadata); err != nil {
		return nil, err
	}
	if p.passTombstones, err = choice(parsed, fieldTombstone, tombstoneRefuse, tombstonePass); err != nil {
		return nil, err
	}
	p.schemas = benthos.NewCache(func(c benthos.Common) (checkedSchema, error) {
		types, refused := p.contract.checkSchema(c.Type.String(), declarations(c))
		return checkedSchema{types, refused}, nil
	})
	return p, nil
}

// declarations turns the members of an object schema into the contract's terms.
func declarations(c benthos.Common) map[string]declaration {
	declared := make(map[string]declaration, len(c.Children))
	for _, child := range c.Children {
		d := declaration{kind: child.Type.String()}
		if child.Type == benthos.Decimal {
			d.scale = int(child.Logical.Decimal.Scale) // ParseFromAny refuses a Decimal without
		}
		declared[child.Name] = d
	}
	return declared
}

// ProcessBatch prices each message of a batch that has not failed before.
func (p *processor) ProcessBatch(_ context.Context, batch service.MessageBatch) ([]service.MessageBatch, error) {
	if p.schemas.Size() > maxSchemas {
		p.schemas.Clear()
	}
	for _, msg := range batch {
		if msg.GetError() != nil {
			continue
		}
		if refused := p.process(msg); refused != nil {
			p.refused.Incr(1, refused.Code)
			msg.SetError(refused)
		}
	}
	return []service.MessageBatch{batch}, nil
}

func (*processor) Close(context.Context) error { return nil }

func (p *processor) process(msg *service.Message) *record.Refusal {
	// Only read the content: a refused message must keep it, and a mutable view would drop
	// the bytes of the message.
	content, err := msg.AsStructured()
	switch {
	case err != nil && !isEmpty(msg):
		return refuse(CodeType, "value", "object", "bytes that are no JSON document")
	case content == nil && p.passTombstones:
		return nil
	case err != nil: // a tombstone that no decoder saw
		return refuse(CodeMissing, "value", "object", "none")
	case content == nil:
		return refuse(CodeMissing, "value", "object", "null")
	}
	record, ok := content.(map[string]any)
	if !ok {
		return refuse(CodeType, "value", "object", kind(content))
	}
	types, refused := p.typesOf(msg)
	if refused != nil {
		return refused
	}
	total, corrected, refused := p.contract.price(record, types)
	if refused != nil {
		return refused
	}
	// Most producers send the right total. Then nothing changes, and the record is not
	// cloned.
	if record[p.contract.totalPrice] == total {
		return nil
	}
	// The same content was read above, so it is there and it is an object.
	mutable, _ := msg.AsStructuredMut()
	mutable.(map[string]any)[p.contract.totalPrice] = total
	if corrected {
		p.corrected.Incr(1)
	}
	return nil
}

func isEmpty(msg *service.Message) bool {
	content, err := msg.AsBytes()
	return err == nil && len(content) == 0
}

// typesOf checks the schema of a message, once for each distinct schema.
func (p *processor) typesOf(msg *service.Message) (declaredTypes, *record.Refusal) {
	if p.schemaMetadata == "" {
		return declaredTypes{}, nil
	}
	common, ok := msg.MetaGetImmut(p.schemaMetadata)
	if !ok {
		return declaredTypes{}, nil
	}
	switch held := common.(type) {
	case *schema.Schema:
		common = held.Common // shared and only read, so no copy
	case service.ImmutableAny:
		common = held.V
	case service.ImmutableValue:
		common = held.Copy()
	}
	checked, err := p.schemas.GetOrConvertFromAny(common)
	if err != nil {
		return declaredTypes{}, refuse(CodeType, "schema", "common schema", "something else")
	}
	return checked.types, checked.refused
}
