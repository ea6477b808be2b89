package order

import (
	"context"
	"fmt"

	"github.com/redpanda-data/benthos/v4/public/schema"
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

const (
	fieldSchemaMetadata = "schema_metadata"
	fieldFields         = "fields"
	fieldOrderID        = "order_id"
	fieldUserID         = "user_id"
	fieldProductID      = "product_id"
	fieldQuantity       = "quantity"
	fieldUnitPrice      = "unit_price"
	fieldTotalPrice     = "total_price"
	fieldMaxQuantity    = "max_quantity"
	fieldMaxUnitPrice   = "max_unit_price"
	fieldMaxTotalPrice  = "max_total_price"
	fieldTotalMismatch  = "total_mismatch"
	fieldTombstone      = "tombstone"

	mismatchCorrect = "correct"
	mismatchRefuse  = "refuse"
	tombstoneRefuse = "refuse"
	tombstonePass   = "pass"

	metricCorrected = "order_price_corrected_total"
	metricRefused   = "order_price_refused_total"

	// maxVerdicts bounds the memory for judged schemas; a topic has a handful.
	maxVerdicts = 1000
)

func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Parsing").
		Summary("Checks a record against the order contract and sets its total price, exactly.").
		Description(`
An order has an identifier of 1 to 64 characters, a user and a product of 1 to 255 characters, an integer quantity of 1 or more, and a unit price, an integer or exact decimal of 0 or more. `+
			`Its total price is quantity times unit price: a 64-bit integer, or a decimal at the unit price's scale; a float is refused, and so is an overflow. `+
			`The total may be absent or null in the record, and is set in either case.

An order that breaks a rule is marked as failed with `+"`code: path: reason`"+` and its content is left as it came. Messages that had failed before are left alone. No message is dropped, split or moved.

== Metrics

- `+"`"+metricCorrected+"`"+`: orders whose producer sent another total, which was replaced.
- `+"`"+metricRefused+"`"+`: orders refused, by label `+"`code`"+`.`).
		Fields(
			service.NewStringField(fieldSchemaMetadata).
				Description("The metadata that carries the record's schema, as `store_schema_metadata` of the decoder names it. The schema must then declare the contract's fields with types that can hold them. "+
					"Empty: no schema is looked at. A message without this metadata is judged by its content alone.").
				Example("schema").
				Default(""),
			service.NewObjectField(fieldFields,
				service.NewStringField(fieldOrderID).Description("The order's identifier.").Default("order_id"),
				service.NewStringField(fieldUserID).Description("Who ordered.").Default("user_id"),
				service.NewStringField(fieldProductID).Description("What was ordered.").Default("product_id"),
				service.NewStringField(fieldQuantity).Description("How many.").Default("qty"),
				service.NewStringField(fieldUnitPrice).Description("The price of one.").Default("unit_price"),
				service.NewStringField(fieldTotalPrice).Description("The price of all, which this processor sets.").Default("total_price"),
			).Description("The names of the contract's fields in the record. They must differ from one another and hold no colon, white space or control character."),
			service.NewStringField(fieldMaxQuantity).
				Description("The greatest quantity of an order, an integer. Empty: no bound.").
				Example("1000").
				Default(""),
			service.NewStringField(fieldMaxUnitPrice).
				Description("The greatest unit price of an order, an integer or a plain decimal. Empty: no bound.").
				Example("99999.99").
				Default(""),
			service.NewStringField(fieldMaxTotalPrice).
				Description("The greatest total price of an order, an integer or a plain decimal. Empty: no bound.").
				Example("9999999.99").
				Default(""),
			service.NewStringAnnotatedEnumField(fieldTotalMismatch, map[string]string{
				mismatchCorrect: "Replace it with the exact total, and count it.",
				mismatchRefuse:  "Refuse the order with `" + CodeTotalMismatch + "`.",
			}).
				Description("What to do when the producer sent a total that is not quantity times unit price. Totals are compared by value: 12.0 agrees with 12.00.").
				Default(mismatchCorrect),
			service.NewStringAnnotatedEnumField(fieldTombstone, map[string]string{
				tombstoneRefuse: "Refuse it with `" + CodeMissing + "`.",
				tombstonePass:   "Leave it as it is, for an output that deletes.",
			}).
				Description("What to do with a message without content, which is no order.").
				Default(tombstoneRefuse),
		)
}

func init() {
	service.MustRegisterBatchProcessor("order_price", spec(),
		func(conf *service.ParsedConfig, res *service.Resources) (service.BatchProcessor, error) {
			return newProcessor(conf, res)
		})
}

type processor struct {
	contract       *contract
	schemaMetadata string
	passTombstones bool
	verdicts       *schema.Cache[verdict]

	corrected *service.MetricCounter
	refused   *service.MetricCounter
}

// verdict is the judgement of one schema, shared by all messages that carry it.
type verdict struct {
	shape   shape
	refused *record.Refusal
}

