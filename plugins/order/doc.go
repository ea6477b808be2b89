// Package order knows what an order is and what it costs. It gives the processor
// order_price, which checks a record against the order contract and sets the record's
// total price, exactly.
//
// # The contract
//
//	field        payload                               schema, where there is one
//	order_id     text, 1 to 64 characters              STRING or UUID
//	user_id      text, 1 to 255 characters             STRING or UUID
//	product_id   text, 1 to 255 characters             STRING or UUID
//	qty          integer, 1 or more                    INT32 or INT64
//	unit_price   integer or exact decimal, 0 or more   INT32, INT64, (BIG_)DECIMAL
//	total_price  the same, absent or null: it is set   the same, or not declared
//
// Characters are Unicode code points and text is valid UTF-8. An integer is a Go integer
// or a JSON number without fraction and exponent, and fits 64 bits. A decimal is plain
// text such as "-0.05" or "12.00", or a JSON number with a fraction, of at most 65
// digits, 38 of them after the point: the most that a MariaDB DECIMAL holds. A float is
// refused even when it is integral, since what the producer meant is lost by then.
//
// A schema that declares an integer is believed: decimal text in such a field is refused,
// while an integer in a decimal field is as exact as a decimal. A decimal unit_price
// needs a decimal total_price of at least its scale. The range of a declared total_price
// is not checked, as the total is computed here: producers declare INT32 for a product of
// two INT32s.
//
// # The price
//
// The total is quantity times unit price. An integer unit price gives an int64, a decimal
// one gives canonical decimal text at its own scale; a total that fits neither 64 bits
// nor 65 digits is refused. A total that the producer sent is compared by value, so 12.0
// agrees with 12.00; one that differs is replaced or refused, as the configuration says.
package order
