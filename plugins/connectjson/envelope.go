package connectjson

import "github.com/order-sink/order-sink/plugins/internal/record"

// envelope takes an object of exactly the members schema and payload apart, in either order.
func (d *Decoder) envelope(c *conversion) (any, *Schema, *record.Refusal) {
	schema, payload, r := c.envelopeMembers()
	if r != nil {
		return nil, nil, r.At("value")
	}
	var s *Schema
	switch c.nodes[schema].kind {
	case kindNull:
	case kindSchema:
		s = c.known
	default:
		if s, r = d.schema(c, schema); r != nil {
			return nil, nil, r
		}
	}
	return c.payload(s, payload, memberPayload)
}

func (c *conversion) envelopeMembers() (schema, payload int32, r *record.Refusal) {
	root := &c.nodes[0]
	if root.kind != kindObject {
		return 0, 0, refuse(BadEnvelope, "expected an object of schema and payload, got "+root.kind.String())
	}
	others := false
	for i := int32(1); i < root.next; i = c.nodes[i+1].next {
		at := &payload
		switch {
		case c.isName(i, memberPayload):
		case c.isName(i, memberSchema):
			at = &schema
		default:
			others = true
			continue
		}
		if *at != 0 && c.strict {
			return 0, 0, refuse(BadEnvelope, "a member stands twice")
		}
		*at = i + 1
	}
	switch {
	case schema == 0 && payload == 0:
		return 0, 0, refuse(BadEnvelope, "expected schema and payload, got neither")
	case schema == 0:
		return 0, 0, refuse(BadEnvelope, "expected schema and payload, got no schema")
	case payload == 0:
		return 0, 0, refuse(BadEnvelope, "expected schema and payload, got no payload")
	case others:
		return 0, 0, refuse(BadEnvelope, "expected schema and payload, got other members too")
	}
	return schema, payload, nil
}
