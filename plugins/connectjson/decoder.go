package connectjson

import (
	"cmp"
	"fmt"
	"sync"

	"github.com/order-sink/order-sink/plugins/connectjson/convert"
	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/schemajson"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const (
	memberSchema  = "schema"
	memberPayload = "payload"
)

// Options are the settings of a Decoder.
type Options struct {
	Compat     bool // answers as the reference converter does; see doc.go
	Schemaless bool // reads plain JSON: no envelope, no schema
	// SchemaContent is the JSON of one schema for all messages, which are then bare
	// payloads. It is nil if messages carry their own schema.
	SchemaContent []byte
	RefuseUnknown bool // refuses the members of a struct that its schema lacks
	KeepNull      bool // a null field is null although its schema has a default
	ConnectOnly   bool // a type of Debezium is what its base type says
	Exclude       schema.Exclusion
	CacheSize     int // the greatest number of distinct schemas to remember, at least 1
	// Describe, unless nil, is called once for each distinct schema; its answer becomes
	// Schema.Common.
	Describe func(*schema.Schema) any
}

// Record is a decoded message. Value is a map[string]any for a struct; doc.go has the
// other types. Schema is nil if there is none. Unknown counts the members that the
// decoder ignored because the schema lacks them.
type Record struct {
	Value   any
	Schema  *schema.Schema
	Unknown int
}

// Decoder turns messages into records. It is safe for concurrent use.
type Decoder struct {
	opts    Options
	bare    bool           // messages are no envelopes
	fixed   *schema.Schema // of SchemaContent
	schemas *schemajson.Cache
	scratch sync.Pool // of *scratch
}

// scratch is the memory that the decoder reuses from message to message.
type scratch struct {
	convert.Converter
	schemas *schemajson.Cache
	known   *schema.Schema // of the schema that the scanner skipped
	skip    jackson.Skip   // skipKnown for envelopes; a new method value would be an allocation
}

// NewDecoder fails when SchemaContent is not a schema.
func NewDecoder(opts Options) (*Decoder, error) {
	d := &Decoder{opts: opts, schemas: schemajson.NewCache(opts.CacheSize)}
	d.bare = opts.Schemaless || opts.SchemaContent != nil
	d.scratch.New = func() any {
		s := &scratch{schemas: d.schemas}
		s.Strict, s.RefuseUnknown, s.KeepNull, s.ConnectOnly = !opts.Compat, opts.RefuseUnknown, opts.KeepNull, opts.ConnectOnly
		if !d.bare {
			s.skip = s.skipKnown
		}
		return s
	}
	if opts.SchemaContent != nil && !opts.Schemaless {
		s := d.scratch.New().(*scratch)
		r := s.scan(opts.SchemaContent)
		if r == nil {
			d.fixed, r = d.parse(s, 0)
		}
		if r != nil {
			return nil, fmt.Errorf("parsing schema: %w", r)
		}
	}
	return d, nil
}

// decode decodes one message. No bytes, as of a Kafka tombstone, are a null without a
// schema. The record does not refer to b.
func (d *Decoder) decode(b []byte) (rec Record, r *record.Refusal) {
	if len(b) == 0 {
		return Record{}, nil
	}
	s := d.scratch.Get().(*scratch)
	defer d.release(s)
	if r = s.scan(b); r != nil {
		r.Detail = cmp.Or(foreign(b, s.Strict), r.Detail)
		return Record{}, r
	}
	if d.bare {
		rec.Schema = d.fixed
		rec.Value, r = s.Payload(d.fixed, 0)
		r = r.At("value")
	} else {
		rec.Value, rec.Schema, r = d.envelope(s)
	}
	if rec.Schema == nil {
		d.opts.Exclude.FromValue(rec.Value)
	}
	rec.Unknown = s.Unknown
	return rec, r
}

func (d *Decoder) release(s *scratch) {
	s.Release()
	s.known, s.Unknown = nil, 0
	d.scratch.Put(s)
}

func (s *scratch) scan(b []byte) *record.Refusal {
	if err := s.Scan(b, s.Strict, s.skip); err != nil {
		return refusal.New(refusal.BadJSON, err.Error()).At("value")
	}
	return nil
}

// skipKnown recognises a recent schema where the schema of the envelope stands.
func (s *scratch) skipKnown(name, rest []byte) (length int) {
	if string(name) == memberSchema {
		s.known, length = s.schemas.Prefix(rest)
	}
	return length
}

// schema finds or parses the schema of node n.
func (d *Decoder) schema(s *scratch, n jackson.Node) (*schema.Schema, *record.Refusal) {
	if s.Kind(n) == jackson.Object {
		if known := d.schemas.Get(s.Bytes(n)); known != nil {
			return known, nil
		}
	}
	parsed, r := d.parse(s, n)
	if r == nil && !s.Transcoded() { // the bytes of another encoding may be no valid UTF-8
		d.schemas.Put(s.Bytes(n), parsed)
	}
	return parsed, r
}

func (d *Decoder) parse(s *scratch, n jackson.Node) (*schema.Schema, *record.Refusal) {
	parsed, r := s.Schema(n)
	if r == nil {
		d.opts.Exclude.FromSchema(parsed)
	}
	if r == nil && d.opts.Describe != nil {
		parsed.Common = d.opts.Describe(parsed)
	}
	return parsed, r.At(memberSchema)
}

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
	got := "other members too"
	switch {
	case node == 0 && payload == 0:
		got = "neither"
	case node == 0:
		got = "no schema"
	case payload == 0:
		got = "no payload"
	case !others:
		return node, payload, nil
	}
	return 0, 0, refusal.New(refusal.BadEnvelope, "expected schema and payload, got "+got)
}
