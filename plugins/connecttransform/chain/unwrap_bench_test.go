package chain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// BenchmarkUnwrapAndRoute is the most frequent chain of public configurations, per record:
// ExtractNewRecordState and RegexRouter, without and with fields of the change event.
func BenchmarkUnwrapAndRoute(b *testing.B) {
	row := structOf(of("id", schema.Int64), of("status", schema.String), of("qty", schema.Int64), of("price", schema.Int64))
	envelope := structOf(
		schema.Field{Name: "before", Schema: row}, schema.Field{Name: "after", Schema: row},
		schema.Field{Name: "source", Schema: structOf(of("ts_ms", schema.Int64), of("table", schema.String))}, of("op", schema.String))
	envelope.Name = "lab.shop.orders.Envelope"
	for name, o := range map[string]options{
		"row":        {},
		"rewrite":    {"delete.tombstone.handling.mode": "rewrite"},
		"add_fields": {"add.fields": "op,table,source.ts_ms"},
	} {
		b.Run(name, func(b *testing.B) {
			c, err := New(Config{Transforms: []Step{
				{Named: Named{Name: "unwrap", Type: "io.debezium.transforms.ExtractNewRecordState", Options: o}},
				{Named: Named{Name: "route", Type: kafka + "RegexRouter", Options: options{"regex": `([^.]+)\.([^.]+)\.([^.]+)`, "replacement": "$3"}}},
			}})
			require.NoError(b, err)
			value := map[string]any{
				"before": nil, "after": map[string]any{"id": int64(1), "status": "new", "qty": int64(2), "price": int64(3)},
				"source": map[string]any{"ts_ms": int64(1), "table": "orders"}, "op": "c",
			}
			r := incoming(nil, nil)
			b.ReportAllocs()
			for b.Loop() {
				r.Topic, r.Value = "lab.shop.orders", transform.Data{Value: value, Schema: envelope}
				if outcome := c.Apply(r); outcome.Refusal != nil || r.Topic != "orders" {
					b.Fatal(outcome.Refusal, r.Topic)
				}
			}
		})
	}
}
