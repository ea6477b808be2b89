package order

import (
	"encoding/json"
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var seedNames = fields{
	orderID: "order_id", userID: "user_id", productID: "product_id",
	quantity: "qty", unitPrice: "unit_price", totalPrice: "total_price",
}

func mustContract(t testing.TB, most bounds, refuseMismatch bool) *contract {
	t.Helper()
	c, err := newContract(seedNames, most, refuseMismatch)
	require.NoError(t, err)
	return c
}

// with gives the seed's second order with some fields changed; a field set to
// absent is removed.
func with(changes map[string]any) map[string]any {
	record := map[string]any{
		"order_id": "77a436fd-64f9-4d35-999b-a957195f5d23", "user_id": "user-1", "product_id": "CATALOG-001",
		"qty": int64(7), "unit_price": int64(11000), "total_price": int64(77000),
	}
	for field, value := range changes {
		if value == absent {
			delete(record, field)
		} else {
			record[field] = value
		}
	}
	return record
}

type removed struct{}

var absent any = removed{}

type changes = map[string]any

func TestOrdersThatKeepTheContract(t *testing.T) {
	tests := []struct {
		name      string
		changes   changes
		total     any
		corrected bool
	}{
		{"the seed's order", nil, int64(77000), false},
		{"no total", changes{"total_price": absent}, int64(77000), false},
		{"null total", changes{"total_price": nil}, int64(77000), false},
		{"a free order", changes{"unit_price": int64(0)}, int64(0), true},
		{"another total", changes{"total_price": int64(76999)}, int64(77000), true},
		{"64 bits to the last", changes{"qty": int64(1), "unit_price": int64(math.MaxInt64), "total_price": nil}, int64(math.MaxInt64), false},
		{"64 bits as a product", changes{"qty": int64(7), "unit_price": int64(math.MaxInt64 / 7), "total_price": nil}, int64(math.MaxInt64), false},
		{"more than 32 bits", changes{"qty": int64(50000), "unit_price": int64(50000), "total_price": nil}, int64(2500000000), false},

		{"decimal", changes{"unit_price": "19.99", "total_price": nil}, "139.93", false},
		{"decimal of scale 0", changes{"unit_price": "11000", "total_price": nil}, "77000", false},
		{"decimal below one", changes{"unit_price": "0.01", "total_price": nil}, "0.07", false},
		{"decimal zero", changes{"unit_price": "0.00", "total_price": nil}, "0.00", false},
		{"decimal negative zero", changes{"unit_price": "-0.00", "total_price": nil}, "0.00", false},
		{"same value, other scale", changes{"qty": int64(1), "unit_price": "12.00", "total_price": "12.0"}, "12.00", false},
		{"decimal price, integer total", changes{"unit_price": "11000.00"}, "77000.00", false},
		{"integer price, decimal total", changes{"total_price": "77000.00"}, int64(77000), false},
		{"decimal mismatch in the last place", changes{"unit_price": "19.99", "total_price": "139.94"}, "139.93", true},
		{"38 digits", changes{"qty": int64(9), "unit_price": "11111111111111111111111111111111111.111", "total_price": nil}, "99999999999999999999999999999999999.999", false},
		{"38 digits after the point", changes{"qty": int64(3), "unit_price": "0.33333333333333333333333333333333333333", "total_price": nil}, "0.99999999999999999999999999999999999999", false},
		{"65 digits", changes{"qty": int64(1), "unit_price": strings.Repeat("9", 65), "total_price": nil}, strings.Repeat("9", 65), false},

		{"JSON numbers", changes{"qty": json.Number("7"), "unit_price": json.Number("11000"), "total_price": json.Number("77000")}, int64(77000), false},
		{"JSON number with a fraction", changes{"unit_price": json.Number("19.99"), "total_price": nil}, "139.93", false},
		{"Go's other integers", changes{"qty": 7, "unit_price": uint64(11000), "total_price": int32(77000)}, int64(77000), false},

		{"64 characters", changes{"order_id": strings.Repeat("a", 64)}, int64(77000), false},
		{"64 characters of four bytes", changes{"order_id": strings.Repeat("😀", 64)}, int64(77000), false},
		{"255 characters of three bytes", changes{"user_id": strings.Repeat("주", 255), "product_id": strings.Repeat("문", 255)}, int64(77000), false},
		{"a space is a character", changes{"user_id": " "}, int64(77000), false},
		{"other fields are none of our business", changes{"note": 1.5, "nested": map[string]any{"qty": "x"}}, int64(77000), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			record := with(test.changes)
			before := maps.Clone(record)
			total, corrected, refused := mustContract(t, bounds{}, false).price(record, declaredTypes{})
			require.Nil(t, refused)
			assert.Equal(t, test.total, total)
			assert.Equal(t, test.corrected, corrected)
			assert.Equal(t, before, record, "the record is only read")
		})
	}
}

