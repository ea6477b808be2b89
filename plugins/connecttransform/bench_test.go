package connecttransform

import (
	"fmt"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// BenchmarkProcessor sends batches of 1,000 change events of Debezium through chains. The
// messages are made while the clock stands. The figures are of one batch, so a million
// nanoseconds are 1 us a record.
//
//	go test ./plugins/connecttransform -run '^$' -bench Processor -count 3
func BenchmarkProcessor(b *testing.B) {
	const unwrap = "{ name: unwrap, type: io.debezium.transforms.ExtractNewRecordState }"
	const added = "{ name: unwrap, type: io.debezium.transforms.ExtractNewRecordState, add.fields: 'op,source.ts_ms' }"
	const route = `{ name: route, type: ` + kafka + `RegexRouter, regex: '.*\.([^.]+)', replacement: $1 }`
	const replace = "{ name: replace, type: " + kafka + "ReplaceField$Value, exclude: user_id, renames: 'qty:quantity' }"
	for name, transforms := range map[string]string{
		"unwrap and route":             unwrap + ", " + route,
		"unwrap with fields and route": added + ", " + route,
		"route":                        route,
		"unwrap, replace and route":    unwrap + ", " + replace + ", " + route,
	} {
		b.Run(name, func(b *testing.B) {
			p, err := parsed(b, "{ schema_metadata: its, transforms: [ "+transforms+" ] }")
			if err != nil {
				b.Fatal(err)
			}
			s, topic := events(), any("lab.shop.orders")
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				batch := make(service.MessageBatch, 1000)
				for i := range batch {
					batch[i] = event(s, topic, i)
				}
				b.StartTimer()
				out, err := p.ProcessBatch(b.Context(), batch)
				if err != nil || len(out[0]) != len(batch) || out[0][999].GetError() != nil {
					b.Fatal(err, out[0][999].GetError())
				}
			}
		})
	}
}

func fields(name string, optional bool, all ...schema.Field) *schema.Schema {
	s := &schema.Schema{Type: schema.Struct, Name: name, Optional: optional, Index: map[string]int{}, Fields: all}
	for i, f := range all {
		s.Index[f.Name] = i
	}
	return s
}

func named(name string, t schema.Type) schema.Field {
	return schema.Field{Name: name, Schema: &schema.Schema{Type: t, Optional: true}}
}

// events returns the schema of change events.
func events() *schema.Schema {
	row := fields("lab.shop.orders.Value", true, named("order_id", schema.String), named("user_id", schema.String), named("product_id", schema.String),
		named("qty", schema.Int64), named("unit_price", schema.Int64), named("total_price", schema.Int64))
	source := fields("io.debezium.connector.mariadb.Source", false, named("ts_ms", schema.Int64), named("db", schema.String), named("table", schema.String))
	return fields("lab.shop.orders.Envelope", false, schema.Field{Name: "before", Schema: row}, schema.Field{Name: "after", Schema: row},
		schema.Field{Name: "source", Schema: source}, named("op", schema.String), named("ts_ms", schema.Int64))
}

// event returns an update as a decoder leaves it.
func event(s *schema.Schema, topic any, i int) *service.Message {
	state := func(qty int64) map[string]any {
		return map[string]any{
			"order_id": fmt.Sprintf("%032x", i), "user_id": "7f2c1c52-8a34-4a2b-9f0e-3d7c5e1b6a90", "product_id": "CATALOG-001",
			"qty": qty, "unit_price": int64(11000), "total_price": 11000 * qty,
		}
	}
	m := service.NewMessage([]byte("{}"))
	m.SetStructuredMut(map[string]any{
		"before": state(2), "after": state(3), "op": "u", "ts_ms": int64(1_795_822_000_000),
		"source": map[string]any{"ts_ms": int64(1_795_822_000_000), "db": "shop", "table": "orders"},
	})
	m.MetaSetMut(record.Key, []byte("key"))
	m.MetaSetMut(record.Topic, topic)
	m.MetaSetMut(record.Partition, 3)
	m.MetaSetMut(record.Offset, i)
	m.MetaSetMut(record.Timestamp, int64(1_795_822_000_000))
	m.MetaSetMut(record.Tombstone, false)
	m.MetaSetImmut("its", s)
	return m
}
