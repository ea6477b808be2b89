// Package content shows the key, a header or the value of a record, with or without
// the data that may be private.
package content

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/order-sink/order-sink/internal/console"
)

// Content describes some bytes in JSON, as far as a user may see them.
type Content struct {
	Bytes  int             `json:"bytes"`
	JSON   json.RawMessage `json:"json,omitempty"`   // masked, unless the user asks for values
	Text   *string         `json:"text,omitempty"`   // only if the user asks for values
	Base64 *string         `json:"base64,omitempty"` // only if the user asks for values

	raw []byte // the source of Text or Base64
}

// New returns the content of a key or a header, or nil for null.
func New(raw []byte, values bool) *Content {
	if raw == nil {
		return nil
	}
	c := &Content{Bytes: len(raw)}
	switch {
	case !values:
	case utf8.Valid(raw):
		text := string(raw)
		c.Text, c.raw = &text, raw
	default:
		text := base64.StdEncoding.EncodeToString(raw)
		c.Base64, c.raw = &text, raw
	}
	return c
}

// NewValue returns the content of a value, which may be a JSON document.
func NewValue(raw []byte, values bool) *Content {
	c := New(raw, values)
	if c == nil || !json.Valid(raw) {
		return c
	}
	c.JSON, c.Text, c.Base64 = raw, nil, nil
	if !values {
		c.JSON = Mask(raw)
	}
	return c
}

// Line returns the content on one line.
func (c *Content) Line() string {
	switch {
	case c == nil:
		return "none"
	case c.Text != nil:
		return console.Visible(*c.Text)
	case c.Base64 != nil:
		return strconv.Quote(string(c.raw))
	default:
		return fmt.Sprintf("%d bytes (--values shows them)", c.Bytes)
	}
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
		return fmt.Sprintf("%d bytes, not JSON\n\n%s", c.Bytes, hex.Dump(c.raw))
	default:
		return fmt.Sprintf("%d bytes, not JSON (--values shows them)", c.Bytes)
	}
}

// escapeControls escapes the control characters beyond ASCII. JSON allows them, but they
// can control a terminal.
func escapeControls(document string) string {
	var text []byte
	for _, r := range document {
		if r != '\n' && r != ' ' && console.Unprintable(r) {
			text = fmt.Appendf(text, `\u%04X`, min(r, 0xFFFD))
			continue
		}
		text = utf8.AppendRune(text, r)
	}
	return string(text)
}
