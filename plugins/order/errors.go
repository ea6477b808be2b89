package order

// The codes with which a refusal begins. They are public: dead letters carry
// them and alerts count by them.
const (
	CodeMissing       = "order_missing"
	CodeEmpty         = "order_empty"
	CodeTooLong       = "order_too_long"
	CodeType          = "order_type"
	CodeRange         = "order_range"
	CodeOverflow      = "order_overflow"
	CodeTotalMismatch = "order_total_mismatch"
)

// Code is a refusal's code and what it tells the reader of a dead letter.
type Code struct {
	Name    string
	Meaning string
}

// Codes lists every code that order_price refuses with.
var Codes = []Code{
	{CodeMissing, "A field that every order has is absent or null, or is not declared by the schema."},
	{CodeEmpty, "A text field is empty."},
	{CodeTooLong, "A text field has more characters than the contract allows."},
	{CodeType, "A field, or its declaration in the schema, has a type that cannot hold it exactly."},
	{CodeRange, "A number is below the contract's least value, above the configured bound, or wider than an exact number may be."},
	{CodeOverflow, "Quantity times unit price does not fit in 64 bits, or in 65 digits for a decimal."},
	{CodeTotalMismatch, "The producer sent a total that is not quantity times unit price, and the configuration refuses that."},
}

// refusal says which rule of the contract a record breaks, and where. It never
// holds a value of the record (Invariant 7).
type refusal struct {
	code string
	path string // a field, "schema.<field>", "schema", or "value" for the whole message
	rest string // what was expected and what was found
}

// Error gives the form that dead letters are cut apart by: "code: path: rest".
func (r *refusal) Error() string {
	return r.code + ": " + r.path + ": " + r.rest
}

func refuse(code, path, expected, found string) *refusal {
	return &refusal{code: code, path: path, rest: "expected " + expected + ", got " + found}
}
