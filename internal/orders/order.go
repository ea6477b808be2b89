// Package orders makes the records of the order services for the tests, the quick start
// and the benchmark: the envelope byte for byte, the first three orders, and generated
// orders, good and refusable.
package orders

import "strconv"

// Order is one order. The envelope declares its numbers as int32. Envelope writes a wider
// number unchanged, and the sink refuses it.
type Order struct {
	OrderID    string
	UserID     string
	ProductID  string
	Quantity   int64
	UnitPrice  int64
	TotalPrice int64
}

// Seed returns the three orders of the first example.
func Seed() []Order {
	const user = "0f8fad5b-d9cb-469f-a165-70867728950e"
	return []Order{
		{"77a436fd-64f9-4d35-999b-a957195f5d23", user, "CATALOG-002", 1, 6000, 6000},
		{"9e107d9d-372b-4a5c-8b2f-6d1f0a3c7e41", user, "CATALOG-001", 7, 11000, 77000},
		{"c2b1a7f0-5e64-4d09-b3a8-1f2e9d8c7b60", user, "CATALOG-002", 4, 71000, 284000},
	}
}

const schema = `{"type":"struct","fields":[` +
	`{"type":"string","optional":true,"field":"order_id"},` +
	`{"type":"string","optional":true,"field":"user_id"},` +
	`{"type":"string","optional":true,"field":"product_id"},` +
	`{"type":"int32","optional":true,"field":"qty"},` +
	`{"type":"int32","optional":true,"field":"unit_price"},` +
	`{"type":"int32","optional":true,"field":"total_price"}],` +
	`"optional":false,"name":"orders"}`

// Envelope returns the order as the Jackson of the producer writes it: schema and payload
// without white space.
func (o Order) Envelope() []byte {
	return envelope(o.payload(strconv.FormatInt(o.Quantity, 10)))
}

func envelope(payload []byte) []byte {
	b := make([]byte, 0, len(schema)+len(payload)+32)
	b = append(b, `{"schema":`+schema+`,"payload":`...)
	b = append(b, payload...)
	return append(b, '}')
}

// payload returns the payload. The quantity is JSON text, because some tests need a
// quantity that is no number.
func (o Order) payload(quantity string) []byte {
	b := make([]byte, 0, 256)
	b = appendString(append(b, `{"order_id":`...), o.OrderID)
	b = appendString(append(b, `,"user_id":`...), o.UserID)
	b = appendString(append(b, `,"product_id":`...), o.ProductID)
	b = append(append(b, `,"qty":`...), quantity...)
	b = strconv.AppendInt(append(b, `,"unit_price":`...), o.UnitPrice, 10)
	b = strconv.AppendInt(append(b, `,"total_price":`...), o.TotalPrice, 10)
	return append(b, '}')
}

// appendString writes a JSON string as Jackson does. It escapes only the characters that
// JSON requires, in upper-case hexadecimal. Unlike encoding/json, it does not escape
// U+2028, <, > and &.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	b = append(b, '"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
