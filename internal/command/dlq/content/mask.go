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

// Mask returns a JSON document with the type of each value instead of the value:
// "string(36)", "number(4)", "boolean", null. It keeps the names of members, and the
// types and names of a schema. A length is a number of characters. The document must be
// valid.
func Mask(document []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	m := &masker{decoder: decoder}
	m.value(false, true)
	return m.out
}

type masker struct {
	decoder *json.Decoder
	out     []byte
}

// value writes the next value, unchanged (open) or masked. Only the member schema of the
// root is a schema.
func (m *masker) value(open, root bool) { m.write(m.next(), open, root) }

func (m *masker) write(token json.Token, open, root bool) {
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			m.list('[', func() { m.value(open, false) }, ']')
			return
		}
		m.list('{', func() { m.member(open, root) }, '}')
	case string:
		m.scalar(open, token, fmt.Sprintf("string(%d)", utf8.RuneCountInString(token)))
	case json.Number:
		m.scalar(open, token, fmt.Sprintf("number(%d)", len(token)))
	case bool:
		m.scalar(open, token, "boolean")
	default:
		m.out = append(m.out, "null"...)
	}
}

func (m *masker) member(open, root bool) {
	if name := m.name(); root && name == "schema" {
		m.schema()
		return
	}
	m.value(open, false)
}

// schema writes a node of the schema. It masks any other value.
func (m *masker) schema() {
	switch token := m.next(); token {
	case json.Delim('{'):
		m.list('{', m.schemaMember, '}')
	case json.Delim('['):
		m.list('[', m.schema, ']')
	default:
		m.write(token, false, false)
	}
}

func (m *masker) schemaMember() {
	name := m.name()
	if slices.Contains(schemaNodes, name) {
		m.schema()
		return
	}
	m.value(slices.Contains(schemaMembers, name), false)
}

// name writes the name of a member and returns it.
func (m *masker) name() string {
	name, _ := m.next().(string)
	m.scalar(true, name, "")
	m.out = append(m.out, ':')
	return name
}

func (m *masker) list(begin byte, element func(), end byte) {
	m.out = append(m.out, begin)
	for first := true; m.decoder.More(); first = false {
		if !first {
			m.out = append(m.out, ',')
		}
		element()
	}
	m.next()
	m.out = append(m.out, end)
}

func (m *masker) scalar(open bool, value any, instead string) {
	if !open {
		value = instead
	}
	text, _ := json.Marshal(value) // a string, a number or a boolean
	m.out = append(m.out, text...)
}

func (m *masker) next() json.Token {
	token, _ := m.decoder.Token() // the document is valid
	return token
}
