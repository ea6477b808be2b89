package connectjson

import (
	"strings"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/connectjson/schema"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// The members of an envelope.
const (
	memberSchema  = "schema"
	memberPayload = "payload"
)

// envelope decodes an object of exactly the members schema and payload, in either order.
func (d *Decoder) envelope(s *scratch) (any, *schema.Schema, *record.Refusal) {
	node, payload, r := s.envelopeMembers()
	if r != nil {
		return nil, nil, r.At("value")
	}
	var its *schema.Schema
	switch s.Kind(node) {
	case jackson.Null:
	case jackson.Skipped:
		its = s.known
	default:
		if its, r = d.schema(s, node); r != nil {
			return nil, nil, r
		}
	}
	v, r := s.Payload(its, payload)
	return v, its, r.At(memberPayload)
}

func (s *scratch) envelopeMembers() (node, payload jackson.Node, r *record.Refusal) {
	if k := s.Kind(0); k != jackson.Object {
		return 0, 0, refusal.New(refusal.BadEnvelope, "expected an object of schema and payload, got "+k.String())
	}
	others := false
	for n := jackson.Node(1); n < s.Next(0); n = s.Next(n + 1) {
		at := &payload
		switch string(s.Name(n)) {
		case memberPayload:
		case memberSchema:
			at = &node
		default:
			others = true
			continue
		}
		if *at != 0 && s.Strict {
			return 0, 0, refusal.New(refusal.BadEnvelope, "a member stands twice")
		}
		*at = n + 1
	}
	var got string
	switch {
	case node == 0 && payload == 0:
		got = "neither"
	case node == 0:
		got = "no schema"
	case payload == 0:
		got = "no payload"
	case others:
		got = "other members too"
	default:
		return node, payload, nil
	}
	return 0, 0, refusal.New(refusal.BadEnvelope, "expected schema and payload, got "+got)
}

// decodeKey decodes a record key that is an envelope, as Kafka Connect's JsonConverter
// writes it. The path of a refusal is the member of the key, or [record.Key] for the
// whole key. isEnvelope is false for any other key: text, or JSON without a schema.
func (d *Decoder) decodeKey(key []byte) (value any, isEnvelope bool, r *record.Refusal) {
	if !beginsAsJSON(key) { // most keys are text
		return nil, false, nil
	}
	s := d.scratch.Get().(*scratch)
	defer d.release(s)
	if s.scan(key) != nil || !s.isEnvelope() {
		return nil, false, nil
	}
	if value, _, r = d.envelope(s); r == nil {
		return value, true, nil
	}
	member, inPayload := strings.CutPrefix(r.Path, memberPayload+".")
	switch {
	case inPayload:
		r.Path = member
	case strings.HasPrefix(r.Path, memberSchema):
		r.Path, r.Detail = record.Key, r.Path+": "+r.Detail
	default:
		r.Path = record.Key
	}
	return nil, true, r
}

// isEnvelope says whether the document is an object of a schema and a payload only.
func (s *scratch) isEnvelope() bool {
	return s.Kind(0) == jackson.Object && len(s.Members(0)) == 2 &&
		s.Member(0, memberSchema) != 0 && s.Member(0, memberPayload) != 0
}
