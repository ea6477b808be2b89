package connectjson

import (
	"context"
	"fmt"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Name is the processor's name in YAML.
const Name = "connect_json_decode"

func init() {
	service.MustRegisterBatchProcessor(Name, spec(), func(p *service.ParsedConfig, mgr *service.Resources) (service.BatchProcessor, error) {
		return newProcessor(p, mgr)
	})
}

type processor struct {
	config
	decoder *Decoder
	unknown *service.MetricCounter
	refused *service.MetricCounter
}

func newProcessor(p *service.ParsedConfig, mgr *service.Resources) (*processor, error) {
	conf, err := parseConfig(p)
	if err != nil {
		return nil, err
	}
	if conf.storeSchema != "" {
		conf.options.Describe = describe
	}
	decoder, err := NewDecoder(conf.options)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", fieldSchemaContent, err)
	}
	return &processor{
		config:  conf,
		decoder: decoder,
		unknown: mgr.Metrics().NewCounter(Name + "_unknown_fields_total"),
		refused: mgr.Metrics().NewCounter(Name+"_refused_total", "code"),
	}, nil
}

// ProcessBatch decodes each message of the batch in its place.
func (p *processor) ProcessBatch(_ context.Context, batch service.MessageBatch) ([]service.MessageBatch, error) {
	unknown := 0
	var originals []original // of all messages in one piece: an allocation each less
	if p.storeOriginal != "" {
		originals = make([]original, len(batch))
	}
	for i, msg := range batch {
		if msg.GetError() != nil {
			continue
		}
		n, r := p.process(msg, originals[min(i, len(originals)):])
		if r != nil { // the only place that refuses a message, so that every refusal counts
			p.refused.Incr(1, r.Code)
			msg.SetError(r)
		}
		unknown += n
	}
	if unknown > 0 {
		p.unknown.Incr(int64(unknown))
	}
	return []service.MessageBatch{batch}, nil
}

// original is a message's bytes as they came, which nobody changes.
type original []byte

// Copy implements service.ImmutableValue, without a copy: whoever gets bytes from metadata must not write into them either.
func (o *original) Copy() any { return []byte(*o) }

// process decodes a message in its place. It returns the number of members that the schema lacks, or why the message cannot be
// decoded. The original, if it is kept, goes to the first of kept.
func (p *processor) process(msg *service.Message, kept []original) (unknown int, _ *record.Refusal) {
	raw, r := bytesOf(msg)
	if r != nil {
		if p.storeOriginal != "" { // a producer's header of that name is not the bytes
			msg.MetaDelete(p.storeOriginal)
		}
		return 0, r
	}
	if len(kept) > 0 {
		// Also of a message that is refused now: what stands under this name
		// is then always the bytes, and never a producer's header of that name.
		kept[0] = raw
		msg.MetaSetImmut(p.storeOriginal, &kept[0])
	}
	rec, r := p.decoder.decodeRecord(raw)
	if r != nil {
		return 0, r
	}
	msg.SetStructuredMut(rec.Value)
	switch {
	case p.storeSchema == "":
	case rec.Schema != nil:
		msg.MetaSetImmut(p.storeSchema, rec.Schema.Description.(service.ImmutableValue))
	default: // a producer's header of that name is no schema
		msg.MetaDelete(p.storeSchema)
	}
	return rec.Unknown, nil
}

// bytesOf gives a message's bytes. Structured content that has no JSON form, such as an infinite number, has none either: the
// framework reports no error then, and the message would pass for a tombstone.
func bytesOf(msg *service.Message) ([]byte, *record.Refusal) {
	raw, err := msg.AsBytes()
	hasNone := err != nil
	if err == nil && len(raw) == 0 {
		v, err := msg.AsStructured() // an error: a tombstone
		hasNone = err == nil && v != nil
	}
	if hasNone {
		return nil, refusal.New(refusal.BadJSON, "expected bytes, got content that has none").At("value")
	}
	return raw, nil
}

// Close has nothing to release.
func (p *processor) Close(context.Context) error { return nil }
