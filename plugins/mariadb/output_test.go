package mariadb

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

func TestRowsAreStoredOnce(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	records := []any{order("b", "낮은 가격", 2, "3.50"), order("a", "🛒", 1, "0.10"), order("A", "x", 1, "12345678.90")}
	require.Empty(t, d.write(o, records...))
	stored := []string{"A|x|1|12345678.90", "a|🛒|1|0.10", "b|낮은 가격|2|3.50"}
	const all = "SELECT order_id, product, qty, total FROM orders ORDER BY order_id"
	require.Equal(t, stored, d.rows(all))

	d.exec("UPDATE orders SET updated_at = '2020-01-01'")
	require.Empty(t, d.write(o, records...))
	require.Equal(t, stored, d.rows(all))
	require.Equal(t, []string{"3"}, d.rows("SELECT COUNT(*) FROM orders WHERE updated_at = '2020-01-01'"), "an unchanged row keeps its updated_at")

	require.Empty(t, d.write(o, order("a", "🛒", 7, "0.10")))
	require.Equal(t, []string{"a|7"}, d.rows("SELECT order_id, qty FROM orders WHERE updated_at > '2020-01-01'"), "a changed row does not")
}

func TestOutcomesAreCounted(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0",
		d.counts(o, order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("c", "x", 1, "1")))
	require.Equal(t, "inserted 1, updated 1, unchanged 2, compacted 1, refused 1",
		d.counts(o, order("a", "x", 1, "1"), order("b", "x", 2, "1"), order("c", "x", 9, "1"), order("c", "x", 1, "1"), order("d", "x", 1, "1"), order("e", "x", 1, "x")))
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0", d.counts(o, order("a", "x", 1, "1")))
	require.Equal(t, "inserted 0, updated 1, unchanged 0, compacted 0, refused 0", d.counts(o, order("a", "x", 3, "1")))
}

func TestARefusedRowFailsAlone(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < 1000)")
	o := d.output(ordersConfig)
	require.Equal(t, map[int]string{
		1: "row_too_long: product: 21 characters, VARCHAR(20) holds 20",
		3: "row_check: few: MariaDB error 4025 (23000): " + checkFails,
	}, d.write(o, order("a", "x", 1, "1"), order("b", strings.Repeat("x", 21), 1, "1"), order("c", "x", 3, "1"), order("d", "x", 1000, "1")))
	require.Equal(t, []string{"a", "c"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
}

func TestWhatCannotBeWrittenNowWaits(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	d.exec("RENAME TABLE orders TO gone")
	err := o.WriteBatch(context.Background(), batchOf(order("a", "x", 1, "1")))
	require.Same(t, service.ErrNotConnected, err)
	require.ErrorContains(t, o.Connect(context.Background()), "table `orders` does not exist")
	d.exec("RENAME TABLE gone TO orders")
	require.NoError(t, o.Connect(context.Background()))
	require.Empty(t, d.write(o, order("a", "x", 1, "1")))
}

// Whether a row is refused is decided by the table as it is now. Reading it again must
// not open a connection each time: far from the server that takes seconds.
func TestAnInspectionOpensNoConnection(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	var dialed atomic.Int64
	mysql.RegisterDialContext("counted", func(ctx context.Context, address string) (net.Conn, error) {
		dialed.Add(1)
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	})
	t.Cleanup(func() { mysql.DeregisterDialContext("counted") })
	o := d.outputOf(strings.Replace(d.server.DSN(d.name), "tcp(", "counted(", 1), ordersConfig+"connections: 1\n")
	require.NoError(t, o.Connect(t.Context()))
	before := dialed.Load()
	long := strings.Repeat("x", 300)
	for n := range 3 {
		// The refusal tells how long the column is now, so the table was inspected.
		d.exec(fmt.Sprintf("ALTER TABLE orders MODIFY product VARCHAR(%d)", 30+n))
		require.Equal(t, map[int]string{1: fmt.Sprintf("row_too_long: product: 300 characters, VARCHAR(%[1]d) holds %[1]d", 30+n)},
			d.write(o, order(fmt.Sprint(n), "x", 1, "1"), order("y", long, 1, "1")))
	}
	require.Equal(t, before, dialed.Load())
	// A connection for rows that is opened again makes the next inspection connect again, too.
	connections := d.rows("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'orders' AND DB = DATABASE() ORDER BY ID")
	require.Len(t, connections, 2, "that of the rows, and that of the inspection, which is opened last")
	d.exec("KILL " + connections[0])
	require.Empty(t, d.write(o, order("z", "x", 1, "1")))
	require.Equal(t, before+1, dialed.Load())
	require.Len(t, d.write(o, order("y", long, 1, "1")), 1)
	require.Equal(t, before+2, dialed.Load())
}
