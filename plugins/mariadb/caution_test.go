package mariadb

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStatementsAreSmallerWhereTheServerRefuses(t *testing.T) {
	for _, c := range []struct {
		oneIn, limit int
	}{{0, math.MaxInt}, {100_000, 512}, {1000, 64}, {100, 16}, {1, 16}} {
		var caution caution
		for range 20 {
			refused := 0
			if c.oneIn > 0 {
				refused = 100_000 / c.oneIn
			}
			caution.learn(100_000, refused)
		}
		require.Equal(t, c.limit, caution.limit(), "one in %d", c.oneIn)
	}
}

// One refusal among many rows is forgotten after some hundred thousand.
func TestCautionEnds(t *testing.T) {
	var caution caution
	caution.learn(0, 0)
	require.Equal(t, math.MaxInt, caution.limit())
	caution.learn(2000, 1)
	require.Equal(t, 128, caution.limit())
	rows := 0
	for caution.limit() != math.MaxInt {
		caution.learn(2000, 0)
		rows += 2000
	}
	require.Less(t, rows, 100_000)
}

// The statements follow: what a batch has taught, the next one's are cut by.
func TestTheNextBatchIsCutByWhatWasRefused(t *testing.T) {
	t.Parallel()
	w := shared(t, orders, "ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < 1000)")
	o := w.output(ordersConfig + "connections: 1\n")
	batch := func(from int) (records []any) {
		for i := range 1024 {
			qty := 1
			if i%512 == 100 {
				qty = 1000
			}
			records = append(records, order(fmt.Sprintf("%05d", from+i), "x", qty, "1"))
		}
		return records
	}
	refused := map[int]string{100: "row_check: few: MariaDB error 4025 (23000): " + wordsCheck, 612: "row_check: few: MariaDB error 4025 (23000): " + wordsCheck}
	require.Equal(t, refused, w.write(o, batch(0)...))
	require.Equal(t, 64, o.store.writer.rowLimit(o.store.table.Load()))
	require.Equal(t, refused, w.write(o, batch(2000)...))
	require.Equal(t, []string{"2044"}, w.rows("SELECT COUNT(*) FROM orders"))
}
