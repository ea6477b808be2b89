package mariadb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

func BenchmarkStock(b *testing.B) {
	for _, products := range []int{0, 1, 20, 1000, 100_000} {
		for _, connections := range []int{1, 4} {
			for _, order := range []string{"by_key", "lock_order"} {
				if products < 20 && order == "lock_order" || connections == 1 && order == "lock_order" {
					continue // nothing to order
				}
				for _, kind := range []string{"insert", "unchanged"} {
					b.Run(fmt.Sprintf("products=%d/connections=%d/%s/%s", products, connections, order, kind), func(b *testing.B) {
						benchmarkStock(b, products, connections, order == "lock_order", kind == "insert")
					})
				}
			}
		}
	}
}

func benchmarkStock(b *testing.B, products, connections int, ordered, fresh bool) {
	const rows = 1000
	files := []string{"schema.sql", "stock.sql"}
	if products == 0 {
		files = files[:1]
	}
	w := shop(b, files...)
	if products > 0 {
		w.exec(fmt.Sprintf("INSERT INTO stock (product_id, initial) SELECT CONCAT('CATALOG-', seq), 1000000000 FROM seq_1_to_%d", products))
	}
	config := fmt.Sprintf("%sconnections: %d\n", stockConfig, connections)
	if !ordered {
		config = strings.Replace(config, "lock_order: [product_id]", "", 1)
	}
	o := w.output(config)
	var retries atomic.Int64
	o.store.writer.observe.retry = func(string) { retries.Add(1) }
	next := func() service.MessageBatch {
		batch := make(service.MessageBatch, rows)
		for i := range batch {
			batch[i] = shopOrder(fmt.Sprintf("%016x-%016x", rand.Uint64(), rand.Uint64()), fmt.Sprintf("CATALOG-%d", 1+rand.IntN(max(1, products))), 7, 1)
		}
		return batch
	}
	batches := make([]service.MessageBatch, connections)
	for i := range batches {
		batches[i] = next()
		require.NoError(b, o.WriteBatch(context.Background(), batches[i]))
	}
	var waits atomic.Int64
	put := func(batch service.MessageBatch) {
		for { // a batch that is left to wait is put again, as the framework does
			_, f := o.store.put(context.Background(), o.messages(batch))
			if f == nil {
				return
			}
			waits.Add(1)
		}
	}
	retries.Store(0)
	b.ResetTimer()
	for b.Loop() {
		if fresh {
			b.StopTimer()
			for i := range batches {
				batches[i] = next()
			}
			b.StartTimer()
		}
		var group sync.WaitGroup
		for _, batch := range batches {
			group.Go(func() { put(batch) })
		}
		group.Wait()
	}
	b.ReportMetric(float64(connections*rows*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(retries.Load())/float64(b.N*connections), "retries/batch")
	b.ReportMetric(float64(waits.Load())/float64(b.N*connections), "waits/batch")
}
