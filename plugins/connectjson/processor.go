package connectjson

import (
	"context"
	"fmt"

	"github.com/redpanda-data/benthos/v4/public/schema"
	"github.com/redpanda-data/benthos/v4/public/service"

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
		return nil, refuse(BadJSON, "expected bytes, got content that has none").At("value")
	}
	return raw, nil
}

// Close has nothing to release.
func (p *processor) Close(context.Context) error { return nil }

// maxDescribed is the depth to which a schema is described. Its fingerprints cost the square of the depth.
const maxDescribed = 32

// describe gives a schema in the framework's common form, as Common.ToAny makes it, in the wrapper that shares it between
// messages.
func describe(s *Schema) any {
	c := common(s, s.Name, 1)
	return service.ImmutableAny{V: c.ToAny()}
}

var commonTypes = [...]schema.CommonType{
	Int8: schema.Int32, Int16: schema.Int32, Int32: schema.Int32, Int64: schema.Int64,
	Float32: schema.Float32, Float64: schema.Float64, Boolean: schema.Boolean, String: schema.String, Bytes: schema.ByteArray,
	Array: schema.Array, Map: schema.Map, Struct: schema.Object,
}

func common(s *Schema, name string, depth int) schema.Common {
	c := schema.Common{Name: name, Optional: s.Optional, Type: commonTypes[s.Type]}
	switch {
	case depth > maxDescribed:
		c.Type = schema.Any
	case s.Logical != Plain:
		c.Type, c.Logical = commonLogical(s)
	case s.Type == Struct:
		for _, f := range s.Fields {
			c.Children = append(c.Children, common(f.Schema, f.Name, depth+1))
		}
	case s.Type == Map && s.Keys.Type != String: // a list of pairs
		c.Type = schema.Array
		c.Children = []schema.Common{{Type: schema.Array, Children: []schema.Common{{Type: schema.Any}}}}
	case s.Items != nil:
		c.Children = []schema.Common{common(s.Items, s.Items.Name, depth+1)}
	}
	return c
}

func commonLogical(s *Schema) (schema.CommonType, *schema.LogicalParams) {
	const most = int64(schema.DecimalMaxPrecision)
	switch s.Logical {
	case Decimal:
		precision := int64(s.Precision)
		if precision == 0 {
			precision = most
		}
		if !s.HasScale || precision > most || s.Scale < 0 || s.Scale > precision {
			return schema.BigDecimal, nil
		}
		return schema.Decimal, &schema.LogicalParams{Decimal: &schema.DecimalParams{Precision: int32(precision), Scale: int32(s.Scale)}}
	case Date, DebeziumDate:
		return schema.Date, nil
	case TimeMillis, DebeziumTime:
		return timeOfDayParams(schema.TimeUnitMillis)
	case DebeziumMicroTime:
		return timeOfDayParams(schema.TimeUnitMicros)
	case DebeziumNanoTime:
		return timeOfDayParams(schema.TimeUnitNanos)
	case TimestampMillis:
		return timestampParams(schema.TimeUnitMillis, true)
	case DebeziumTimestamp:
		return timestampParams(schema.TimeUnitMillis, false)
	case DebeziumMicros:
		return timestampParams(schema.TimeUnitMicros, false)
	case DebeziumNanos:
		return timestampParams(schema.TimeUnitNanos, false)
	default:
		return timestampParams(schema.TimeUnitNanos, true)
	}
}

func timeOfDayParams(unit schema.TimeUnit) (schema.CommonType, *schema.LogicalParams) {
	return schema.TimeOfDay, &schema.LogicalParams{TimeOfDay: &schema.TimeOfDayParams{Unit: unit}}
}

func timestampParams(unit schema.TimeUnit, utc bool) (schema.CommonType, *schema.LogicalParams) {
	return schema.Timestamp, &schema.LogicalParams{Timestamp: &schema.TimestampParams{Unit: unit, AdjustToUTC: utc}}
}