// brokenOrder is an order that breaks the contract, and the text of its refusal.
type brokenOrder struct {
	name    string
	changes changes
	want    string
}

const (
	amounts = "expected integer or exact decimal, got "
	widest  = "expected at most 64 bits, or 65 digits with 38 after the point, got more"
)

func requireRefused(t *testing.T, orders []brokenOrder) {
	t.Helper()
	for _, test := range orders {
		t.Run(test.name, func(t *testing.T) {
			record := with(test.changes)
			_, _, refused := mustContract(t, bounds{}, false).price(record, declaredTypes{})
			require.NotNil(t, refused)
			assert.EqualError(t, refused, test.want)
		})
	}
}

func TestTextsThatBreakTheContract(t *testing.T) {
	requireRefused(t, []brokenOrder{
		{"no order_id", changes{"order_id": absent}, "order_missing: order_id: expected string, got none"},
		{"null order_id", changes{"order_id": nil}, "order_missing: order_id: expected string, got null"},
		{"empty order_id", changes{"order_id": ""}, "order_empty: order_id: expected 1 to 64 characters, got none"},
		{"long order_id", changes{"order_id": strings.Repeat("a", 65)}, "order_too_long: order_id: expected 1 to 64 characters, got 65"},
		{"long order_id in Korean", changes{"order_id": strings.Repeat("주", 65)}, "order_too_long: order_id: expected 1 to 64 characters, got 65"},
		{"order_id a number", changes{"order_id": int64(7)}, "order_type: order_id: expected string, got integer"},
		{"order_id a JSON number", changes{"order_id": json.Number("7")}, "order_type: order_id: expected string, got number"},
		{"order_id bytes", changes{"order_id": []byte("a")}, "order_type: order_id: expected string, got bytes"},
		{"order_id not UTF-8", changes{"order_id": "a\xff"}, "order_type: order_id: expected UTF-8 text, got invalid bytes"},
		{"order_id half a surrogate pair", changes{"order_id": "\xed\xa0\x80"}, "order_type: order_id: expected UTF-8 text, got invalid bytes"},
		{"no user_id", changes{"user_id": absent}, "order_missing: user_id: expected string, got none"},
		{"empty user_id", changes{"user_id": ""}, "order_empty: user_id: expected 1 to 255 characters, got none"},
		{"long user_id", changes{"user_id": strings.Repeat("é", 256)}, "order_too_long: user_id: expected 1 to 255 characters, got 256"},
		{"empty product_id", changes{"product_id": ""}, "order_empty: product_id: expected 1 to 255 characters, got none"},
		{"long product_id", changes{"product_id": strings.Repeat("a", 256)}, "order_too_long: product_id: expected 1 to 255 characters, got 256"},
		{"product_id an object", changes{"product_id": map[string]any{}}, "order_type: product_id: expected string, got object"},
	})
}

