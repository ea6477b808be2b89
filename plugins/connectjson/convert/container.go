package convert

import (
	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func (c *Converter) structure(s *schema.Schema, object jackson.Node) (any, *record.Refusal) {
	if k := c.Kind(object); k != jackson.Object {
		return nil, mismatch(s, k)
	}
	if r := c.spend(len(s.Fields)); r != nil {
		return nil, r
	}
	base := len(c.fields)
	c.fields = append(c.fields, make([]jackson.Node, len(s.Fields))...)
	if r := c.findFields(s, object, c.fields[base:]); r != nil {
		return nil, r
	}
	checked := c.checked
	c.checked = true
	out := make(map[string]any, len(s.Fields))
	for f := range s.Fields {
		field := &s.Fields[f]
		var v any
		var r *record.Refusal
		if at := c.fields[base+f]; at == 0 {
			v, r = c.absent(field.Schema, refusal.MissingField)
		} else {
			v, r = c.value(field.Schema, at)
		}
		if r != nil {
			return nil, r.At(refusal.Name(field.Name))
		}
		out[field.Name] = v
	}
	c.fields, c.checked = c.fields[:base], checked
	return out, nil
}

// findFields sets, for each field of the struct, the member that is its value. The order
// of the members does not matter, but usually it is the order of the fields, so
// findFields looks for a name there first.
func (c *Converter) findFields(s *schema.Schema, object jackson.Node, fields []jackson.Node) *record.Refusal {
	next := 0
	for n, end := object+1, c.Next(object); n < end; n = c.Next(n + 1) {
		name := c.Name(n)
		var f int
		var found bool
		if s.Sent != nil {
			f, next, found = sentField(s.Sent, name, next)
		} else {
			f, found = next, next < len(s.Fields) && string(name) == s.Fields[next].Name
			if !found {
				f, found = s.Index[string(name)]
			}
			if found {
				next = f + 1
			}
		}
		switch {
		case !found:
			c.Unknown++
			if c.RefuseUnknown {
				return refusal.New(refusal.UnknownField, "the schema has no such field").At(refusal.Name(string(name)))
			}
		case f == schema.Omitted:
		case c.Strict && fields[f] != 0:
			return refusal.New(refusal.BadJSON, "the member stands twice").At(refusal.Name(s.Fields[f].Name))
		default:
			fields[f] = n + 1
		}
	}
	return nil
}

// sentField returns the index in Schema.Fields of a member, and the index in [schema.Sent]
// of the member that usually follows it.
func sentField(sent *schema.Sent, name []byte, next int) (f, following int, found bool) {
	at := next
	if next >= len(sent.Fields) || string(name) != sent.Fields[next].Name {
		if at, found = sent.Index[string(name)]; !found {
			return 0, next, false
		}
	}
	return sent.Fields[at].At, at + 1, true
}

// array converts an array. items is the schema of its elements, nil if there is none.
func (c *Converter) array(items *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	out := make([]any, 0, c.Count(n))
	for e, end := n+1, c.Next(n); e < end; e = c.Next(e) {
		v, r := c.value(items, e)
		if r != nil {
			return nil, r.At(refusal.Element(len(out)))
		}
		out = append(out, v)
	}
	return out, nil
}

// object converts an object to a map. items is the schema of its values, nil if there is
// none. part is the word for a member in a refusal.
func (c *Converter) object(items *schema.Schema, n jackson.Node, part string) (any, *record.Refusal) {
	members := c.Members(n)
	if c.Strict && len(members) < c.Count(n) {
		return nil, refusal.New(refusal.BadJSON, "a "+part+" stands twice")
	}
	out := make(map[string]any, len(members))
	for i, m := range members {
		v, r := c.value(items, m.Value)
		if r != nil {
			return nil, r.At(refusal.Element(i)) // a name that no schema declares may be data
		}
		out[m.Name] = v
	}
	return out, nil
}

// mapping converts a map: an object if its keys are strings, else an array of pairs.
func (c *Converter) mapping(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	switch k := c.Kind(n); {
	case s.Keys.Type != schema.String && k != jackson.Array:
		return nil, refusal.New(refusal.TypeMismatch, "expected an array of pairs for a map, got "+k.String())
	case s.Keys.Type != schema.String:
		return c.pairs(s, n)
	case k != jackson.Object:
		return nil, refusal.New(refusal.TypeMismatch, "expected an object for a map, got "+k.String())
	}
	if r := c.javaKeys(s, c.Count(n)); r != nil {
		return nil, r
	}
	return c.object(s.Items, n, "key")
}

// pairs converts a map of keys that are not strings into a list of [key, value]. Equal
// keys are one: in the position of the first, with the value of the last.
func (c *Converter) pairs(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	entries := make([]int, 0, c.Count(n)) // of each pair in the array, the index in out
	last := make([]int, 0, c.Count(n))    // of each pair in out, the last pair in the array
	out := make([]any, 0, c.Count(n))
	seen := make(map[string]int, c.Count(n))
	for e, end := n+1, c.Next(n); e < end; e = c.Next(e) {
		pair := len(entries)
		key, r := c.key(s, e)
		if r != nil {
			return nil, r.At(refusal.Element(pair))
		}
		id := identity(nil, s.Keys, key, pair, false)
		at, twice := seen[string(id)]
		if twice && c.Strict {
			return nil, refusal.New(refusal.BadJSON, "a key stands twice").At(refusal.Element(pair))
		}
		if !twice {
			at = len(out)
			seen[string(id)] = at
			out, last = append(out, []any{key, nil}), append(last, pair)
		}
		last[at] = pair
		entries = append(entries, at)
	}
	checked := c.checked
	for e, pair := n+1, 0; pair < len(entries); e, pair = c.Next(e), pair+1 {
		at := entries[pair]
		c.checked = checked && last[at] == pair // Java checks only the values that remain
		v, r := c.value(s.Items, c.Next(e+1))
		if r != nil {
			return nil, r.At("[1]").At(refusal.Element(pair))
		}
		out[at].([]any)[1] = v
	}
	c.checked = checked
	return out, nil
}

func (c *Converter) key(s *schema.Schema, pair jackson.Node) (any, *record.Refusal) {
	if k := c.Kind(pair); k != jackson.Array {
		return nil, refusal.New(refusal.TypeMismatch, "expected a pair, got "+k.String())
	}
	if c.Count(pair) != 2 {
		return nil, refusal.New(refusal.TypeMismatch, "expected a pair, got an array of another length")
	}
	key, r := c.value(s.Keys, pair+1)
	return key, r.At("[0]")
}
