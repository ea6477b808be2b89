package connectjson

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
)

// Codes lists every code with its meaning, in the order in which a message is examined.
var Codes = []record.Code{
	{Name: refusal.BadJSON, Meaning: "The bytes are not a JSON document that the converter reads: their syntax or encoding is wrong, a member occurs twice, or the document is nested deeper than 1,000. When the bytes look like another format (the wire format of a Schema Registry, gzip, Avro, Protobuf), the text names the format. Content of another component that has no JSON form has this code, too."},
	{Name: refusal.BadEnvelope, Meaning: "The document is JSON, but not an object of exactly the two members `schema` and `payload`."},
	{Name: refusal.BadSchema, Meaning: "A schema node breaks the rules of Kafka Connect's JSON schema."},
	{Name: refusal.MissingField, Meaning: "The payload does not have a required field without a default."},
	{Name: refusal.NullField, Meaning: "A required field without a default is null."},
	{Name: refusal.TypeMismatch, Meaning: "A value does not have the type of its schema."},
	{Name: refusal.OutOfRange, Meaning: "A value has the right type, but does not fit it: an integer is too large, a decimal has more digits than its scale, or no calendar has the day."},
	{Name: refusal.UnknownField, Meaning: "The payload has a member that the schema does not have, and `unknown_fields` is `refuse`."},
}
