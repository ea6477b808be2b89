package checker

import (
	"runtime"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// BenchmarkCheck is a check of 100,000 orders in memory and in MariaDB:
//
//	go test -run '^$' -bench Check ./internal/checker
func BenchmarkCheck(b *testing.B) {
	const n = 100_000
	d, g := newTestData(b, kafkatest.InMemory(b)), orders.NewGenerator(7)
	var all []orders.Order
	for range n {
		all = append(all, g.Order())
	}
	messages := func(yield func(orders.Message) bool) {
		for _, o := range all {
			if !yield(orders.Good(o)) {
				return
			}
		}
	}
	if _, err := orders.Produce(b.Context(), d.config.Seeds, d.config.Topic, messages, nil); err != nil {
		b.Fatal(err)
	}
	for chunk := all; len(chunk) > 0; chunk = chunk[1000:] {
		var args []any
		for _, o := range chunk[:1000] {
			args = append(args, o.OrderID, o.UserID, o.ProductID, o.Quantity, o.UnitPrice, o.TotalPrice)
		}
		d.exec("INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES "+
			strings.Repeat("(?, ?, ?, ?, ?, ?), ", 999)+"(?, ?, ?, ?, ?, ?)", args...)
	}
	for b.Loop() {
		report, err := Check(b.Context(), d.config)
		if err != nil || report.Err() != nil || report.Rows != n {
			b.Fatal(report, err)
		}
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "records/s")

	// The memory of a check after it has read the log.
	c := &check{Config: d.config, keys: map[string]*expected{}}
	c.Columns, c.Oracle, c.Version = make([]string, 6), SeedOracle(255), func(*kgo.Record) int64 { return 0 }
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if err := kafka.Read(b.Context(), d.config.Seeds, d.config.Topic, c.judge); err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/n, "heap-B/row")
	runtime.KeepAlive(c)
}