func newProcessor(conf *service.ParsedConfig, res *service.Resources) (*processor, error) {
	contract, err := contractFrom(conf)
	if err != nil {
		return nil, err
	}
	p := &processor{
		contract:  contract,
		corrected: res.Metrics().NewCounter(metricCorrected),
		refused:   res.Metrics().NewCounter(metricRefused, "code"),
	}
	if p.schemaMetadata, err = conf.FieldString(fieldSchemaMetadata); err != nil {
		return nil, err
	}
	tombstone, err := conf.FieldString(fieldTombstone)
	if err != nil {
		return nil, err
	}
	if tombstone != tombstoneRefuse && tombstone != tombstonePass {
		return nil, fmt.Errorf("checking %s: %q is neither %s nor %s", fieldTombstone, tombstone, tombstoneRefuse, tombstonePass)
	}
	p.passTombstones = tombstone == tombstonePass
	p.verdicts = schema.NewCache(func(c schema.Common) (verdict, error) {
		shape, refused := p.contract.judge(c.Type.String(), declarations(c))
		return verdict{shape, refused}, nil
	})
	return p, nil
}

func contractFrom(conf *service.ParsedConfig) (*contract, error) {
	var names fields
	var most bounds
	var mismatch string
	for _, setting := range []struct {
		path []string
		into *string
	}{
		{[]string{fieldFields, fieldOrderID}, &names.orderID},
		{[]string{fieldFields, fieldUserID}, &names.userID},
		{[]string{fieldFields, fieldProductID}, &names.productID},
		{[]string{fieldFields, fieldQuantity}, &names.quantity},
		{[]string{fieldFields, fieldUnitPrice}, &names.unitPrice},
		{[]string{fieldFields, fieldTotalPrice}, &names.totalPrice},
		{[]string{fieldMaxQuantity}, &most.quantity},
		{[]string{fieldMaxUnitPrice}, &most.unitPrice},
		{[]string{fieldMaxTotalPrice}, &most.totalPrice},
		{[]string{fieldTotalMismatch}, &mismatch},
	} {
		value, err := conf.FieldString(setting.path...)
		if err != nil {
			return nil, err
		}
		*setting.into = value
	}
	if mismatch != mismatchCorrect && mismatch != mismatchRefuse {
		return nil, fmt.Errorf("checking %s: %q is neither %s nor %s", fieldTotalMismatch, mismatch, mismatchCorrect, mismatchRefuse)
	}
	return newContract(names, most, mismatch == mismatchRefuse)
}

// declarations turns the members of an object schema into the contract's terms.
func declarations(c schema.Common) map[string]declaration {
	declared := make(map[string]declaration, len(c.Children))
	for _, child := range c.Children {
		d := declaration{kind: child.Type.String()}
		if child.Type == schema.Decimal {
			d.scale = int(child.Logical.Decimal.Scale) // ParseFromAny refuses a Decimal without
		}
		declared[child.Name] = d
	}
	return declared
}

// ProcessBatch prices each message of a batch that has not failed before.
func (p *processor) ProcessBatch(_ context.Context, batch service.MessageBatch) ([]service.MessageBatch, error) {
	if p.verdicts.Size() > maxVerdicts {
		p.verdicts.Clear()
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

// Close has nothing to release.
func (*processor) Close(context.Context) error { return nil }

func (p *processor) process(msg *service.Message) *record.Refusal {
	// Reading only: a refused message must keep its content, and a mutable view
	// would drop the bytes that the structured form came from.
	content, err := msg.AsStructured()
	if err != nil {
		if p.passTombstones && isEmpty(msg) {
			return nil
		}
		return unreadable(msg)
	}
	if content == nil {
		if p.passTombstones {
			return nil
		}
		return refuse(CodeMissing, "value", "object", "null")
	}
	record, ok := content.(map[string]any)
	if !ok {
		return refuse(CodeType, "value", "object", kind(content))
	}
	declared, refused := p.shapeOf(msg)
	if refused != nil {
		return refused
	}
	total, corrected, refused := p.contract.price(record, declared)
	if refused != nil {
		return refused
	}
	// The usual producer was right, and then there is nothing to write and no
	// record to clone.
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

// unreadable tells a message without content, such as a tombstone that no
// decoder saw, from bytes that are no JSON.
func unreadable(msg *service.Message) *record.Refusal {
	if isEmpty(msg) {
		return refuse(CodeMissing, "value", "object", "none")
	}
	return refuse(CodeType, "value", "object", "bytes that are no JSON document")
}

func isEmpty(msg *service.Message) bool {
	content, err := msg.AsBytes()
	return err == nil && len(content) == 0
}

// shapeOf judges the schema that travels with a message, once for each distinct
// schema.
func (p *processor) shapeOf(msg *service.Message) (shape, *record.Refusal) {
	if p.schemaMetadata == "" {
		return shape{}, nil
	}
	common, ok := msg.MetaGetImmut(p.schemaMetadata)
	if !ok {
		return shape{}, nil
	}
	switch held := common.(type) {
	case service.ImmutableAny:
		common = held.V // shared and only read, so no copy
	case service.ImmutableValue:
		common = held.Copy()
	}
	v, err := p.verdicts.GetOrConvertFromAny(common)
	if err != nil {
		return shape{}, refuse(CodeType, "schema", "common schema", "something else")
	}
	return v.shape, v.refused
}
