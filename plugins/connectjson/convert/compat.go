package convert

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// This file has the behaviour of the reference converter beyond strict. In compat the
// accessors of Jackson convert a value that is not of its type, and Java checks the result
// in some places only: a value of a struct, a part of such a value and a default.
// Converter.checked says that the value under conversion is in such a place.

func (c *Converter) defaultValue(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	c.checked = true
	return c.value(s, n)
}

// noText is null, as Jackson's textValue and binaryValue return for a value that is no
// string. Java refuses the null where it checks the value.
func (c *Converter) noText(s *schema.Schema, k jackson.Kind) (any, *record.Refusal) {
	if c.Strict || c.checked && !s.Optional {
		return nil, mismatch(s, k)
	}
	return nil, nil
}

// javaCast refuses a logical type on a container: Java casts the date or the decimal to
// the container where it checks the value.
func (c *Converter) javaCast(s *schema.Schema) *record.Refusal {
	if c.checked && s.IsConnect && s.Type >= schema.Array {
		return refusal.New(refusal.BadSchema, "a logical type cannot stand on "+s.Type.String())
	}
	return nil
}

// javaKeys refuses a map with keys that are text of a logical type: where Java checks the
// map, it finds text in place of that type's values.
func (c *Converter) javaKeys(s *schema.Schema, members int) *record.Refusal {
	if c.checked && s.Keys.IsConnect && members > 0 {
		return refusal.New(refusal.BadSchema, "a map's key cannot be text of this logical type")
	}
	return nil
}

// javaArray is an array from another value: to the reference the values of an object are
// elements, and anything else has none.
func (c *Converter) javaArray(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	out := []any{}
	switch k := c.Kind(n); {
	case c.Strict:
		return nil, mismatch(s, k)
	case k != jackson.Object:
		return out, nil
	}
	for _, m := range c.Members(n) {
		v, r := c.value(s.Items, m.Value)
		if r != nil {
			return nil, r.At(refusal.Element(len(out)))
		}
		out = append(out, v)
	}
	return out, nil
}

// javaInteger is an integer without the upper bits: it has the low bits of a number, and a
// value that is no number is 0.
func (c *Converter) javaInteger(n jackson.Node, upper uint) int64 {
	if !c.Kind(n).IsNumber() {
		return 0
	}
	return c.number(n).LowBits() << upper >> upper
}

// identity appends a text that is the same for two keys of a map if the keys are equal in
// Java. Java compares numbers and text by value, and structs and lists by their parts. Two
// arrays of bytes are never equal in Java unless they are fields of a struct; serial makes
// them different here.
func identity(b []byte, s *schema.Schema, key any, serial int, field bool) []byte {
	switch v := key.(type) {
	case nil:
		b = append(b, "null"...)
	case bool:
		b = strconv.AppendBool(b, v)
	case int64:
		b = strconv.AppendInt(b, v, 10)
	case float64:
		b = strconv.AppendUint(b, math.Float64bits(v), 16)
	case time.Time:
		b = v.AppendFormat(b, time.RFC3339Nano)
	case string:
		b = strconv.AppendQuote(b, v)
	case []byte:
		if field {
			b = strconv.AppendQuote(b, string(v))
		} else {
			b = strconv.AppendInt(append(b, '#'), int64(serial), 10)
		}
	case map[string]any:
		if s.Type != schema.Struct {
			return entriesIdentity(b, s, v, serial)
		}
		for _, f := range s.Fields {
			b = identity(b, f.Schema, v[f.Name], serial, true)
		}
	case []any:
		if s.Type == schema.Map {
			entries := make(map[string]any, len(v))
			for _, e := range v {
				key := identity(nil, s.Keys, e.([]any)[0], serial, false)
				entries[string(key)] = e.([]any)[1]
			}
			return entriesIdentity(b, s, entries, serial)
		}
		b = append(b, '[')
		for _, e := range v {
			b = identity(b, s.Items, e, serial, false)
		}
		b = append(b, ']')
	}
	return append(b, ',')
}

// entriesIdentity is the identity of a map, whose order does not matter.
func entriesIdentity(b []byte, s *schema.Schema, entries map[string]any, serial int) []byte {
	b = append(b, '{')
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		b = identity(append(strconv.AppendQuote(b, name), ':'), s.Items, entries[name], serial, false)
	}
	return append(b, '}', ',')
}
