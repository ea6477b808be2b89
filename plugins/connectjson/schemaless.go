package connectjson

import (
	"encoding/json"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// schemaless converts a value that has no schema. An integer is an int64, as to the reference. The reference makes any other
// number a double; strict keeps the text of a number that is no int64, as the framework does with plain JSON, so that no digit
// is lost (Invariant 5).
func (c *conversion) schemaless(n int32) (any, *record.Refusal) {
	if r := c.spend(1); r != nil {
		return nil, r
	}
	node := &c.nodes[n]
	switch node.kind {
	case kindTrue, kindFalse:
		return node.kind == kindTrue, nil
	case kindInt:
		if !c.strict {
			return wrapped(c.number(n)), nil
		}
		if v, err := exactInt(c.number(n)); err == nil {
			return v, nil
		}
		return json.Number(c.verbatim(n)), nil
	case kindFloat:
		if !c.strict {
			v, _ := floatOf(c.number(n), 64)
			return v, nil
		}
		return json.Number(c.verbatim(n)), nil
	case kindString:
		return c.checkedString(n)
	case kindArray:
		out := make([]any, 0, node.count)
		for i, end := n+1, node.next; i < end; i = c.nodes[i].next {
			v, r := c.schemaless(i)
			if r != nil {
				return nil, r.At(element(len(out)))
			}
			out = append(out, v)
		}
		return out, nil
	case kindObject:
		members := c.members(n)
		if c.strict && len(members) < int(node.count) {
			return nil, refuse(BadJSON, "a member stands twice")
		}
		out := make(map[string]any, len(members))
		for i, m := range members {
			v, r := c.schemaless(m.value)
			if r != nil {
				return nil, r.At(element(i)) // a name that no schema declares may be data
			}
			out[m.name] = v
		}
		return out, nil
	}
	return nil, nil
}
