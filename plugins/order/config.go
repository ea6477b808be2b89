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
