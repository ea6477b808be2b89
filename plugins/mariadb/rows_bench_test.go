package mariadb

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkRows is a batch of 1,000 orders on its way to a statement, without a
// server: what is taken of the messages, checked against the shipped table, and
// sorted by key. The figures are of one batch.
//
//	go test ./plugins/mariadb -run '^$' -bench Rows -count 3
func BenchmarkRows(b *testing.B) {
	shipped := &target{
		table:    "orders",
		columns:  []string{"order_id", "user_id", "product_id", "qty", "unit_price", "total_price", "kafka_timestamp_ms"},
		metadata: []string{"kafka_timestamp_ms"}, key: []string{"order_id"}, version: "kafka_timestamp_ms",
	}
	var all []described
	for i, name := range shipped.columns {
		c := column{name: name, dataType: "bigint", columnType: "bigint(20)", nullable: name == shipped.version}
		if i < 3 {
			c.dataType, c.columnType, c.charset, c.collation = "varchar", "varchar(255)", "utf8mb4", "utf8mb4_nopad_bin"
		}
		c.classify(255, 1020)
		all = append(all, described{column: c})
	}
	shape := &table{target: shipped, version: -1, maxPacket: 16 << 20}
	var found misfits
	shape.fit(all, &found)
	require.Empty(b, found)
	o := &output{store: &store{target: shipped}}

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
		room := rooms.Get().(*room)
		rows, refusals := shape.rows(o.messages(batch), room)
		if kept := shape.compact(rows, room); len(kept) != len(batch) || len(refusals) > 0 {
			b.Fatalf("%d rows and %d refusals of %d orders", len(kept), len(refusals), len(batch))
		}
		room.free()
	}
}
