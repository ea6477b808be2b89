package record

import (
	"errors"
	"regexp"
	"strings"
)

// Stage is a step of a pipeline that refuses records: its name, and the name that Kafka
// Connect gives to such a step.
type Stage struct{ Name, Connect string }

// The stages. An error that is no refusal has the stage Unknown.
var (
	Decode  = Stage{"connect_json_decode", "VALUE_CONVERTER"}
	Price   = Stage{"order_price", "TRANSFORMATION"}
	Upsert  = Stage{"mariadb_upsert", "TASK_PUT"}
	Unknown = Stage{"unknown", "UNKNOWN"}
)

// Code is a code of refusals and its line in the reference.
type Code struct{ Name, Meaning string }

// maxPath is how many bytes of a path a text has. Texts travel in headers and logs, and
// names in a path can come from outside.
const maxPath = 256

// Refusal says which rule a record breaks, and where. It never has a value of the record
// (Invariant 7).
type Refusal struct {
	Stage  Stage
	Code   string
	Path   string // "value" for the whole record, "payload.items[2].price", a column
	Detail string // what was expected and what was found
}

// Error returns the text "code: field: detail", which [Parse] reads.
func (r *Refusal) Error() string { return r.Code + ": " + r.Field() + ": " + r.Detail }

// Field returns the path. It leaves out the middle of a path that is too long.
func (r *Refusal) Field() string {
	if len(r.Path) <= maxPath {
		return r.Path
	}
	return strings.ToValidUTF8(r.Path[:maxPath/2]+"..."+r.Path[len(r.Path)-maxPath/2:], "")
}

// At puts a step in front of the path, while the refusal is returned through the levels
// of a document: a document without a refusal pays nothing for its paths.
func (r *Refusal) At(step string) *Refusal {
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

// The framework puts words in front of the text of an error, and a comma or a colon.
var refusalText = regexp.MustCompile(`(?s)(?:^|: |, )([a-z][a-z0-9]*_[a-z0-9_]+): (.*?): (.*)`)

// Parse returns the refusal that an error is or whose text the error has, nil for an
// error that is no refusal. A text does not have the stage, so Parse takes the stage
// whose codes begin as this code does.
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
	case strings.HasPrefix(code, "order_"):
		stage = Price
	case strings.HasPrefix(code, "row_"):
		stage = Upsert
	}
	return &Refusal{stage, parts[1], parts[2], parts[3]}
}
