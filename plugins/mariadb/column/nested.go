package column

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// AcceptNested is [Column.Accept] for a struct, an array or a map with its schema, which is
// nil if there is none.
func (c *Column) AcceptNested(v any, its *schema.Schema) (any, *record.Refusal) {
	if c.Family != Texts || its == nil {
		return c.Accept(v)
	}
	text, refused := c.jsonText(v, its)
	if refused != nil {
		return nil, refused
	}
	return c.acceptText(text)
}

// jsonText returns a nested value as JSON. The same value has always the same text: an
// upsert would count the row as changed otherwise. A struct has the order of its schema,
// and any other object the order of its names. Numbers have all their digits, those of
// decimals too if the schema says that a text is one. Bytes are base64. A date is
// 2006-01-02, a timestamp 2006-01-02T15:04:05Z with the digits of its fraction.
func (c *Column) jsonText(v any, its *schema.Schema) (string, *record.Refusal) {
	var w jsonWriter
	w.encoder = json.NewEncoder(&w.text)
	w.encoder.SetEscapeHTML(false)
	switch err := w.write(v, its); {
	case errors.Is(err, errText):
		return "", refusal.New(refusal.BadText, c.Name, "the nested value holds text that is not valid UTF-8")
	case err != nil:
		return "", refusal.New(refusal.Type, c.Name, "the nested value has no JSON form")
	}
	return w.text.String(), nil
}

// errText is the error of text that is not valid UTF-8: encoding/json would write U+FFFD
// for it.
var errText = errors.New("the text is not valid UTF-8")

type jsonWriter struct {
	text    bytes.Buffer
	encoder *json.Encoder
}

// write appends a value. A value that is not of its schema, since a mapping has changed it,
// is written as if it had none.
func (w *jsonWriter) write(v any, its *schema.Schema) error {
	switch v := v.(type) {
	case map[string]any:
		return w.object(v, its)
	case []any:
		return w.array(v, its)
	case string:
		isDecimal := its != nil && (its.Logical == schema.Decimal || its.Logical == schema.VariableDecimal)
		if isDecimal && v != "" && w.leaf(json.Number(v)) == nil {
			return nil
		}
	case []byte:
		if v == nil {
			return w.leaf("") // encoding/json would write null
		}
	case time.Time:
		if its != nil && its.Logical == schema.Date {
			return w.leaf(v.Format(time.DateOnly))
		}
	}
	return w.leaf(v)
}

func (w *jsonWriter) leaf(v any) error {
	if text, isText := v.(string); isText && !utf8.ValidString(text) {
		return errText
	}
	if err := w.encoder.Encode(v); err != nil {
		return err
	}
	w.text.Truncate(w.text.Len() - 1) // without the line's end
	return nil
}

// object writes the fields of a struct, then the members that the schema lacks.
func (w *jsonWriter) object(members map[string]any, its *schema.Schema) error {
	names := make([]string, 0, len(members))
	isStruct := its != nil && its.Type == schema.Struct
	if isStruct {
		for i := range its.Fields {
			if _, present := members[its.Fields[i].Name]; present {
				names = append(names, its.Fields[i].Name)
			}
		}
	}
	if len(names) < len(members) {
		others := slices.Sorted(maps.Keys(members))
		if isStruct {
			others = slices.DeleteFunc(others, func(name string) bool { return its.Field(name) != nil })
		}
		names = append(names, others...)
	}
	w.text.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			w.text.WriteByte(',')
		}
		if err := w.leaf(name); err != nil {
			return err
		}
		w.text.WriteByte(':')
		of := its.Field(name)
		if its != nil && its.Type == schema.Map {
			of = its.Items
		}
		if err := w.write(members[name], of); err != nil {
			return err
		}
	}
	w.text.WriteByte('}')
	return nil
}

// array writes the elements of an array, or the pairs of a map whose keys are not text.
func (w *jsonWriter) array(elements []any, its *schema.Schema) error {
	w.text.WriteByte('[')
	for i, element := range elements {
		if i > 0 {
			w.text.WriteByte(',')
		}
		pair, isPair := element.([]any)
		if isPair && len(pair) == 2 && its != nil && its.Type == schema.Map {
			if err := w.pair(pair, its); err != nil {
				return err
			}
			continue
		}
		var of *schema.Schema
		if its != nil && its.Type == schema.Array {
			of = its.Items
		}
		if err := w.write(element, of); err != nil {
			return err
		}
	}
	w.text.WriteByte(']')
	return nil
}

func (w *jsonWriter) pair(pair []any, its *schema.Schema) error {
	w.text.WriteByte('[')
	if err := w.write(pair[0], its.Keys); err != nil {
		return err
	}
	w.text.WriteByte(',')
	if err := w.write(pair[1], its.Items); err != nil {
		return err
	}
	w.text.WriteByte(']')
	return nil
}
