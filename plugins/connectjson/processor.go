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
	service.MustRegisterBatchProcessor(Name, spec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchProcessor, error) {
			return newProcessor(parsed, resources)
		})
}

type processor struct {
	config
	decoder *Decoder
	keys    *keys
	unknown *service.MetricCounter
	refused *service.MetricCounter
}

func newProcessor(parsed *service.ParsedConfig, resources *service.Resources) (*processor, error) {
	conf, err := parseConfig(parsed)
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
		keys:    newKeys(conf.keyFormat, conf.options),
		unknown: resources.Metrics().NewCounter("connect_json_decode_unknown_fields_total"),
		refused: resources.Metrics().NewCounter("connect_json_decode_refused_total", "code"),
	}, nil
}

func (p *processor) ProcessBatch(_ context.Context, batch service.MessageBatch) ([]service.MessageBatch, error) {
	unknown := 0
	var originals []original // of all messages, since one allocation is cheaper than many
	if p.storeOriginal != "" {
		originals = make([]original, len(batch))
	}
	for i, msg := range batch {
		if msg.GetError() != nil {
			continue
		}
		n, r := p.process(msg, originals[min(i, len(originals)):])
		if r != nil { // the only place that refuses a message: every refusal counts
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

// original is the received bytes of a message. Nothing changes them.
type original []byte

// Copy implements service.ImmutableValue without a copy: a reader of metadata must not
// write into its bytes either.
func (o *original) Copy() any { return []byte(*o) }

// process decodes a message. It returns the number of members that the schema lacks, or
// why the message cannot be decoded. The original goes to the first of kept, if there is
// one.
func (p *processor) process(msg *service.Message, kept []original) (unknown int, _ *record.Refusal) {
	raw, r := bytesOf(msg)
	if r != nil {
		if p.storeOriginal != "" { // a producer's header of that name is not the bytes
			msg.MetaDelete(p.storeOriginal)
		}
		return 0, r
	}
	if len(kept) > 0 {
		// A refused message has the metadata, too. Its value is then always the bytes,
		// never a producer's header of that name.
		kept[0] = raw
		msg.MetaSetImmut(p.storeOriginal, &kept[0])
	}
	rec, r := p.decoder.decode(raw)
	if r != nil {
		return 0, r
	}
	if rec.Value == nil || p.keyFormat != "" {
		if r := p.storeKey(msg); r != nil {
			return 0, r
		}
	}
	msg.SetStructuredMut(rec.Value)
	switch {
	case p.storeSchema == "":
	case rec.Schema != nil:
		msg.MetaSetImmut(p.storeSchema, rec.Schema)
	default: // a producer's header of that name is no schema
		msg.MetaDelete(p.storeSchema)
	}
	return rec.Unknown, nil
}

// storeKey keeps the decoded form of the record key with the key. An output takes it from
// there. A key that cannot be decoded refuses the message if the format of keys is known.
// Otherwise it fails no tombstone here, since not every output needs the key.
func (p *processor) storeKey(msg *service.Message) *record.Refusal {
	received, _ := msg.MetaGetMut(record.Key)
	var raw []byte
	switch k := received.(type) {
	case []byte:
		raw = k
	case string:
		raw = []byte(k)
	}
	key := p.keys.decode(raw)
	switch {
	case raw == nil:
	case key == nil: // also for this decoder, if another one has decoded it
		msg.MetaSetMut(record.Key, received)
	case key.Refusal != nil && p.keyFormat != "":
		if key.Refusal.Path != record.Key {
			return key.Refusal.At(record.Key)
		}
		return key.Refusal
	default:
		key.Received = received
		msg.MetaSetImmut(record.Key, key)
	}
	return nil
}

// bytesOf returns the bytes of a message. Structured content that has no JSON form, such
// as an infinite number, has no bytes, for which the framework reports no error. Without
// this check the message would pass for a tombstone.
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

func (p *processor) Close(context.Context) error { return nil }
