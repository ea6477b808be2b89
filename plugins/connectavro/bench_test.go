package connectavro

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	twmb "github.com/twmb/avro"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// seedSchema and seedOrder are the order with which connectjson measures its decoder.
const seedSchema = `{"type":"record","name":"orders","fields":[
	{"name":"order_id","type":["null","string"],"default":null},
	{"name":"user_id","type":["null","string"],"default":null},
	{"name":"product_id","type":["null","string"],"default":null},
	{"name":"qty","type":["null","int"],"default":null},
	{"name":"unit_price","type":["null","int"],"default":null},
	{"name":"total_price","type":["null","int"],"default":null}]}`

var seedOrder = map[string]any{
	"order_id": "77a436fd-64f9-4d35-999b-a957195f5d23", "user_id": "ad0c94d5-1a33-4e06-b9d5-1ea4f2ddd67c",
	"product_id": "CATALOG-002", "qty": int32(1), "unit_price": int32(6000), "total_price": int32(6000),
}

// BenchmarkDecode is one message in, one map out.
func BenchmarkDecode(b *testing.B) {
	message, err := twmb.MustParse(seedSchema).AppendEncode(nil, seedOrder)
	require.NoError(b, err)
	b.Run("seed", func(b *testing.B) {
		s, refused := avro.Compile(seedSchema, nil, avro.Options{})
		require.Nil(b, refused)
		b.ReportAllocs()
		for b.Loop() {
			if _, refused := s.Decode(message); refused != nil {
				b.Fatal(refused)
			}
		}
	})
	// The library decodes to its own forms of values, which a second pass would convert.
	b.Run("library", func(b *testing.B) {
		s := twmb.MustParse(seedSchema)
		b.ReportAllocs()
		for b.Loop() {
			var v any
			if _, err := s.Decode(message, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkProcessor is a batch of a thousand through connect_avro_decode; the figures are
// of one message.
func BenchmarkProcessor(b *testing.B) {
	for name, yaml := range map[string]string{
		"value":     "{key_format: '', store_schema_metadata: schema, store_original_metadata: original}",
		"value+key": "{store_schema_metadata: schema, store_original_metadata: original}",
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			w.seed(7, seedSchema)
			w.seed(8, `"string"`)
			conf, err := spec().ParseYAML(yaml[:len(yaml)-1]+", urls: [ "+w.URL()+" ]}", nil)
			require.NoError(b, err)
			p, err := newProcessor(conf, service.MockResources())
			require.NoError(b, err)
			input, key := w.message(7, seedSchema, seedOrder), w.message(8, `"string"`, "77a436fd-64f9-4d35-999b-a957195f5d23")
			batch := make(service.MessageBatch, 1000)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m := service.NewMessage(input)
				m.MetaSetMut(record.Key, key)
				batch[i%len(batch)] = m
				if i%len(batch) < len(batch)-1 {
					continue
				}
				if _, err := p.ProcessBatch(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
