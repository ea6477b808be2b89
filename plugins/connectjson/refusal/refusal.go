// Package refusal has the codes with which connect_json_decode refuses a message, and
// makes refusals of them.
package refusal

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// The codes that connect_json_decode refuses a message with. Codes has their meanings.
const (
	BadJSON      = "bad_json"
	BadEnvelope  = "bad_envelope"
	BadSchema    = "bad_schema"
	MissingField = "missing_field"
	NullField    = "null_field"
	TypeMismatch = "type_mismatch"
	OutOfRange   = "out_of_range"
	UnknownField = "unknown_field"
)

// Codes lists every code with its meaning, in the order in which a message is examined.
var Codes = []record.Code{
	{Name: BadJSON, Meaning: "The bytes are not a JSON document that the converter reads: their syntax or encoding is wrong, a member occurs twice, or the document is nested deeper than 1,000. When the bytes look like another format (the wire format of a Schema Registry, gzip, Avro, Protobuf), the text names the format. Content of another component that has no JSON form has this code, too."},
	{Name: BadEnvelope, Meaning: "The document is JSON, but not an object of exactly the two members `schema` and `payload`."},
	{Name: BadSchema, Meaning: "A schema node breaks the rules of Kafka Connect's JSON schema."},
	{Name: MissingField, Meaning: "The payload does not have a required field without a default."},
	{Name: NullField, Meaning: "A required field without a default is null."},
	{Name: TypeMismatch, Meaning: "A value does not have the type of its schema."},
	{Name: OutOfRange, Meaning: "A value has the right type, but does not fit it: an integer is too large, a decimal has more digits than its scale, or no calendar has the day."},
	{Name: UnknownField, Meaning: "The payload has a member that the schema does not have, and `unknown_fields` is `refuse`."},
}

// New returns a refusal without a path.
func New(code, detail string) *record.Refusal {
	return &record.Refusal{Stage: record.Decode, Code: code, Detail: detail}
}

// maxName is how many bytes of a name from outside a path has.
const maxName = 64

// Name makes the name of a member fit for a path: each character that could confuse a
// reader of the text (a colon, white space, a control character) becomes "_".
func Name(name string) string {
	rest := ""
	for i := range name {
		if i >= maxName {
			name, rest = name[:i], "..."
			break
		}
	}
	return cmp.Or(strings.Map(func(r rune) rune {
		if r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-$@/", r)) {
			return r
		}
		return '_'
	}, name), "_") + rest
}

// Element is the step of a path to an element.
func Element(i int) string { return "[" + strconv.Itoa(i) + "]" }
