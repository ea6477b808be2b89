package connectjson

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Options are what a Decoder needs to know.
type Options struct {
	// Compat answers as the reference converter does, instead of refusing what that reads wrongly in silence.
	Compat bool
	// Schemaless reads plain JSON: no envelope, no schema.
	Schemaless bool
	// SchemaContent is the JSON of one schema for all messages, which are then bare payloads; nil if messages carry their own.
	SchemaContent []byte
	// RefuseUnknown refuses a struct's members that its schema lacks, instead of counting them.
	RefuseUnknown bool
	// CacheSize is the greatest number of distinct schemas to remember, at least 1.
	CacheSize int
	// Describe, unless nil, is called once for each distinct schema; its answer becomes Schema.Description.
	Describe func(*Schema) any
}

// Record is a decoded message. Value is map[string]any for a struct, see doc.go for the rest; Schema is nil where there is
// none; Unknown counts the members that were ignored because the schema lacks them.
type Record struct {
	Value   any
	Schema  *Schema
	Unknown int
}

// Decoder turns messages into records. It is safe for concurrent use.
type Decoder struct {
	opts    Options
	fixed   *Schema // of SchemaContent
	schemas cache
	scratch sync.Pool
}

// NewDecoder fails when SchemaContent is not a schema.
func NewDecoder(opts Options) (*Decoder, error) {
	d := &Decoder{opts: opts}
	d.schemas.size = max(opts.CacheSize, 1)
	d.schemas.byRaw = map[string]*Schema{}
	d.scratch.New = func() any { return new(conversion) }
	if opts.SchemaContent != nil {
		c := new(conversion)
		r := d.scan(c, opts.SchemaContent)
		if r == nil {
			d.fixed, r = d.parse(c, 0)
		}
		if r != nil {
			return nil, fmt.Errorf("parsing schema: %w", r)
		}
	}
	return d, nil
}

// Decode decodes one message. The error is a *record.Refusal. No bytes, as of a Kafka tombstone, are a null without a schema.
// The record does not refer to b.
func (d *Decoder) Decode(b []byte) (Record, error) {
	rec, r := d.decodeRecord(b)
	if r != nil {
		return Record{}, r
	}
	return rec, nil
}

func (d *Decoder) decodeRecord(b []byte) (Record, *record.Refusal) {
	if len(b) == 0 {
		return Record{}, nil
	}
	c := d.scratch.Get().(*conversion)
	c.unknown = 0
	v, s, r := d.decode(c, b)
	rec := Record{Value: v, Schema: s, Unknown: c.unknown}
	c.buf, c.text, c.schemas, c.known = nil, "", nil, nil
	if cap(c.nodes) <= keptNodes && cap(c.slots) <= keptNodes {
		d.scratch.Put(c)
	}
	if r != nil {
		return Record{}, r
	}
	return rec, nil
}

func (d *Decoder) scan(c *conversion, b []byte) *record.Refusal {
	c.strict, c.refuseUnknown = !d.opts.Compat, d.opts.RefuseUnknown
	if len(b) > maxDocument {
		return refuse(BadJSON, "a document longer than a gigabyte").At("value")
	}
	var r *record.Refusal
	if c.buf, c.wide, r = decodeBytes(b, c.strict); r != nil {
		return r
	}
	return c.document()
}

func (d *Decoder) decode(c *conversion, b []byte) (any, *Schema, *record.Refusal) {
	if envelope := !d.opts.Schemaless && d.fixed == nil; envelope {
		c.schemas = &d.schemas
	}
	if r := d.scan(c, b); r != nil {
		return nil, nil, explain(r, b, c.strict)
	}
	switch {
	case d.opts.Schemaless:
		return c.payload(nil, 0, "value")
	case d.fixed != nil:
		return c.payload(d.fixed, 0, "value")
	}
	return d.envelope(c)
}

// payload converts node n by a schema that may be nil.
func (c *conversion) payload(s *Schema, n int32, path string) (any, *Schema, *record.Refusal) {
	c.begin(n, s)
	var v any
	var r *record.Refusal
	if s == nil {
		v, r = c.schemaless(n)
	} else {
		v, r = c.value(s, n, false)
	}
	if r != nil {
		return nil, nil, r.At(path)
	}
	return v, s, nil
}

// schema finds or parses the schema at node n.
func (d *Decoder) schema(c *conversion, n int32) (*Schema, *record.Refusal) {
	raw := c.buf[c.nodes[n].start:c.nodes[n].end]
	object := c.nodes[n].kind == kindObject
	if object {
		if s := d.schemas.get(raw); s != nil {
			return s, nil
		}
	}
	s, r := d.parse(c, n)
	if r != nil {
		return nil, r
	}
	if !c.wide { // transcoded bytes may be none that UTF-8 has
		s.raw = bytes.Clone(raw)
		d.schemas.put(s)
	}
	return s, nil
}

func (d *Decoder) parse(c *conversion, n int32) (*Schema, *record.Refusal) {
	c.begin(noRoot, nil)
	c.refuseUnknown = false // members of a default that its struct lacks are nobody's data
	s, r := c.parseSchema(n)
	c.refuseUnknown, c.unknown = d.opts.RefuseUnknown, 0
	if r != nil {
		return nil, r.At(memberSchema)
	}
	if d.opts.Describe != nil {
		s.Description = d.opts.Describe(s)
	}
	return s, nil
}
