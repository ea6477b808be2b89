package record

import (
	"errors"
	"regexp"
	"strings"
)

// Stage is a step of a pipeline that refuses records: its name, and the name of the step
// in Kafka Connect.
type Stage struct{ Name, Connect string }

// The stages. An error that is no refusal has the stage Unknown.
var (
	Decode     = Stage{"connect_json_decode", "VALUE_CONVERTER"}
	DecodeAvro = Stage{"connect_avro_decode", "VALUE_CONVERTER"}
	// A key of a record. The name is the name of the processor.
	DecodeKey     = Stage{"connect_json_decode", "KEY_CONVERTER"}
	DecodeAvroKey = Stage{"connect_avro_decode", "KEY_CONVERTER"}
	Transform     = Stage{"connect_transform", "TRANSFORMATION"}
	Price         = Stage{"order_price", "TRANSFORMATION"}
	Upsert        = Stage{"mariadb_upsert", "TASK_PUT"}
	Unknown       = Stage{"unknown", "UNKNOWN"}
)

// Code is the code of a refusal and its description in the reference.
type Code struct{ Name, Meaning string }

// maxPath is the length in bytes of a path in a text. Texts go into headers and logs, and
// the names in a path can come from a producer.
const maxPath = 256

// Refusal describes the rule that a record breaks, and the field. It never has a value of
// the record (Invariant 7).
type Refusal struct {
	Stage  Stage
	Code   string
	Path   string // "value" for the whole record, "payload.items[2].price", a column
	Detail string // what was expected and what was found
}

// Error returns the text "code: field: detail", which [Parse] reads.
func (r *Refusal) Error() string { return r.Code + ": " + r.Field() + ": " + r.Detail }

// Field returns the path. It omits the middle of a path that is too long.
func (r *Refusal) Field() string {
	if len(r.Path) <= maxPath {
		return r.Path
	}
	return strings.ToValidUTF8(r.Path[:maxPath/2]+"..."+r.Path[len(r.Path)-maxPath/2:], "")
}

// At prepends a step to the path, unless r is nil. Each level of a document calls it when
// it returns a refusal, so a document without a refusal never builds a path.
func (r *Refusal) At(step string) *Refusal {
	switch {
	case r == nil:
	case r.Path == "":
		r.Path = step
	case r.Path[0] == '[':
		r.Path = step + r.Path
	case len(r.Path) < 2*maxPath:
		r.Path = step + "." + r.Path
	default: // the cost of deep nesting must not be quadratic
		r.Path = step + r.Path[len(r.Path)-maxPath:]
	}
	return r
}

// refusalText matches the text of a refusal after the words and the comma or colon that
// the framework prepends.
var refusalText = regexp.MustCompile(`(?s)(?:^|: |, )([a-z][a-z0-9]*_[a-z0-9_]+): (.*?): (.*)`)

// Parse returns the refusal in an error or in the text of an error, or nil. A text does
// not contain the stage, so Parse derives the stage from the prefix of the code.
func Parse(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	parts := refusalText.FindStringSubmatch(err.Error())
	if parts == nil {
		return nil
	}
	stage := Decode
	switch code := parts[1]; {
	case code == "bad_avro" || code == "unknown_schema": // the other codes are those of JSON
		stage = DecodeAvro
	case strings.HasPrefix(code, "order_"):
		stage = Price
	case strings.HasPrefix(code, "transform_"):
		stage = Transform
	case strings.HasPrefix(code, "row_"):
		stage = Upsert
	}
	return &Refusal{stage, parts[1], parts[2], parts[3]}
}
