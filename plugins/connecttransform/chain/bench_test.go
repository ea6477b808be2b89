package chain

import (
	"testing"
	"time"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// BenchmarkTransforms is 1,000 records of 6 fields through one transform.
//
//	go test ./plugins/connecttransform/chain -run '^$' -bench Transforms
func BenchmarkTransforms(b *testing.B) {
	nested := structOf(of("city", schema.String), of("zip", schema.String))
	in := structOf(of("id", schema.String), of("qty", schema.Int32), of("price", schema.Float64), of("note", schema.String),
		schema.Field{Name: "at", Schema: transform.Logical(transform.NameTimestamp, false)}, schema.Field{Name: "to", Schema: nested})
	at := time.UnixMilli(1_709_210_096_789).UTC()
	for name, c := range map[string]struct {
		class   string
		options options
	}{
		"replace":   {"ReplaceField$Value", options{"exclude": "note", "renames": "qty:quantity"}},
		"cast":      {"Cast$Value", options{"spec": "qty:int64,price:string"}},
		"flatten":   {"Flatten$Value", options{"delimiter": "_"}},
		"insert":    {"InsertField$Value", options{"offset.field": "o", "static.field": "s", "static.value": "x"}},
		"timestamp": {"TimestampConverter$Value", options{"field": "at", "target.type": "string", "format": "yyyy-MM-dd HH:mm:ss.SSS"}},
		"key":       {"ValueToKey", options{"fields": "id"}},
		"route":     {"RegexRouter", options{"regex": `.*\.([^.]+)`, "replacement": "$1"}},
	} {
		b.Run(name, func(b *testing.B) {
			chain := one(b, c.class, c.options)
			r := incoming(nil, nil)
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				const records = 1000
				values := make([]map[string]any, records)
				for i := range values {
					values[i] = map[string]any{"id": "a", "qty": int64(3), "price": 2.5, "note": "x", "at": at, "to": map[string]any{"city": "Oslo", "zip": "0150"}}
				}
				b.StartTimer()
				for _, value := range values {
					r.Topic = "lab.shop.orders"
					r.Value = transform.Data{Value: value, Schema: in}
					if outcome := chain.Apply(r); outcome.Refusal != nil {
						b.Fatal(outcome.Refusal)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/record")
		})
	}
}
