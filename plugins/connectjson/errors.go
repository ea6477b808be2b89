package connectjson

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Code names the reason of a refusal. It is the first word of the refusal's text and stable: dashboards, dead letter
// headers and mappings may depend on it.
type Code string

// The codes that connect_json_decode refuses a message with. See Codes for what each means.
const (
	BadJSON      Code = "bad_json"
	BadEnvelope  Code = "bad_envelope"
	BadSchema    Code = "bad_schema"
	MissingField Code = "missing_field"
	NullField    Code = "null_field"
	TypeMismatch Code = "type_mismatch"
	OutOfRange   Code = "out_of_range"
	UnknownField Code = "unknown_field"
)

// CodeMeaning is one line of the reference: a code and what it means.
type CodeMeaning struct {
	Code    Code
	Meaning string
}

// Codes lists every code with its meaning, in the order in which a message is examined.
var Codes = []CodeMeaning{
	{BadJSON, "The bytes are not a JSON document that the converter reads: syntax, encoding, a member twice, nested deeper than 1,000. When the bytes look like another format (the wire format of a Schema Registry, gzip, Avro, Protobuf), the text names it. Also content of another component that has no JSON form."},
	{BadEnvelope, "The document is JSON, but not an object of exactly the two members `schema` and `payload`."},
	{BadSchema, "A schema node breaks the rules of Kafka Connect's JSON schema."},
	{MissingField, "A required field without a default is absent from the payload."},
	{NullField, "A required field without a default is null."},
	{TypeMismatch, "A value is of another type than its schema says."},
	{OutOfRange, "A value is of the right type, but does not fit it: an integer too large, a decimal with more digits than its scale, a day that no calendar has."},
	{UnknownField, "The payload has a member that the schema lacks, and `unknown_fields` is `refuse`."},
}

// Bounds of a path's text: it travels in headers and logs, and its names come from outside.
const (
	maxPathName = 64
	maxPath     = 256
)

// Refusal says why a message cannot be decoded. Its text is `code: path: detail`; it never holds a value (Invariant 7).
type Refusal struct {
	Code Code
	// Path is where: "value" (the whole message), "payload.items[2].price", "schema.fields[3].type". Names from outside
	// have each character that could confuse a reader of the text (a colon, white space, a control) replaced by "_".
	Path   string
	Detail string
}

// Error renders the refusal as `code: path: detail`.
func (r *Refusal) Error() string {
	path := r.Path
	if len(path) > maxPath {
		path = strings.ToValidUTF8(path[:maxPath/2]+"..."+path[len(path)-maxPath/2:], "")
	}
	return string(r.Code) + ": " + path + ": " + r.Detail
}

func refuse(code Code, detail string) *Refusal {
	return &Refusal{Code: code, Detail: detail}
}

// at puts one more step in front of the path, while the refusal travels up: only what fails pays for its path.
func (r *Refusal) at(step string) *Refusal {
	switch {
	case r.Path == "":
		r.Path = step
	case r.Path[0] == '[':
		r.Path = step + r.Path
	case len(r.Path) < 2*maxPath:
		r.Path = step + "." + r.Path
	default: // deep nesting must not cost its square
		r.Path = step + r.Path[len(r.Path)-maxPath:]
	}
	return r
}

// pathName makes a member's name fit for a path.
func pathName(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i >= maxPathName {
			b.WriteString("...")
			break
		}
		if r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-$@/", r)) {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	if b.Len() == 0 {
		return "_"
	}
	return b.String()
}
