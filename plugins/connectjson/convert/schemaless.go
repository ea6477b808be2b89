package convert

import (
	"encoding/json"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// schemaless converts a value that has no schema.
func (c *Converter) schemaless(n jackson.Node) (any, *record.Refusal) {
	if r := c.spend(1); r != nil {
		return nil, r
	}
	switch k := c.Kind(n); k {
	case jackson.True, jackson.False:
		return k == jackson.True, nil
	case jackson.Int, jackson.Float:
		return c.untypedNumber(n), nil
	case jackson.String:
		return c.text(n)
	case jackson.Array:
		return c.untypedArray(n)
	case jackson.Object:
		return c.untypedObject(n)
	}
	return nil, nil
}

// untypedNumber is an int64 for an integer, as in the reference. The reference makes any
// other number a double. strict keeps the text of a number that is no int64, as the
// framework does with plain JSON, so that no digit is lost (Invariant 5).
func (c *Converter) untypedNumber(n jackson.Node) any {
	isInt := c.Kind(n) == jackson.Int
	switch {
	case isInt && !c.Strict:
		return javaLong(c.Bytes(n))
	case !c.Strict:
		v, _ := floatOf(c.Bytes(n), 64)
		return v
	case isInt:
		if v, err := exactInt(c.Bytes(n)); err == nil {
			return v
		}
	}
	return json.Number(c.Text(n))
}

func (c *Converter) untypedArray(n jackson.Node) (any, *record.Refusal) {
	out := make([]any, 0, c.Count(n))
	for e, end := n+1, c.Next(n); e < end; e = c.Next(e) {
		v, r := c.schemaless(e)
		if r != nil {
			return nil, r.At(refusal.Element(len(out)))
		}
		out = append(out, v)
	}
	return out, nil
}

func (c *Converter) untypedObject(n jackson.Node) (any, *record.Refusal) {
	members := c.Members(n)
	if c.Strict && len(members) < c.Count(n) {
		return nil, refusal.New(refusal.BadJSON, "a member stands twice")
	}
	out := make(map[string]any, len(members))
	for i, m := range members {
		v, r := c.schemaless(m.Value)
		if r != nil {
			return nil, r.At(refusal.Element(i)) // a name that no schema declares may be data
		}
		out[m.Name] = v
	}
	return out, nil
}
