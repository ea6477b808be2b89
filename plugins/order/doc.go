// Package order has the processor order_price, which checks a record against the order
// contract and sets the total price of the record, exactly.
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
// Characters are Unicode code points, and text is valid UTF-8. An integer is a Go integer,
// or a JSON number without a fraction and an exponent, and fits 64 bits. A decimal is plain
// text such as "-0.05" or "12.00", or a JSON number with a fraction. It has at most 65
// digits, 38 of them after the point: a DECIMAL of MariaDB holds no more. The contract
// refuses a float, even a float that is an integer, because the float may no longer be the
// number that the producer meant.
//
// When a schema declares an integer, the contract refuses decimal text in that field. An
// integer in a decimal field is as exact as a decimal. A decimal unit_price needs a decimal
// total_price of at least the same scale. The contract does not check the range of a
// declared total_price, because the total price is computed here: producers declare INT32
// for a product of two INT32s.
//
// # The price
//
// The total is quantity times unit price. An integer unit price gives an int64. A decimal
// unit price gives canonical decimal text at the scale of the unit price. A total that fits
// neither 64 bits nor 65 digits is refused. The total of the producer is compared by value,
// so 12.0 equals 12.00. The configuration decides whether a different total is replaced or
// refused.
package order
