package connectjson

import "github.com/order-sink/order-sink/plugins/internal/record"

// structure converts an object by a struct's schema. The order of the members does not matter, but usually it is the
// order of the fields, so that a name is looked for there first.
func (c *conversion) structure(s *Schema, n int32) (any, *record.Refusal) {
	object := &c.nodes[n]
	if object.kind != kindObject {
		return nil, mismatch(s, object.kind)
	}
	if r := c.spend(len(s.Fields)); r != nil {
		return nil, r
	}
	base := len(c.slots)
	for range s.Fields {
		c.slots = append(c.slots, 0)
	}
	slots := c.slots[base:]
	guess := 0
	for i, end := n+1, object.next; i < end; i = c.nodes[i+1].next {
		f := c.field(s, i, guess)
		if f < 0 {
			c.unknown++
			if c.refuseUnknown {
				return nil, refuse(UnknownField, "the schema has no such field").At(pathName(c.name(i)))
			}
			continue
		}
		if slots[f] != 0 && c.strict {
			return nil, refuse(BadJSON, "the member stands twice").At(pathName(s.Fields[f].Name))
		}
		slots[f] = i + 1
		guess = f + 1
	}
	out := make(map[string]any, len(s.Fields))
	for f := range s.Fields {
		field := &s.Fields[f]
		var v any
		var r *record.Refusal
		if at := c.slots[base+f]; at == 0 {
			v, r = c.absent(field.Schema, MissingField)
		} else {
			v, r = c.value(field.Schema, at, true)
		}
		if r != nil {
			return nil, r.At(pathName(field.Name))
		}
		out[field.Name] = v
	}
	c.slots = c.slots[:base]
	return out, nil
}

// field is the index of the field that a name node names, -1 if there is none.
func (c *conversion) field(s *Schema, n int32, guess int) int {
	node := &c.nodes[n]
	if !node.plain {
		if f, ok := s.index[c.name(n)]; ok {
			return f
		}
		return -1
	}
	name := c.buf[node.start:node.end]
	if guess < len(s.Fields) && string(name) == s.Fields[guess].Name {
		return guess
	}
	if f, ok := s.index[string(name)]; ok {
		return f
	}
	return -1
}

// array converts the elements of an array. To the reference an object's values are elements too, and anything else has
// none.
func (c *conversion) array(s *Schema, n int32, within bool) (any, *record.Refusal) {
	node := &c.nodes[n]
	if node.kind != kindArray {
		if c.strict {
			return nil, mismatch(s, node.kind)
		}
		if node.kind == kindObject {
			return c.objectValues(s, n, within)
		}
		return []any{}, nil
	}
	out := make([]any, 0, node.count)
	for i, end := n+1, node.next; i < end; i = c.nodes[i].next {
		v, r := c.value(s.Items, i, within)
		if r != nil {
			return nil, r.At(element(len(out)))
		}
		out = append(out, v)
	}
	return out, nil
}

func (c *conversion) objectValues(s *Schema, n int32, within bool) (any, *record.Refusal) {
	out := []any{}
	for _, m := range c.members(n) {
		v, r := c.value(s.Items, m.value, within)
		if r != nil {
			return nil, r.At(element(len(out)))
		}
		out = append(out, v)
	}
	return out, nil
}

// mapping converts a map: an object where the keys are strings, else an array of pairs.
func (c *conversion) mapping(s *Schema, n int32, within bool) (any, *record.Refusal) {
	if s.Keys.Type != String {
		return c.pairs(s, n, within)
	}
	node := &c.nodes[n]
	if node.kind != kindObject {
		return nil, refuse(TypeMismatch, "expected an object for a map, got "+node.kind.String())
	}
	members := c.members(n)
	if c.strict && len(members) < int(node.count) {
		return nil, refuse(BadJSON, "a key stands twice")
	}
	if within && s.Keys.Logical.connect() && len(members) > 0 { // Java finds text where it expects the logical type
		return nil, refuse(BadSchema, "a map's key cannot be text of this logical type")
	}
	out := make(map[string]any, len(members))
	for i, m := range members {
		v, r := c.value(s.Items, m.value, within)
		if r != nil {
			return nil, r.At(element(i)) // a map's key is data
		}
		out[m.name] = v
	}
	return out, nil
}

// pairs converts a map of keys that are not strings into a list of [key, value]. Equal keys are one, in the place of the
// first, with the value of the last; Java checks only the values that remain.
func (c *conversion) pairs(s *Schema, n int32, within bool) (any, *record.Refusal) {
	node := &c.nodes[n]
	if node.kind != kindArray {
		return nil, refuse(TypeMismatch, "expected an array of pairs for a map, got "+node.kind.String())
	}
	out := make([]any, 0, node.count)
	place := make([]int, 0, node.count) // of each entry in out
	last := make([]int, 0, node.count)  // of each pair in out, the entry its value comes from
	seen := make(map[string]int, node.count)
	for i, end := n+1, node.next; i < end; i = c.nodes[i].next {
		entry := len(place)
		key, r := c.key(s, i, within)
		if r != nil {
			return nil, r.At(element(entry))
		}
		id := identity(nil, s.Keys, key, entry)
		at, twice := seen[string(id)]
		if twice && c.strict {
			return nil, refuse(BadJSON, "a key stands twice").At(element(entry))
		}
		if !twice {
			at = len(out)
			seen[string(id)] = at
			out, last = append(out, []any{key, nil}), append(last, entry)
		}
		last[at] = entry
		place = append(place, at)
	}
	for i, entry := n+1, 0; entry < len(place); i, entry = c.nodes[i].next, entry+1 {
		at := place[entry]
		v, r := c.value(s.Items, c.nodes[i+1].next, within && last[at] == entry)
		if r != nil {
			return nil, r.At("[1]").At(element(entry))
		}
		out[at].([]any)[1] = v
	}
	return out, nil
}

// key is the key of the pair at node n.
func (c *conversion) key(s *Schema, n int32, within bool) (any, *record.Refusal) {
	pair := &c.nodes[n]
	if pair.kind != kindArray {
		return nil, refuse(TypeMismatch, "expected a pair, got "+pair.kind.String())
	}
	if pair.count != 2 {
		return nil, refuse(TypeMismatch, "expected a pair, got an array of another length")
	}
	key, r := c.value(s.Keys, n+1, within)
	if r != nil {
		return nil, r.At("[0]")
	}
	return key, nil
}
