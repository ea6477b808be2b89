package connectavro

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
)

// Codes lists the codes that connect_avro_decode refuses a message with, in the order in
// which a message is examined.
var Codes = []record.Code{
	{Name: refusal.BadEnvelope, Meaning: "The bytes do not begin with the wire format of a schema registry (a zero byte and a schema id, or the byte 1 and a GUID), or the header with the schema id has other bytes."},
	{Name: refusal.NoSchema, Meaning: "The registry answered that it does not have the schema, or a schema that the schema references."},
	{Name: refusal.BadSchema, Meaning: "The schema is not a schema of Avro, breaks the rules of Kafka Connect's converter, or contains itself."},
	{Name: refusal.BadAvro, Meaning: "The bytes after the schema id are not a value of the schema: they end too early or too late, or have a number, a text or a length that Avro does not allow."},
	{Name: refusal.TypeMismatch, Meaning: "A value does not have the type of its schema: a decimal without bytes, or a key that does not have the format of `key_format`."},
	{Name: refusal.OutOfRange, Meaning: "A value has the right type, but does not fit it: an integer is too large for `int8` or `int16`, a decimal has more digits than its precision, or no calendar has the day. A message that would need too much memory has this code, too."},
}
