package order

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
)

// go test -bench . ./plugins/order
//
// One operation is one order in a batch of one, schema checked from the cache.
func BenchmarkProcessBatch(b *testing.B) {
	common := seedSchema()
	travelling := service.ImmutableAny{V: common.ToAny()}
	benchmarks := []struct {
		name    string
		yaml    string
		changes changes
	}{
		{"right_total", `schema_metadata: schema`, nil},
		{"bounded", `{ schema_metadata: schema, max_quantity: 100, max_unit_price: 1000000, max_total_price: 1000000 }`, nil},
		{"decimal", `{}`, changes{"unit_price": "19.99", "total_price": "139.93"}},
		{"refused", `schema_metadata: schema`, changes{"qty": int64(0)}},
	}
	for _, bench := range benchmarks {
		b.Run(bench.name, func(b *testing.B) {
			p := mustProcessor(b, bench.yaml)
			msg := message(with(bench.changes))
			msg.MetaSetImmut("schema", travelling)
			priceEach(b, p, msg, func() { msg.SetError(nil) })
		})
	}
	b.Run("total_set", func(b *testing.B) {
		p := mustProcessor(b, `schema_metadata: schema`)
		record := with(nil)
		msg := message(record)
		msg.MetaSetImmut("schema", travelling)
		priceEach(b, p, msg, func() { record["total_price"] = nil })
	})
}

// priceEach prices a message again and again, each time after reset.
func priceEach(b *testing.B, p *processor, msg *service.Message, reset func()) {
	b.Helper()
	batch := service.MessageBatch{msg}
	b.ReportAllocs()
	for b.Loop() {
		reset()
		if _, err := p.ProcessBatch(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}
