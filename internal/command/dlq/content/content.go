// Package content shows the key, a header or the value of a record, with or without
// the data that may be private.
package content

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/order-sink/order-sink/internal/console"
)

// Content describes some bytes in JSON, as far as a user may see them.
type Content struct {
	Bytes  int             `json:"bytes"`
	JSON   json.RawMessage `json:"json,omitempty"`   // masked, unless the user asks for values
	Text   *string         `json:"text,omitempty"`   // only if the user asks for values
	Base64 []byte          `json:"base64,omitempty"` // only if the user asks for values
}

// New returns the content of a key or a header, or nil for null.
func New(raw []byte, values bool) *Content {
	if raw == nil {
		return nil
	}
	c := &Content{Bytes: len(raw)}
	if text := string(raw); values && utf8.ValidString(text) {
		c.Text = &text
	} else if values {
		c.Base64 = raw
	}
	return c
}

// NewValue returns the content of a value, which may be a JSON document.
func NewValue(raw []byte, values bool) *Content {
	if !json.Valid(raw) {
		return New(raw, values)
	}
	if !values {
		return &Content{Bytes: len(raw), JSON: Mask(raw)}
	}
	return &Content{Bytes: len(raw), JSON: raw}
}

// Line returns the content on one line.
func (c *Content) Line() string {
	switch {
	case c == nil:
		return "none"
	case c.Text != nil:
		return console.Visible(*c.Text)
	case c.Base64 != nil:
		return strconv.Quote(string(c.Base64))
	}
	return fmt.Sprintf("%d bytes (--values shows them)", c.Bytes)
}

// Block returns the content on several lines.
func (c *Content) Block() string {
	switch {
	case c == nil:
		return "none (a tombstone)"
	case c.JSON != nil:
		var text bytes.Buffer
		_ = json.Indent(&text, c.JSON, "", "  ") // it is valid
		return fmt.Sprintf("%d bytes of JSON\n\n%s", c.Bytes, escapeControls(text.String()))
	case c.Text != nil:
		return fmt.Sprintf("%d bytes, not JSON\n\n%s", c.Bytes, strconv.Quote(*c.Text))
	case c.Base64 != nil:
		return fmt.Sprintf("%d bytes, not JSON\n\n%s", c.Bytes, hex.Dump(c.Base64))
	}
	return fmt.Sprintf("%d bytes, not JSON (--values shows them)", c.Bytes)
}

// escapeControls escapes the control characters beyond ASCII. JSON allows them, but they
// can control a terminal.
func escapeControls(document string) string {
	var text []byte
	for _, r := range document {
		if r != '\n' && !unicode.IsPrint(r) {
			text = fmt.Appendf(text, `\u%04X`, min(r, 0xFFFD))
			continue
		}
		text = utf8.AppendRune(text, r)
	}
	return string(text)
}

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
