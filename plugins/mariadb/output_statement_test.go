package mariadb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

func TestStatementsFitInAPacket(t *testing.T) {
	t.Parallel()
	d := private(t, strings.ReplaceAll(orders, "VARCHAR(20)", "MEDIUMTEXT"), "--max-allowed-packet=16384")
	o := d.output(ordersConfig)
	write := func(size int) {
		var records []any
		for i := range 200 {
			records = append(records, order(fmt.Sprint(i), strings.Repeat("x", i%50*size), 1, "1"))
		}
		require.Empty(t, d.write(o, records...))
		require.Equal(t, []string{"200"}, d.rows(fmt.Sprintf("SELECT COUNT(*) FROM orders WHERE order_id < 'a' AND product = REPEAT('x', order_id %% 50 * %d)", size)))
	}
	write(10)
	write(300)
	refusals := d.write(o, order("big", strings.Repeat("x", 17000), 1, "1"), order("fits", strings.Repeat("x", 16000), 1, "1"))
	require.Equal(t, map[int]string{0: "row_too_large: product: the row has 17051 bytes, max_allowed_packet is 16384"}, refusals)

	// Lowered under open connections, raised again.
	d.exec("SET GLOBAL max_allowed_packet = 4096")
	require.NoError(t, o.Connect(t.Context()))
	write(50)
	d.exec("SET GLOBAL max_allowed_packet = 1024")
	require.NoError(t, o.Connect(t.Context()))
	write(1)
	d.exec("SET GLOBAL max_allowed_packet = 1048576")
	require.NoError(t, o.Connect(t.Context()))
	require.Empty(t, d.write(o, order("big", strings.Repeat("x", 17000), 1, "1")))
}

func TestStatementsHaveAtMostAllPlaceholders(t *testing.T) {
	t.Parallel()
	var columns, definitions []string
	for i := range 120 {
		columns = append(columns, fmt.Sprintf("c%d", i))
		definitions = append(definitions, fmt.Sprintf("c%d INT NOT NULL", i))
	}
	d := shared(t, "CREATE TABLE wide ("+strings.Join(definitions, ", ")+", PRIMARY KEY (c0))")
	o := d.output("table: wide\nkey: [c0]\nmax_rows_per_statement: 5000\nconnections: 1\ncolumns: [" + strings.Join(columns, ", ") + "]\n")
	var records []any
	for i := range 1500 {
		record := map[string]any{}
		for _, c := range columns {
			record[c] = int64(i)
		}
		records = append(records, record)
	}
	require.Empty(t, d.write(o, records...))
	require.Equal(t, []string{"1500"}, d.rows("SELECT COUNT(*) FROM wide WHERE c119 = c0"))
}

func TestATransactionTooLargeForTheBinaryLogIsCut(t *testing.T) {
	t.Parallel()
	d := private(t, orders, "--log-bin=log", "--server-id=1", "--binlog-format=ROW", "--binlog-cache-size=4096", "--max-binlog-cache-size=4096")
	o := d.output(ordersConfig)
	var records []any
	for i := range 1000 {
		records = append(records, order(fmt.Sprintf("%04d", i), "x", 1, "1"))
	}
	require.Empty(t, d.write(o, records...))
	require.Equal(t, []string{"1000"}, d.rows("SELECT COUNT(*) FROM orders"))
}

// The table changes under the output: nothing is cut, and nothing is refused that
// fits by then.
func TestAnAlteredTableIsNoticed(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	long := strings.Repeat("x", 30)
	require.Len(t, d.write(o, order("a", long, 1, "1")), 1)
	d.exec("ALTER TABLE orders MODIFY product VARCHAR(40), ADD extra INT")
	require.Empty(t, d.write(o, order("a", long, 1, "1")))
	d.exec("ALTER TABLE orders MODIFY product VARCHAR(35)")
	require.Equal(t, map[int]string{1: "row_too_long: product: MariaDB error 1406 (22001): a value is longer than the column: widen the column, or shorten the value"},
		d.write(o, order("b", long, 1, "1"), order("c", strings.Repeat("x", 36), 1, "1")))
	d.exec("ALTER TABLE orders DROP product")
	err := o.WriteBatch(t.Context(), batchOf(order("d", "x", 1, "1")))
	require.Same(t, service.ErrNotConnected, err)
	require.ErrorContains(t, o.Connect(t.Context()), "column `product` does not exist: ALTER TABLE `orders` ADD COLUMN `product`")
	d.exec("ALTER TABLE orders ADD product VARCHAR(20)")
	require.NoError(t, o.Connect(t.Context()))
	require.Empty(t, d.write(o, order("d", "x", 1, "1")))
	require.Equal(t, []string{"a", "b", "d"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
}
