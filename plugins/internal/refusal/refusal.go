// Package refusal has the codes with which the decoders refuse a message, and makes
// refusals of them.
package refusal

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// The codes of the decoders. Each decoder lists its own with their meanings.
const (
	BadJSON      = "bad_json"
	BadEnvelope  = "bad_envelope"
	BadAvro      = "bad_avro"
	BadSchema    = "bad_schema"
	NoSchema     = "unknown_schema"
	MissingField = "missing_field"
	NullField    = "null_field"
	TypeMismatch = "type_mismatch"
	OutOfRange   = "out_of_range"
	UnknownField = "unknown_field"
)

// New returns a refusal without a path and a stage. The decoder sets the stage.
func New(code, detail string) *record.Refusal {
	return &record.Refusal{Code: code, Detail: detail}
}

// maxName is how many bytes of a name from outside a path has.
const maxName = 64

// Name makes the name of a member fit for a path: each character that could confuse a
// reader of the text (a colon, white space, a control character) becomes "_". So does a dot,
// which would look like a step of the path.
func Name(name string) string { return fit(name, "_-$@/") }

// Dotted is [Name] for names whose dots the reader must see.
func Dotted(name string) string { return fit(name, "_-$@/.") }

func fit(name, signs string) string {
	rest := ""
	for i := range name {
		if i >= maxName {
			name, rest = name[:i], "..."
			break
		}
	}
	return cmp.Or(strings.Map(func(r rune) rune {
		if r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(signs, r)) {
			return r
		}
		return '_'
	}, name), "_") + rest
}

// Element is the step of a path to an element.
func Element(i int) string { return "[" + strconv.Itoa(i) + "]" }
