package connectavro

import (
	"context"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
	"github.com/order-sink/order-sink/plugins/connectavro/registry"
	"github.com/order-sink/order-sink/plugins/connectavro/wire"
	"github.com/order-sink/order-sink/plugins/internal/primitive"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// formatAvro is the format of Avro with a schema registry.
const formatAvro = "avro"

// decoder decodes values or keys.
type decoder struct {
	header  string                        // with the schema of a message
	schemas *registry.Registry[*compiled] // nil for a single value
	single  *primitive.Format
}

// compiled is a schema, or why records with it are refused.
type compiled struct {
	schema  *avro.Schema
	refusal record.Refusal
}

// newDecoder returns nil for a format that is no format: another processor decodes it.
func newDecoder(format, header string, source registry.Options[*compiled], options avro.Options, describe func(*schema.Schema) any) *decoder {
	if single := primitive.Find(format); single != nil {
		return &decoder{single: single.Describe(describe)}
	}
	if format != formatAvro {
		return nil
	}
	source.Unknown = unknown
	source.Compile = func(ref wire.Ref, source registry.Source) *compiled {
		c := compile(ref, source, options)
		if c.schema != nil {
			c.schema.Record.Common = describe(c.schema.Record)
		}
		return c
	}
	return &decoder{header: header, schemas: registry.New(source)}
}

func unknown(ref wire.Ref) *compiled {
	r := refusal.New(refusal.NoSchema, "the registry does not have the schema with "+ref.Kind()+" "+ref.String()+", or a schema that it references")
	if ref == (wire.Ref{}) { // the first half of an id of 8 bytes
		r.Detail += ". If the producer uses a serializer of Apicurio, set apicurio.registry.as-confluent to true there"
	}
	return &compiled{refusal: *r}
}

func compile(ref wire.Ref, source registry.Source, options avro.Options) *compiled {
	its := "the schema with " + ref.Kind() + " " + ref.String()
	switch source.Type {
	case registry.Avro:
	case registry.JSONSchema:
		return &compiled{refusal: *refusal.New(refusal.BadSchema, its+" is a JSON Schema, not Avro: put `mapping: root = content().slice(5)` and connect_json_decode with schemas_enable: false in place of connect_avro_decode")}
	default:
		return &compiled{refusal: *refusal.New(refusal.BadSchema, its+" is of the type "+refusal.Name(source.Type)+", not Avro: let the producer use AvroConverter or JsonConverter")}
	}
	s, r := avro.Compile(source.Text, source.References, options)
	if r != nil {
		r = r.At("schema")
		return &compiled{refusal: record.Refusal{Code: r.Code, Detail: its + ": " + r.Path + ": " + r.Detail}}
	}
	return &compiled{schema: s}
}

// decode decodes the bytes of a value or of a key. The error is that of ctx.
func (d *decoder) decode(ctx context.Context, metadata interface {
	MetaGetMut(name string) (any, bool)
}, raw []byte) (any, *schema.Schema, *record.Refusal, error) {
	if d.single != nil {
		value, its, err := d.single.Decode(raw)
		if err != nil {
			return nil, nil, refusal.New(refusal.TypeMismatch, err.Error()), nil
		}
		return value, its, nil, nil
	}
	header, _ := metadata.MetaGetMut(d.header)
	text, isText := header.(string)
	if b, isBytes := header.([]byte); isBytes && !isText {
		text = string(b)
	}
	ref, rest, r := wire.Split(text, raw)
	if r != nil {
		return nil, nil, r, nil
	}
	known, err := d.schemas.Get(ctx, ref)
	if err != nil {
		return nil, nil, nil, err
	}
	if known.schema == nil {
		refused := known.refusal
		return nil, nil, &refused, nil
	}
	value, r := known.schema.Decode(rest)
	return value, known.schema.Record, r, nil
}
