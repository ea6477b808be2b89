package mariadb

import (
	"errors"
	"fmt"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// A record that lacks a member is written with other columns than its neighbours. The rows
// that they commit are evidence all the same.
func TestALoneRowThatLacksAMemberIsRefusedOnceOthersAreStored(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "ALTER TABLE orders ADD UNIQUE (product)", stumbles("BEFORE INSERT", signal9001))
	o := d.output(ordersConfig)
	require.Empty(t, d.write(o, order("a", "a", 1, "1")))
	batch := batchOf(object{"order_id": "bad", "product": "x", "qty": int64(1)})
	index := batch.Index()
	err := service.ErrNotConnected
	for n := 0; errors.Is(err, service.ErrNotConnected); n++ {
		require.Less(t, n, 20, "the batch waits for ever")
		require.Empty(t, d.write(o, order(fmt.Sprint(n), fmt.Sprint(n), 1, "1")))
		err = o.WriteBatch(t.Context(), batch)
	}
	require.Equal(t, map[int]string{0: "row_refused: orders: MariaDB error 9001 (HY000)" + othersStored}, refusalsOf(t, index, err))
}
