package connectjson

import (
	"strings"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// decodeKey decodes a record key that is an envelope, as Kafka Connect's JsonConverter
// writes it. The path of a refusal is the member of the key, or [record.Key] for the
// whole key. isEnvelope is false for any other key: text, or JSON without a schema.
func (d *Decoder) decodeKey(key []byte) (value any, isEnvelope bool, r *record.Refusal) {
	if !beginsAsJSON(key) { // most keys are text
		return nil, false, nil
	}
	s := d.scratch.Get().(*scratch)
	defer d.release(s)
	if s.scan(key, s.skip) != nil || !s.isEnvelope() {
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
