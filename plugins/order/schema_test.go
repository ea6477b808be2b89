package order

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSchemasThatCanHoldAnOrder(t *testing.T) {
	tests := []struct {
		name    string
		changes map[string]declaration
		want    declaredTypes
	}{
		{"the seed's", nil, declaredTypes{integerPrice: true, integerTotal: true}},
		{"64 bits", map[string]declaration{"qty": {kind: "INT64"}, "unit_price": {kind: "INT64"}}, declaredTypes{integerPrice: true, integerTotal: true}},
		{"UUID", map[string]declaration{"order_id": {kind: "UUID"}}, declaredTypes{integerPrice: true, integerTotal: true}},
		{"no total", map[string]declaration{"total_price": {}}, declaredTypes{integerPrice: true}},
		{"decimals", map[string]declaration{"unit_price": {"DECIMAL", 2}, "total_price": {"DECIMAL", 2}}, declaredTypes{}},
		{"a wider total", map[string]declaration{"unit_price": {"DECIMAL", 2}, "total_price": {"DECIMAL", 4}}, declaredTypes{}},
		{"decimals without a scale", map[string]declaration{"unit_price": {"BIG_DECIMAL", 0}, "total_price": {"DECIMAL", 2}}, declaredTypes{}},
		{"decimal price, no total", map[string]declaration{"unit_price": {"DECIMAL", 2}, "total_price": {}}, declaredTypes{}},
		{"integer price, decimal total", map[string]declaration{"total_price": {"DECIMAL", 2}}, declaredTypes{integerPrice: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, refused := mustContract(t, bounds{}, false).checkSchema("OBJECT", declaring(test.changes))
			assert.Nil(t, refused)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestSchemasThatCannotHoldAnOrder(t *testing.T) {
	const amounts = "expected INT32 or INT64 or DECIMAL or BIG_DECIMAL, got "
	tests := []struct {
		name    string
		root    string
		changes map[string]declaration
		want    string
	}{
		{"no struct", "STRING", nil, "order_type: schema: expected OBJECT, got STRING"},
		{"no order_id", "OBJECT", map[string]declaration{"order_id": {}}, "order_missing: schema.order_id: expected STRING or UUID, got none"},
		{"order_id an integer", "OBJECT", map[string]declaration{"order_id": {kind: "INT64"}}, "order_type: schema.order_id: expected STRING or UUID, got INT64"},
		{"user_id bytes", "OBJECT", map[string]declaration{"user_id": {kind: "BYTE_ARRAY"}}, "order_type: schema.user_id: expected STRING or UUID, got BYTE_ARRAY"},
		{"no product_id", "OBJECT", map[string]declaration{"product_id": {}}, "order_missing: schema.product_id: expected STRING or UUID, got none"},
		{"qty a float", "OBJECT", map[string]declaration{"qty": {kind: "FLOAT64"}}, "order_type: schema.qty: expected INT32 or INT64, got FLOAT64"},
		{"qty a decimal", "OBJECT", map[string]declaration{"qty": {"DECIMAL", 0}}, "order_type: schema.qty: expected INT32 or INT64, got DECIMAL"},
		{"no unit_price", "OBJECT", map[string]declaration{"unit_price": {}}, "order_missing: schema.unit_price: expected INT32 or INT64 or DECIMAL or BIG_DECIMAL, got none"},
		{"unit_price text", "OBJECT", map[string]declaration{"unit_price": {kind: "STRING"}}, "order_type: schema.unit_price: " + amounts + "STRING"},
		{"unit_price a float", "OBJECT", map[string]declaration{"unit_price": {kind: "FLOAT64"}}, "order_type: schema.unit_price: " + amounts + "FLOAT64"},
		{"unit_price a union", "OBJECT", map[string]declaration{"unit_price": {kind: "UNION"}}, "order_type: schema.unit_price: " + amounts + "UNION"},
		{"total_price a float", "OBJECT", map[string]declaration{"total_price": {kind: "FLOAT32"}}, "order_type: schema.total_price: " + amounts + "FLOAT32"},
		{"decimal price, integer total", "OBJECT", map[string]declaration{"unit_price": {"DECIMAL", 2}}, "order_type: schema.total_price: expected DECIMAL or BIG_DECIMAL, got INT32"},
		{"a coarser total", "OBJECT", map[string]declaration{"unit_price": {"DECIMAL", 2}, "total_price": {"DECIMAL", 1}}, "order_type: schema.total_price: expected a scale of at least unit_price's, got a smaller one"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, refused := mustContract(t, bounds{}, false).checkSchema(test.root, declaring(test.changes))
			assert.EqualError(t, refused, test.want)
		})
	}
}

// declaring gives the seed's schema with some declarations changed; one without
// a type is removed.
func declaring(changes map[string]declaration) map[string]declaration {
	declared := map[string]declaration{
		"order_id": {kind: "STRING"}, "user_id": {kind: "STRING"}, "product_id": {kind: "STRING"},
		"qty": {kind: "INT32"}, "unit_price": {kind: "INT32"}, "total_price": {kind: "INT32"},
	}
	maps.Copy(declared, changes)
	maps.DeleteFunc(declared, func(_ string, d declaration) bool { return d.kind == "" })
	return declared
}

func TestPayloadObeysADeclaredInteger(t *testing.T) {
	c := mustContract(t, bounds{}, false)
	declared := declaredTypes{integerPrice: true, integerTotal: true}
	_, _, refused := c.price(with(changes{"unit_price": "11000"}), declared)
	assert.EqualError(t, refused, "order_type: unit_price: expected integer, got string")
	_, _, refused = c.price(with(changes{"total_price": "77000"}), declared)
	assert.EqualError(t, refused, "order_type: total_price: expected integer, got string")
	total, _, refused := c.price(with(nil), declared)
	assert.Nil(t, refused)
	assert.Equal(t, int64(77000), total)
}
