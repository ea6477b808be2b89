package order

import (
	_ "embed"
	"fmt"

	"github.com/redpanda-data/benthos/v4/public/service"
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
)

//go:embed description.md
var description string

func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Parsing").
		Summary("Checks a record against the order contract and sets its total price, exactly.").
		Description(description).
		Fields(
			service.NewStringField(fieldSchemaMetadata).Example("schema").Default("").
				Description("The metadata that has the schema of the record. Its name is the value of `store_schema_metadata` of the decoder. The schema must declare the fields of the contract, with types that can hold them. "+
					"When this field is empty, the processor reads no schema. When a message does not have this metadata, the processor checks only the content of the message."),
			service.NewObjectField(fieldFields,
				service.NewStringField(fieldOrderID).Description("The identifier of the order.").Default("order_id"),
				service.NewStringField(fieldUserID).Description("The user who ordered.").Default("user_id"),
				service.NewStringField(fieldProductID).Description("The ordered product.").Default("product_id"),
				service.NewStringField(fieldQuantity).Description("The ordered quantity.").Default("qty"),
				service.NewStringField(fieldUnitPrice).Description("The price of one product.").Default("unit_price"),
				service.NewStringField(fieldTotalPrice).Description("The price of the whole order, which this processor sets.").Default("total_price"),
			).Description("The names of the fields of the contract in the record. The names must differ from one another. A name must not contain a colon, white space or a control character."),
			service.NewStringField(fieldMaxQuantity).Example("1000").Default("").
				Description("The greatest quantity of an order, an integer. When this field is empty, there is no bound."),
			service.NewStringField(fieldMaxUnitPrice).Example("99999.99").Default("").
				Description("The greatest unit price of an order, an integer or a plain decimal. When this field is empty, there is no bound."),
			service.NewStringField(fieldMaxTotalPrice).Example("9999999.99").Default("").
				Description("The greatest total price of an order, an integer or a plain decimal. When this field is empty, there is no bound."),
			service.NewStringAnnotatedEnumField(fieldTotalMismatch, map[string]string{
				mismatchCorrect: "Replaces the total price with the exact total, and counts the order.",
				mismatchRefuse:  "Refuses the order with the code `" + CodeTotalMismatch + "`.",
			}).Default(mismatchCorrect).
				Description("How the processor handles a total price of the producer that is not quantity times unit price. The processor compares totals by value: 12.0 equals 12.00."),
			service.NewStringAnnotatedEnumField(fieldTombstone, map[string]string{
				tombstoneRefuse: "Refuses the message with the code `" + CodeMissing + "`.",
				tombstonePass:   "Does not change the message, for an output that deletes.",
			}).Default(tombstoneRefuse).
				Description("How the processor handles a message without content, which is no order."),
		)
}

// contractFrom reads the contract, which is the same for all orders.
func contractFrom(parsed *service.ParsedConfig) (*contract, error) {
	var names fields
	var most bounds
	var err error
	for _, s := range names.settings() {
		if *s.into, err = parsed.FieldString(fieldFields, s.key); err != nil {
			return nil, err
		}
	}
	for _, s := range []setting{
		{fieldMaxQuantity, &most.quantity},
		{fieldMaxUnitPrice, &most.unitPrice},
		{fieldMaxTotalPrice, &most.totalPrice},
	} {
		if *s.into, err = parsed.FieldString(s.key); err != nil {
			return nil, err
		}
	}
	refuseMismatch, err := choice(parsed, fieldTotalMismatch, mismatchCorrect, mismatchRefuse)
	if err != nil {
		return nil, err
	}
	return newContract(names, most, refuseMismatch)
}

// choice reads a field that has one of two values. It reports whether it is the second.
func choice(parsed *service.ParsedConfig, field, first, second string) (bool, error) {
	value, err := parsed.FieldString(field)
	if err == nil && value != first && value != second {
		err = fmt.Errorf("checking %s: %q is neither %s nor %s", field, value, first, second)
	}
	return value == second, err
}
