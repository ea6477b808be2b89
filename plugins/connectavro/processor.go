package connectavro

import (
	"context"
	"fmt"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/connectavro/registry"
	"github.com/order-sink/order-sink/plugins/connectavro/wire"
	"github.com/order-sink/order-sink/plugins/internal/commonschema"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Name is the processor's name in YAML.
const Name = "connect_avro_decode"

// longestPause is the longest time between two tries to ask the registry.
const longestPause = 5 * time.Second

func init() {
	service.MustRegisterBatchProcessor(Name, spec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchProcessor, error) {
			return newProcessor(parsed, resources)
		})
}

type processor struct {
	config
	client  *registry.Client
	waits   *waits // of the stream
	state   *retry.State
	values  *decoder // nil if another processor decodes the values
	keys    *decoder // nil if another processor decodes the keys
	refused *service.MetricCounter
}

func newProcessor(parsed *service.ParsedConfig, resources *service.Resources) (*processor, error) {
	conf, err := parseConfig(parsed)
	if err != nil {
		return nil, err
	}
	client, err := registry.NewClient(conf.registry)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", fieldURLs, err)
	}
	metrics, logger := resources.Metrics(), resources.Logger()
	p := &processor{
		config: conf, client: client, waits: waitsOf(resources),
		state: retry.New(longestPause, metrics.NewCounter("connect_avro_decode_waits_total").Incr,
			metrics.NewGauge("connect_avro_decode_state", "state").Set, logger.Warnf, logger.Infof),
		refused: metrics.NewCounter("connect_avro_decode_refused_total", "code"),
	}
	p.waits.add(p.state)
	describe := commonschema.Describe
	if conf.storeSchema == "" {
		describe = func(*schema.Schema) any { return nil }
	}
	source := registry.Options[*compiled]{Client: client, State: p.state, Size: conf.cacheSize, Logged: p.waits.areShown}
	options := conf.options
	p.values = newDecoder(conf.valueFormat, wire.ValueHeader, source, options, describe)
	options.Exclude = nil
	p.keys = newDecoder(conf.keyFormat, wire.KeyHeader, source, options, describe)
	return p, nil
}

// ProcessBatch decodes a batch. While the registry cannot be asked for a schema, the batch
// waits here: the framework marks the messages of an error as failed, and they would
// become dead letters (Invariant 3).
func (p *processor) ProcessBatch(ctx context.Context, batch service.MessageBatch) ([]service.MessageBatch, error) {
	var originals []record.Received // of all messages, since one allocation is cheaper than many
	if p.storeOriginal != "" && p.values != nil {
		originals = make([]record.Received, len(batch))
	}
	for i, msg := range batch {
		if msg.GetError() != nil {
			continue
		}
		r, err := p.process(ctx, msg, originals[min(i, len(originals)):])
		if err != nil {
			return nil, err
		}
		if r != nil { // the only place that refuses a message: every refusal counts
			if r.Stage != record.DecodeAvroKey {
				r.Stage = record.DecodeAvro
			}
			p.refused.Incr(1, r.Code)
			msg.SetError(r)
		}
	}
	return []service.MessageBatch{batch}, nil
}

// process decodes a message. It returns why the message cannot be decoded, or the error of
// ctx. The original goes to the first of kept, if there is one.
func (p *processor) process(ctx context.Context, msg *service.Message, kept []record.Received) (*record.Refusal, error) {
	if p.values == nil {
		return p.storeKey(ctx, msg)
	}
	raw, ok := record.BytesOf(msg)
	if !ok {
		if p.storeOriginal != "" { // a producer's header of that name is not the bytes
			msg.MetaDelete(p.storeOriginal)
		}
		return refusal.New(refusal.BadEnvelope, "expected bytes, got content that has none").At("value"), nil
	}
	if len(kept) > 0 {
		// A refused message has the metadata, too. Its value is then always the bytes,
		// never a producer's header of that name.
		kept[0] = raw
		msg.MetaSetImmut(p.storeOriginal, &kept[0])
	}
	var value any
	var its *schema.Schema
	if len(raw) > 0 || p.values.single != nil && !record.IsNull(msg) {
		var r *record.Refusal
		var err error
		if p.values.single != nil {
			raw = append([]byte{}, raw...) // the original keeps its bytes
		}
		if value, its, r, err = p.values.decode(ctx, msg, raw); r != nil || err != nil {
			return r.At("value"), err
		}
	}
	if r, err := p.storeKey(ctx, msg); r != nil || err != nil {
		return r, err
	}
	msg.SetStructuredMut(value)
	switch {
	case p.storeSchema == "":
	case its != nil:
		msg.MetaSetImmut(p.storeSchema, its)
	default: // a producer's header of that name is no schema
		msg.MetaDelete(p.storeSchema)
	}
	return nil, nil
}

// storeKey keeps the decoded form of the record key with the key. An output takes it from
// there.
func (p *processor) storeKey(ctx context.Context, msg *service.Message) (*record.Refusal, error) {
	if p.keys == nil {
		return nil, nil
	}
	received, _ := msg.MetaGetMut(record.Key)
	raw := record.ReceivedBytes(received)
	if raw == nil {
		return nil, nil
	}
	value, its, r, err := p.keys.decode(ctx, msg, raw)
	if err != nil {
		return nil, err
	}
	if r != nil {
		if r.Code == refusal.BadEnvelope {
			r.Detail += ". If the keys have another format, set key_format"
		}
		r.Stage = record.DecodeAvroKey
		return r.At(record.Key), nil
	}
	msg.MetaSetImmut(record.Key, &record.KeyValue{Received: received, Value: value, Schema: its})
	return nil, nil
}

func (p *processor) Close(context.Context) error {
	p.waits.remove(p.state)
	p.client.Close()
	return nil
}
