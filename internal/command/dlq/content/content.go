// Package content shows the key, a header or the value of a record, with or without
// the data that may be private.
package content

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
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
	switch {
	case !json.Valid(raw):
		return New(raw, values)
	case !values:
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
