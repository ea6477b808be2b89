package transform

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The codes that connect_transform refuses a record with. Codes has their meanings.
const (
	NotDecoded   = "transform_not_decoded"
	NotStruct    = "transform_not_struct"
	MissingField = "transform_missing_field"
	BadValue     = "transform_bad_value"
	BadSchema    = "transform_bad_schema"
	NoTimestamp  = "transform_no_timestamp"
	BadTopic     = "transform_bad_topic"
)

// Codes lists every code with its meaning.
var Codes = []record.Code{
	{Name: NotDecoded, Meaning: "A transform works on the key or the value, and no processor has decoded it. Set `key_format` of the decoder."},
	{Name: NotStruct, Meaning: "A transform expects a struct (a map, if the record has no schema), and the key or the value is another type or null."},
	{Name: MissingField, Meaning: "A transform expects a field that the key or the value does not have."},
	{Name: BadValue, Meaning: "A transform cannot convert a value: text that is no number, a time that does not match the pattern, a type that the transform does not take."},
	{Name: BadSchema, Meaning: "A transform cannot make a schema from the schema of the record: a name would occur twice, or the record has no schema and the transform needs one."},
	{Name: NoTimestamp, Meaning: "A transform needs the timestamp of the record, and the record has none."},
	{Name: BadTopic, Meaning: "A transform cannot make the new topic: the regular expression takes too long on the name."},
}

// Refuse returns a refusal without a path. The chain prepends the alias of the transform to
// the path. The detail never has a value of the record.
func Refuse(code, detail string) *record.Refusal {
	return &record.Refusal{Stage: record.Transform, Code: code, Detail: detail}
}

// Name makes the name of a field fit for a path. Dots stay: Flatten makes such names.
func Name(name string) string { return refusal.Dotted(name) }

// TypeName names the type of a schema: a logical type of Kafka Connect by its own name.
func TypeName(s *schema.Schema) string {
	if s.Logical != schema.Plain {
		return s.Name[strings.LastIndexByte(s.Name, '.')+1:]
	}
	return s.Type.String()
}

// KindOf names the type of a value without a schema.
func KindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case int64:
		return "int64"
	case float64, json.Number:
		return "double"
	case string:
		return "string"
	case []byte:
		return "bytes"
	case time.Time:
		return "a time"
	case []any:
		return "an array"
	case map[string]any:
		return "a map"
	}
	return "another type"
}
