package connecttransform

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// BenchmarkUnwrapAndRoute is a batch of 1,000 change events of 6 columns through the most
// frequent chain of public configurations: ExtractNewRecordState and RegexRouter.
//
//	go test ./plugins/connecttransform -run '^$' -bench UnwrapAndRoute
func BenchmarkUnwrapAndRoute(b *testing.B) {
	for name, options := range map[string]string{
		"row":        "",
		"add_fields": "add.fields: 'op,table,source.ts_ms'",
	} {
		b.Run(name, func(b *testing.B) {
			p, err := parsed(b, `
schema_metadata: order_sink_schema
transforms:
  - { name: unwrap, type: io.debezium.transforms.ExtractNewRecordState, `+options+` }
  - { name: route, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '([^.]+)\.([^.]+)\.([^.]+)', replacement: $3 }
`)
			require.NoError(b, err)
			its := envelope()
			const records = 1000
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				batch := changeEvents(records, its)
				b.StartTimer()
				out, err := p.ProcessBatch(b.Context(), batch)
				if err != nil || len(out) != 1 || len(out[0]) != records || out[0][0].GetError() != nil {
					b.Fatal(err, len(out))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
		})
	}
}

func structure(name string, fields ...schema.Field) *schema.Schema {
	s := &schema.Schema{Type: schema.Struct, Name: name, Optional: true, Index: map[string]int{}}
	for i, f := range fields {
		s.Fields, s.Index[f.Name] = append(s.Fields, f), i
	}
	return s
}

func envelope() *schema.Schema {
	text, number := &schema.Schema{Type: schema.String, Optional: true}, &schema.Schema{Type: schema.Int64, Optional: true}
	row := structure("lab.shop.orders.Value", schema.Field{Name: "order_id", Schema: text}, schema.Field{Name: "user_id", Schema: text},
		schema.Field{Name: "product_id", Schema: text}, schema.Field{Name: "qty", Schema: number}, schema.Field{Name: "unit_price", Schema: number},
		schema.Field{Name: "total_price", Schema: number})
	source := structure("Source", schema.Field{Name: "ts_ms", Schema: number}, schema.Field{Name: "table", Schema: text})
	return structure("lab.shop.orders.Envelope", schema.Field{Name: "before", Schema: row}, schema.Field{Name: "after", Schema: row},
		schema.Field{Name: "source", Schema: source}, schema.Field{Name: "op", Schema: text})
}

// changeEvents returns messages as connect_json_decode makes them of records of kafka_read.
func changeEvents(n int, its *schema.Schema) service.MessageBatch {
	log := record.From("lab.shop.orders", 0)
	batch := make(service.MessageBatch, n)
	for i := range batch {
		m := service.NewMessage(nil)
		log.Describe(m, &kgo.Record{Key: []byte("key"), Value: []byte("value"), Offset: int64(i)}, int64(1_795_822_000_000+i))
		m.SetStructuredMut(map[string]any{
			"before": nil, "op": "c", "source": map[string]any{"ts_ms": int64(i), "table": "orders"},
			"after": map[string]any{
				"order_id": "77a436fd", "user_id": "7f2c1c52", "product_id": "CATALOG-001", "qty": int64(i), "unit_price": int64(11000), "total_price": int64(11000),
			},
		})
		m.MetaSetImmut("order_sink_schema", its)
		batch[i] = m
	}
	return batch
}
