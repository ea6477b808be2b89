package mariadb

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkTail(b *testing.B) {
	w := shared(b, `CREATE TABLE bench (order_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY,
		user_id VARCHAR(255) NOT NULL, product_id VARCHAR(255) NOT NULL, qty INT NOT NULL, unit_price INT NOT NULL, total_price BIGINT NOT NULL,
		updated_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3))`)
	o := w.output("table: bench\ncolumns: [order_id, user_id, product_id, qty, unit_price, total_price]\nkey: [order_id]\n")
	text, err := sql.Open("mysql", w.server.DSN(w.name)+"?interpolateParams=true")
	require.NoError(b, err)
	text.SetMaxOpenConns(1)
	for _, n := range []int{1000, 300, 100, 30, 10} {
		var args []any
		for i := range n {
			args = append(args, fmt.Sprintf("%036d", i), "7f2c1c52-8a34-4a2b-9f0e-3d7c5e1b6a90", "CATALOG-001", int64(7), int64(11000), int64(77000))
		}
		q := upsertText(o.store.target, byInsertID, n)
		ctx := context.Background()
		conn, err := o.store.db.Conn(ctx)
		require.NoError(b, err)
		stmt, err := conn.PrepareContext(ctx, q)
		require.NoError(b, err)
		report := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "us/row") }
		b.Run(fmt.Sprintf("%d/kept", n), func(b *testing.B) {
			for b.Loop() {
				_, err := stmt.ExecContext(ctx, args...)
				require.NoError(b, err)
			}
			report(b)
		})
		b.Run(fmt.Sprintf("%d/prepared", n), func(b *testing.B) {
			for b.Loop() {
				_, err := conn.ExecContext(ctx, q, args...)
				require.NoError(b, err)
			}
			report(b)
		})
		b.Run(fmt.Sprintf("%d/text", n), func(b *testing.B) {
			for b.Loop() {
				_, err := text.ExecContext(ctx, q, args...)
				require.NoError(b, err)
			}
			report(b)
		})
		b.Run(fmt.Sprintf("%d/powers", n), func(b *testing.B) {
			rows := make([]row, n)
			for i := range rows {
				rows[i] = row{values: args[i*6 : i*6+6], size: 100}
			}
			t := o.store.table.Load()
			for b.Loop() {
				_, f := o.store.writer.write(ctx, t, rows)
				if f != nil {
					b.Fatal(f)
				}
			}
			report(b)
		})
		conn.Close()
	}
}
