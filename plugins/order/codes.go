package order

import "github.com/order-sink/order-sink/plugins/internal/record"

// The codes of refusals, the first word of the text of a refusal. They do not change: dead
// letters contain them and alerts count by them.
const (
	CodeMissing       = "order_missing"
	CodeEmpty         = "order_empty"
	CodeTooLong       = "order_too_long"
	CodeType          = "order_type"
	CodeRange         = "order_range"
	CodeOverflow      = "order_overflow"
	CodeTotalMismatch = "order_total_mismatch"
)

// Codes lists every code that order_price refuses with.
var Codes = []record.Code{
	{Name: CodeMissing, Meaning: "The record does not have a required field, the field is null, or the schema does not declare it."},
	{Name: CodeEmpty, Meaning: "A text field is empty."},
	{Name: CodeTooLong, Meaning: "A text field has more characters than the contract allows."},
	{Name: CodeType, Meaning: "A field, or its declaration in the schema, has a type that cannot hold it exactly."},
	{Name: CodeRange, Meaning: "A number is below the least value of the contract, is above the configured bound, or has more digits than an exact number may have."},
	{Name: CodeOverflow, Meaning: "Quantity times unit price does not fit in 64 bits, or in 65 digits for a decimal."},
	{Name: CodeTotalMismatch, Meaning: "The producer sent a total that is not quantity times unit price, and the configuration refuses that."},
}

func refuse(code, path, expected, found string) *record.Refusal {
	return &record.Refusal{Stage: record.Price, Code: code, Path: path, Detail: "expected " + expected + ", got " + found}
}
