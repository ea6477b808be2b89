package connectjson

import (
	"strings"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/internal/primitive"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// formatJSON is the key format that is Connect JSON, or JSON without a schema.
const formatJSON = "json"

// keys decodes record keys.
type keys struct {
	json   *Decoder
	format string            // "" if it is not known
	single *primitive.Format // nil for JSON
}

func newKeys(format string, values Options) *keys {
	// A key names a row, so it is always read as in strict.
	json, _ := NewDecoder(Options{CacheSize: values.CacheSize, KeepNull: values.KeepNull, ConnectOnly: values.ConnectOnly}) // no error without SchemaContent
	return &keys{json, format, primitive.Find(format)}
}

// decode returns the decoded form of a record key, nil for a key that has none: a null
// key, and without a format a key that is no envelope.
func (k *keys) decode(key []byte) *record.KeyValue {
	switch {
	case key == nil:
		return nil
	case k.single != nil:
		value, its, err := k.single.Decode(key)
		if err != nil {
			return &record.KeyValue{Refusal: refusal.New(refusal.TypeMismatch, err.Error()).At(record.Key)}
		}
		return &record.KeyValue{Value: value, Schema: its}
	}
	return k.json.decodeKey(key, k.format == formatJSON)
}

// decodeKey decodes a record key that is an envelope, as Kafka Connect's JsonConverter
// writes it, and with plain also any other JSON. Without plain it returns nil for any
// other key: text, or JSON without a schema. The path of a refusal is the member of the
// key, or [record.Key] for the whole key.
func (d *Decoder) decodeKey(key []byte, plain bool) *record.KeyValue {
	if !plain && !beginsAsJSON(key) { // most keys are text
		return nil
	}
	s := d.scratch.Get().(*scratch)
	defer d.release(s)
	r := s.scan(key)
	if r == nil && s.isEnvelope() {
		value, its, r := d.envelope(s)
		return keyValue(value, its, r)
	}
	if !plain {
		return nil
	}
	if s.known != nil { // the scanner has skipped a member of a key that is no envelope
		skip := s.skip
		s.skip = nil
		r = s.scan(key)
		s.skip = skip
	}
	if r != nil {
		return keyValue(nil, nil, r)
	}
	value, r := s.Payload(nil, 0)
	return keyValue(value, nil, r.At(memberPayload))
}

func keyValue(value any, its *schema.Schema, r *record.Refusal) *record.KeyValue {
	if r == nil {
		return &record.KeyValue{Value: value, Schema: its}
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
	return &record.KeyValue{Refusal: r}
}

// isEnvelope says whether the document is an object of exactly schema and payload.
func (s *scratch) isEnvelope() bool {
	if s.Kind(0) != jackson.Object {
		return false
	}
	_, node := s.Member(0, memberSchema)
	_, payload := s.Member(0, memberPayload)
	// A member that stands twice makes no other envelope, but is refused in it.
	return node != jackson.Missing && payload != jackson.Missing && (s.Count(0) == 2 || len(s.Members(0)) == 2)
}