func TestQuantitiesThatBreakTheContract(t *testing.T) {
	requireRefused(t, []brokenOrder{
		{"no qty", changes{"qty": absent}, "order_missing: qty: expected integer, got none"},
		{"null qty", changes{"qty": nil}, "order_missing: qty: expected integer, got null"},
		{"qty 0", changes{"qty": int64(0)}, "order_range: qty: expected at least 1, got less"},
		{"qty negative", changes{"qty": int64(math.MinInt64)}, "order_range: qty: expected at least 1, got less"},
		{"qty a float", changes{"qty": 7.0}, "order_type: qty: expected integer, got float"},
		{"qty text", changes{"qty": "7"}, "order_type: qty: expected integer, got string"},
		{"qty a boolean", changes{"qty": true}, "order_type: qty: expected integer, got boolean"},
		{"qty a fraction", changes{"qty": json.Number("7.0")}, "order_type: qty: expected integer, got number with a fraction or an exponent"},
		{"qty with an exponent", changes{"qty": json.Number("1e3")}, "order_type: qty: expected integer, got number with a fraction or an exponent"},
		{"qty beyond 64 bits", changes{"qty": uint64(math.MaxUint64)}, "order_range: qty: " + widest},
		{"qty beyond 64 bits in JSON", changes{"qty": json.Number("9223372036854775808")}, "order_range: qty: " + widest},
	})
}

func TestPricesThatBreakTheContract(t *testing.T) {
	requireRefused(t, []brokenOrder{
		{"no unit_price", changes{"unit_price": absent}, "order_missing: unit_price: " + amounts + "none"},
		{"unit_price negative", changes{"unit_price": int64(-1)}, "order_range: unit_price: expected at least 0, got less"},
		{"unit_price a negative decimal", changes{"unit_price": "-26588.24"}, "order_range: unit_price: expected at least 0, got less"},
		{"unit_price a float", changes{"unit_price": 11000.0}, "order_type: unit_price: " + amounts + "float"},
		{"unit_price NaN", changes{"unit_price": math.NaN()}, "order_type: unit_price: " + amounts + "float"},
		{"unit_price empty text", changes{"unit_price": ""}, "order_type: unit_price: " + amounts + "string that is no plain decimal"},
		{"unit_price other text", changes{"unit_price": "1e3"}, "order_type: unit_price: " + amounts + "string that is no plain decimal"},
		{"unit_price with an exponent", changes{"unit_price": json.Number("1e400")}, "order_type: unit_price: " + amounts + "number with a fraction or an exponent"},
		{"unit_price of 66 digits", changes{"unit_price": strings.Repeat("1", 66)}, "order_range: unit_price: " + widest},
		{"unit_price of scale 39", changes{"unit_price": "0." + strings.Repeat("1", 39)}, "order_range: unit_price: " + widest},
		{"unit_price an array", changes{"unit_price": []any{int64(1)}}, "order_type: unit_price: " + amounts + "array"},

		{"overflow by one", changes{"qty": int64(2), "unit_price": int64(1 << 62)}, "order_overflow: total_price: expected qty * unit_price within 64 bits, got more"},
		{"overflow to a small number", changes{"qty": int64(1 << 32), "unit_price": int64(1<<32 + 1)}, "order_overflow: total_price: expected qty * unit_price within 64 bits, got more"},
		{"overflow of both ends", changes{"qty": int64(math.MaxInt64), "unit_price": int64(math.MaxInt64)}, "order_overflow: total_price: expected qty * unit_price within 64 bits, got more"},
		{"decimal overflow", changes{"qty": int64(10), "unit_price": strings.Repeat("9", 65)}, "order_overflow: total_price: expected qty * unit_price within 65 digits, got more"},

		{"total a float", changes{"total_price": 77000.0}, "order_type: total_price: " + amounts + "float"},
		{"total a boolean", changes{"total_price": false}, "order_type: total_price: " + amounts + "boolean"},
		{"total other text", changes{"total_price": "77,000"}, "order_type: total_price: " + amounts + "string that is no plain decimal"},
		{"total negative", changes{"total_price": int64(-77000)}, "order_range: total_price: expected at least 0, got less"},

		{"the first broken rule is named", changes{"product_id": "", "qty": int64(0), "total_price": 1.5}, "order_empty: product_id: expected 1 to 255 characters, got none"},
	})
}

