// Package refusal has the codes of refused rows, and makes a refusal of a code.
package refusal

import (
	"fmt"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// The codes of refusals, the first word of every refusal's text.
const (
	Shape      = "row_shape"
	Missing    = "row_missing"
	Null       = "row_null"
	Type       = "row_type"
	OutOfRange = "row_out_of_range"
	TooPrecise = "row_too_precise"
	TooLong    = "row_too_long"
	TooLarge   = "row_too_large"
	Padded     = "row_padded"
	BadText    = "row_bad_text"
	BadValue   = "row_bad_value"
	Duplicate  = "row_duplicate"
	ForeignKey = "row_foreign_key"
	Check      = "row_check"
	Trigger    = "row_trigger"
	Partition  = "row_partition"
	Refused    = "row_refused"
)

// Codes lists every code, for the reference documentation.
var Codes = []record.Code{
	{Name: Shape, Meaning: "the message is not an object, so it has no columns"},
	{Name: Missing, Meaning: "the record lacks a member that is a configured column"},
	{Name: Null, Meaning: "null for a column that is NOT NULL"},
	{Name: Type, Meaning: "a value of a type that the column cannot hold exactly"},
	{Name: OutOfRange, Meaning: "a number, date or time outside the range of the column"},
	{Name: TooPrecise, Meaning: "more digits than the column keeps (a float counts with its shortest decimal), or a time of day for a DATE"},
	{Name: TooLong, Meaning: "more characters or bytes than the column holds"},
	{Name: TooLarge, Meaning: "a row of more bytes than max_allowed_packet or a page of the table allows"},
	{Name: Padded, Meaning: "a value whose end the column would pad, cut off or ignore: spaces at the end of a CHAR or of a key whose collation ignores them, too few bytes for a BINARY"},
	{Name: BadText, Meaning: "text that is not valid UTF-8"},
	{Name: BadValue, Meaning: "a value that the column does not know: no such date, no member of the ENUM, a letter outside the character set"},
	{Name: Duplicate, Meaning: "another row has this value in a unique index other than the key"},
	{Name: ForeignKey, Meaning: "the parent row of a foreign key is missing"},
	{Name: Check, Meaning: "a CHECK constraint refuses the row"},
	{Name: Trigger, Meaning: "a trigger of the table refuses the row (SIGNAL)"},
	{Name: Partition, Meaning: "no partition of the table takes the row"},
	{Name: Refused, Meaning: "MariaDB refused the row with another error; its number is in the text"},
}

// New returns a refusal by this output. The detail is a format if there are args.
func New(code, path, detail string, args ...any) *record.Refusal {
	if len(args) > 0 {
		detail = fmt.Sprintf(detail, args...)
	}
	return &record.Refusal{Stage: record.Upsert, Code: code, Path: path, Detail: detail}
}
