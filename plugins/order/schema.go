package order

import (
	"slices"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

const (
	typeObject  = "OBJECT"
	typeDecimal = "DECIMAL"
)

// The types of the framework's common schema that the contract uses.
var (
	textTypes    = []string{"STRING", "UUID"}
	integerTypes = []string{"INT32", "INT64"}
	decimalTypes = []string{typeDecimal, "BIG_DECIMAL"}
	amountTypes  = slices.Concat(integerTypes, decimalTypes)
)

// declaration is the type of a field in a schema.
type declaration struct {
	kind  string // a common schema type
	scale int    // of a DECIMAL
}

// declaredTypes has the numbers of a payload that a schema declares as integers. The zero
// value is that of a message without a schema.
type declaredTypes struct {
	integerPrice bool
	integerTotal bool
}

// checkSchema checks that a schema, given as its root type and the fields it declares,
// can hold an order.
func (c *contract) checkSchema(root string, declared map[string]declaration) (declaredTypes, *record.Refusal) {
	if root != typeObject {
		return declaredTypes{}, refuse(CodeType, "schema", typeObject, root)
	}
	for _, rule := range []struct {
		field string
		types []string
	}{
		{c.orderID, textTypes},
		{c.userID, textTypes},
		{c.productID, textTypes},
		{c.quantity, integerTypes},
		{c.unitPrice, amountTypes},
	} {
		if refused := declares(declared, rule.field, rule.types); refused != nil {
			return declaredTypes{}, refused
		}
	}
	unit := declared[c.unitPrice]
	result := declaredTypes{integerPrice: slices.Contains(integerTypes, unit.kind)}
	total, ok := declared[c.totalPrice]
	if !ok {
		return result, nil
	}
	types := amountTypes
	if !result.integerPrice {
		types = decimalTypes
	}
	if refused := declares(declared, c.totalPrice, types); refused != nil {
		return declaredTypes{}, refused
	}
	if unit.kind == typeDecimal && total.kind == typeDecimal && total.scale < unit.scale {
		return declaredTypes{}, refuse(CodeType, "schema."+c.totalPrice, "a scale of at least "+c.unitPrice+"'s", "a smaller one")
	}
	result.integerTotal = slices.Contains(integerTypes, total.kind)
	return result, nil
}

func declares(declared map[string]declaration, field string, types []string) *record.Refusal {
	expected := strings.Join(types, " or ")
	switch d, ok := declared[field]; {
	case !ok:
		return refuse(CodeMissing, "schema."+field, expected, "none")
	case !slices.Contains(types, d.kind):
		return refuse(CodeType, "schema."+field, expected, d.kind)
	}
	return nil
}
