package content

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// The members of a schema that Mask shows. Types and names are not values of a row, but
// defaults are.
var (
	schemaMembers = []string{"type", "optional", "name", "version", "doc", "field", "parameters"}
	schemaNodes   = []string{"fields", "items", "keys", "values"}
)

// part is a part of a document. [Mask] masks the values of every part but shown.
type part int

const (
	hidden part = iota
	shown
	schema // a node of the schema
	root
)

// Mask returns a JSON document with the type of each value instead of the value:
// "string(36)", "number(4)", "boolean", null. It keeps the names of members, and the
// types and names of a schema. A length is a number of characters. The document must be
// valid.
func Mask(document []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	return appendValue(nil, decoder, root)
}

// appendValue appends the next value, shown or masked.
func appendValue(out []byte, decoder *json.Decoder, of part) []byte {
	token, _ := decoder.Token() // the document is valid
	begin, isContainer := token.(json.Delim)
	if !isContainer {
		return appendScalar(out, token, of)
	}
	out = append(out, byte(begin))
	for first := true; decoder.More(); first = false {
		if !first {
			out = append(out, ',')
		}
		item := of
		if begin == '{' {
			name, _ := decoder.Token()
			out = append(appendScalar(out, name, shown), ':')
			item = of.member(name.(string))
		} else if of == root {
			item = hidden
		}
		out = appendValue(out, decoder, item)
	}
	end, _ := decoder.Token()
	return append(out, byte(end.(json.Delim)))
}

func appendScalar(out []byte, scalar json.Token, of part) []byte {
	if of != shown {
		switch value := scalar.(type) {
		case string:
			scalar = fmt.Sprintf("string(%d)", utf8.RuneCountInString(value))
		case json.Number:
			scalar = fmt.Sprintf("number(%d)", len(value))
		case bool:
			scalar = "boolean"
		}
	}
	text, _ := json.Marshal(scalar) // a string, a number, a boolean or null
	return append(out, text...)
}

// member returns the part that a member of an object is. Only the member schema of the
// root is a schema.
func (p part) member(name string) part {
	switch {
	case p == root && name == "schema", p == schema && slices.Contains(schemaNodes, name):
		return schema
	case p == shown, p == schema && slices.Contains(schemaMembers, name):
		return shown
	}
	return hidden
}
