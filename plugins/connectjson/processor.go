package connectjson

import (
	"context"
	"fmt"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/commonschema"
	"github.com/order-sink/order-sink/plugins/internal/primitive"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
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
	single  *primitive.Format // of values that are not JSON
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
		conf.options.Describe = commonschema.Describe
	}
	decoder, err := NewDecoder(conf.options)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", fieldSchemaContent, err)
	}
	single := primitive.Find(conf.valueFormat)
	if single != nil {
		single = single.Describe(commonschema.Describe)
	}
	return &processor{
		config:  conf,
		decoder: decoder,
		single:  single,
		keys:    newKeys(conf.keyFormat, conf.options),
		unknown: resources.Metrics().NewCounter("connect_json_decode_unknown_fields_total"),
		refused: resources.Metrics().NewCounter("connect_json_decode_refused_total", "code"),
	}, nil
}

func (p *processor) ProcessBatch(_ context.Context, batch service.MessageBatch) ([]service.MessageBatch, error) {
	unknown := 0
	var originals []record.Received // of all messages, since one allocation is cheaper than many
	if p.storeOriginal != "" {
		originals = make([]record.Received, len(batch))
	}
	for i, msg := range batch {
		if msg.GetError() != nil {
			continue
		}
		n, r := p.process(msg, originals[min(i, len(originals)):])
		if r != nil { // the only place that refuses a message: every refusal counts
			if r.Stage != record.DecodeKey {
				r.Stage = record.Decode
			}
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

// process decodes a message. It returns the number of members that the schema lacks, or
// why the message cannot be decoded. The original goes to the first of kept, if there is
// one.
func (p *processor) process(msg *service.Message, kept []record.Received) (unknown int, _ *record.Refusal) {
	if p.valueFormat == primitive.None {
		return 0, p.storeKey(msg)
	}
	raw, ok := record.BytesOf(msg)
	if !ok {
		if p.storeOriginal != "" { // a producer's header of that name is not the bytes
			msg.MetaDelete(p.storeOriginal)
		}
		return 0, refusal.New(refusal.BadJSON, "expected bytes, got content that has none").At("value")
	}
	if len(kept) > 0 {
		// A refused message has the metadata, too. Its value is then always the bytes,
		// never a producer's header of that name.
		kept[0] = raw
		msg.MetaSetImmut(p.storeOriginal, &kept[0])
	}
	rec, r := p.decode(msg, raw)
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

// decode decodes the value of a message.
func (p *processor) decode(msg *service.Message, raw []byte) (Record, *record.Refusal) {
	if p.single == nil {
		return p.decoder.decode(raw)
	}
	if len(raw) == 0 && record.IsNull(msg) {
		return Record{}, nil
	}
	value, its, err := p.single.Decode(append([]byte{}, raw...)) // the original keeps its bytes
	if err != nil {
		return Record{}, refusal.New(refusal.TypeMismatch, err.Error()).At("value")
	}
	return Record{Value: value, Schema: its}, nil
}

// storeKey keeps the decoded form of the record key with the key. An output takes it from
// there. A key that cannot be decoded refuses the message if the format of keys is known.
// Otherwise it fails no tombstone here, since not every output needs the key.
func (p *processor) storeKey(msg *service.Message) *record.Refusal {
	received, _ := msg.MetaGetMut(record.Key)
	raw := record.ReceivedBytes(received)
	key := p.keys.decode(raw)
	switch {
	case raw == nil:
	case key == nil: // also for this decoder, if another one has decoded it
		msg.MetaSetMut(record.Key, received)
	case key.Refusal != nil && p.keyFormat != "":
		key.Refusal.Stage = record.DecodeKey
		if key.Refusal.Path != record.Key {
			return key.Refusal.At(record.Key)
		}
		return key.Refusal
	default:
		if key.Refusal != nil {
			key.Refusal.Stage = record.DecodeKey
		}
		key.Received = received
		msg.MetaSetImmut(record.Key, key)
	}
	return nil
}

func (p *processor) Close(context.Context) error { return nil }