func TestMismatchIsRefusedWhereConfigured(t *testing.T) {
	strict := mustContract(t, bounds{}, true)
	for _, sent := range []any{int64(76999), "77000.01", json.Number("0")} {
		_, _, refused := strict.price(with(changes{"total_price": sent}), declaredTypes{})
		assert.EqualError(t, refused, "order_total_mismatch: total_price: expected qty * unit_price, got another number")
	}
	for _, sent := range []any{nil, absent, int64(77000), "77000.00", json.Number("77000")} {
		total, corrected, refused := strict.price(with(changes{"total_price": sent}), declaredTypes{})
		require.Nil(t, refused)
		assert.Equal(t, int64(77000), total)
		assert.False(t, corrected)
	}
}

func TestBounds(t *testing.T) {
	most := bounds{quantity: "10", unitPrice: "99999.99", totalPrice: "500000"}
	tests := []struct {
		changes changes
		want    string
	}{
		{changes{"qty": int64(10), "unit_price": int64(50000)}, ""},
		{changes{"qty": int64(1), "unit_price": "99999.99"}, ""},
		{changes{"qty": int64(1), "unit_price": "99999.990"}, ""},
		{changes{"qty": int64(11), "unit_price": int64(1)}, "order_range: qty: expected at most 10, got more"},
		{changes{"qty": int64(1), "unit_price": int64(100000)}, "order_range: unit_price: expected at most 99999.99, got more"},
		{changes{"qty": int64(1), "unit_price": "99999.991"}, "order_range: unit_price: expected at most 99999.99, got more"},
		{changes{"qty": int64(10), "unit_price": int64(50001)}, "order_range: total_price: expected at most 500000, got more"},
		{changes{"qty": int64(10), "unit_price": "50000.0001"}, "order_range: total_price: expected at most 500000, got more"},
	}
	for _, test := range tests {
		test.changes["total_price"] = nil
		_, _, refused := mustContract(t, most, false).price(with(test.changes), declaredTypes{})
		if test.want == "" {
			assert.Nil(t, refused, "%v", test.changes)
		} else {
			assert.EqualError(t, refused, test.want)
		}
	}
}

func TestBadConfigurations(t *testing.T) {
	rename := func(change func(*fields)) fields {
		names := seedNames
		change(&names)
		return names
	}
	tests := []struct {
		names fields
		most  bounds
		want  string
	}{
		{rename(func(f *fields) { f.userID = "order_id" }), bounds{}, `checking fields: order_id and user_id are both named "order_id"`},
		{rename(func(f *fields) { f.totalPrice = "unit_price" }), bounds{}, `checking fields: unit_price and total_price are both named "unit_price"`},
		{rename(func(f *fields) { f.quantity = "" }), bounds{}, `checking fields: quantity has an empty name`},
		{rename(func(f *fields) { f.quantity = "a:b" }), bounds{}, `checking fields: the name "a:b" of quantity has a colon, white space or a control character`},
		{rename(func(f *fields) { f.orderID = "order id" }), bounds{}, `checking fields: the name "order id" of order_id has a colon, white space or a control character`},
		{seedNames, bounds{quantity: "ten"}, `checking max_quantity: parsing the bound "ten": no number in plain notation`},
		{seedNames, bounds{quantity: "10.5"}, `checking max_quantity: parsing the bound "10.5": no number in plain notation`},
		{seedNames, bounds{quantity: "0"}, `checking max_quantity: the bound "0" is below 1, so no order could pass`},
		{seedNames, bounds{unitPrice: "1e5"}, `checking max_unit_price: parsing the bound "1e5": no number in plain notation`},
		{seedNames, bounds{unitPrice: "-0.01"}, `checking max_unit_price: the bound "-0.01" is below 0, so no order could pass`},
		{seedNames, bounds{totalPrice: strings.Repeat("9", 66)}, `checking max_total_price: parsing the bound "` + strings.Repeat("9", 66) + `": too many digits`},
	}
	for _, test := range tests {
		_, err := newContract(test.names, test.most, false)
		assert.EqualError(t, err, test.want)
	}
}
