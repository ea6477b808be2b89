package connectjson

import (
	"fmt"
	"sync"

	"github.com/order-sink/order-sink/plugins/connectjson/convert"
	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/connectjson/schema"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Options are what a Decoder needs to know.
type Options struct {
	// Compat answers as the reference converter does. Without it the decoder refuses a
	// message that the reference reads wrongly without an error.
	Compat bool
	// Schemaless reads plain JSON: no envelope, no schema.
	Schemaless bool
	// SchemaContent is the JSON of one schema for all messages, which are then bare
	// payloads. It is nil if messages carry their own schema.
	SchemaContent []byte
	// RefuseUnknown refuses the members of a struct that its schema lacks, instead of
	// counting them.
	RefuseUnknown bool
	// CacheSize is the greatest number of distinct schemas to remember, at least 1.
	CacheSize int
	// Describe, unless nil, is called once for each distinct schema; its answer becomes
	// Schema.Description.
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
	fixed   *schema.Schema // of SchemaContent
	schemas *schema.Cache
	scratch sync.Pool // of *scratch
}

// scratch is what the decoder reuses from message to message.
type scratch struct {
	convert.Converter
	schemas *schema.Cache
	known   *schema.Schema // of the schema that the scanner skipped
	skip    jackson.Skip   // skipKnown; a new method value would be an allocation
}

// NewDecoder fails when SchemaContent is not a schema.
func NewDecoder(opts Options) (*Decoder, error) {
	d := &Decoder{opts: opts, schemas: schema.NewCache(opts.CacheSize)}
	d.scratch.New = func() any {
		s := &scratch{schemas: d.schemas}
		s.Strict, s.RefuseUnknown = !opts.Compat, opts.RefuseUnknown
		s.skip = s.skipKnown
		return s
	}
	if opts.SchemaContent != nil {
		s := d.scratch.New().(*scratch)
		r := s.scan(opts.SchemaContent, nil)
		if r == nil {
			d.fixed, r = d.parse(s, 0)
		}
		if r != nil {
			return nil, fmt.Errorf("parsing schema: %w", r)
		}
	}
	return d, nil
}

// Decode decodes one message. The error is a *record.Refusal. No bytes, as of a Kafka
// tombstone, are a null without a schema. The record does not refer to b.
func (d *Decoder) Decode(b []byte) (Record, error) {
	rec, r := d.decodeRecord(b)
	if r != nil {
		return Record{}, r
	}
	return rec, nil
}

func (d *Decoder) decodeRecord(b []byte) (rec Record, r *record.Refusal) {
	if len(b) == 0 {
		return Record{}, nil
	}
	s := d.scratch.Get().(*scratch)
	defer d.release(s)
	if rec.Value, rec.Schema, r = d.decode(s, b); r != nil {
		return Record{}, r
	}
	rec.Unknown = s.Unknown
	return rec, nil
}

func (d *Decoder) release(s *scratch) {
	s.Release()
	s.known, s.Unknown = nil, 0
	d.scratch.Put(s)
}

func (d *Decoder) decode(s *scratch, b []byte) (any, *schema.Schema, *record.Refusal) {
	bare := d.opts.Schemaless || d.fixed != nil
	skip := s.skip
	if bare {
		skip = nil
	}
	if r := s.scan(b, skip); r != nil {
		explain(r, b, s.Strict)
		return nil, nil, r
	}
	if !bare {
		return d.envelope(s)
	}
	known := d.fixed
	if d.opts.Schemaless {
		known = nil
	}
	v, r := s.Payload(known, 0)
	if r != nil {
		return nil, nil, r.At("value")
	}
	return v, known, nil
}

func (s *scratch) scan(b []byte, skip jackson.Skip) *record.Refusal {
	if err := s.Scan(b, s.Strict, skip); err != nil {
		return refusal.New(refusal.BadJSON, err.Error()).At("value")
	}
	return nil
}

// skipKnown recognises a recent schema where the schema of the envelope stands.
func (s *scratch) skipKnown(name, rest []byte) int {
	if string(name) != memberSchema {
		return 0
	}
	known, length := s.schemas.Prefix(rest)
	if known != nil {
		s.known = known
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
	if r != nil {
		return nil, r
	}
	if !s.Transcoded() { // the bytes of another encoding may be no valid UTF-8
		d.schemas.Put(s.Bytes(n), parsed)
	}
	return parsed, nil
}

func (d *Decoder) parse(s *scratch, n jackson.Node) (*schema.Schema, *record.Refusal) {
	parsed, r := s.Schema(n)
	if r != nil {
		return nil, r.At(memberSchema)
	}
	if d.opts.Describe != nil {
		parsed.Description = d.opts.Describe(parsed)
	}
	return parsed, nil
}
