// Package refusal has the codes of refused rows, and makes a refusal of a code.
package refusal

import (
	"fmt"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// The codes of refusals, the first word of every refusal's text.
const (
	Table      = "row_table"
	Shape      = "row_shape"
	Event      = "row_event"
	Position   = "row_position"
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
	{Name: Table, Meaning: "No table of MariaDB can have the name that `table` gives for the message."},
	{Name: Shape, Meaning: "The message is not an object, so it has no columns. Or its fields have names or a number that no table has, or names that differ in case only. Or the key of a tombstone is not one of the forms that name a row."},
	{Name: Event, Meaning: "The record is no change event of the format that `change_events` names, or the event lacks a part that its operation needs."},
	{Name: Position, Meaning: "The change event does not have the position that a column takes (`source_ts_ms`, `source_gtid` or `source_position`)."},
	{Name: Missing, Meaning: "The record does not have a member that is a configured column."},
	{Name: Null, Meaning: "A value is null, and its column is NOT NULL."},
	{Name: Type, Meaning: "A value has a type that its column cannot hold exactly."},
	{Name: OutOfRange, Meaning: "A number, date or time is outside the range of its column."},
	{Name: TooPrecise, Meaning: "A number has more digits than its column keeps (a float counts with its shortest decimal), or a value for a DATE has a time of day."},
	{Name: TooLong, Meaning: "A value has more characters or bytes than its column holds."},
	{Name: TooLarge, Meaning: "The row has more bytes than `max_allowed_packet` or a page of the table allows."},
	{Name: Padded, Meaning: "The column would pad, cut off or ignore the end of a value: spaces at the end of a CHAR or of a key whose collation ignores them (`key_collation: exact`), or too few bytes for a BINARY."},
	{Name: BadText, Meaning: "A text is not valid UTF-8."},
	{Name: BadValue, Meaning: "The column does not know the value: a date that does not exist, a text that is not a member of the ENUM, or a character outside the character set."},
	{Name: Duplicate, Meaning: "Another row has the same value in a unique index other than the key."},
	{Name: ForeignKey, Meaning: "The parent row of a foreign key is missing."},
	{Name: Check, Meaning: "A CHECK constraint refuses the row."},
	{Name: Trigger, Meaning: "A trigger of the table refuses the row (SIGNAL)."},
	{Name: Partition, Meaning: "No partition of the table accepts the row."},
	{Name: Refused, Meaning: "MariaDB refused the row with another error. The text has the number of the error."},
}

// New returns a refusal by this output. The detail is a format if there are args.
func New(code, path, detail string, args ...any) *record.Refusal {
	if len(args) > 0 {
		detail = fmt.Sprintf(detail, args...)
	}
	return &record.Refusal{Stage: record.Upsert, Code: code, Path: path, Detail: detail}
}
