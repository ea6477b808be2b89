package mariadb

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// BenchmarkRows is a batch of 1,000 orders on its way to a statement
// as far as MariaDB is asked: what is taken of the messages, checked against a
// table like the shipped one, and sorted by key. The figures are of one batch.
//
//	go test ./plugins/mariadb -run '^$' -bench Rows -count 3
func BenchmarkRows(b *testing.B) {
	shipped := &table.Target{
		Table:    "orders",
		Columns:  []string{"order_id", "user_id", "product_id", "qty", "unit_price", "total_price", "kafka_timestamp_ms"},
		Metadata: []string{"kafka_timestamp_ms"}, Key: []string{"order_id"}, Version: "kafka_timestamp_ms",
	}
	db := shared(b, `CREATE TABLE orders (order_id VARCHAR(255) COLLATE utf8mb4_nopad_bin PRIMARY KEY, user_id VARCHAR(255) NOT NULL, product_id VARCHAR(255) NOT NULL,
		qty BIGINT NOT NULL, unit_price BIGINT NOT NULL, total_price BIGINT NOT NULL, kafka_timestamp_ms BIGINT)`).db
	described, err := table.Describe(b.Context(), db, "", shipped.Table)
	require.NoError(b, err)
	inspected, err := described.Fit(b.Context(), db, shipped)
	require.NoError(b, err)

	random := rand.New(rand.NewPCG(1, 2))
	records := make([]any, 1000)
	for i := range records {
		records[i] = map[string]any{
			"order_id": fmt.Sprintf("%016x-%016x", random.Uint64(), random.Uint64()), "user_id": "7f2c1c52-8a34-4a2b-9f0e-3d7c5e1b6a90",
			"product_id": "CATALOG-001", "qty": int64(7), "unit_price": int64(11000), "total_price": int64(77000),
		}
	}
	batch := batchOf(records...)
	for i, m := range batch {
		m.MetaSetMut("kafka_timestamp_ms", int64(1700000000000+i))
	}
	b.ReportAllocs()
	for b.Loop() {
		buffer := rows.NewBuffer()
		built, refusals := rows.Build(inspected, rows.Messages(shipped, "", batch), buffer)
		if kept := rows.Compact(inspected, built, buffer); len(kept) != len(batch) || len(refusals) > 0 {
			b.Fatalf("%d rows and %d refusals of %d orders", len(kept), len(refusals), len(batch))
		}
		buffer.Free()
	}
}
