package dlq

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// The commands show the table of each dead letter, and choose by it.
func TestDeadLettersHaveTheirTable(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	g := orders.NewGenerator(3)
	u.refuse(
		refusal{Message: g.WrongType(), at: 3, code: "row_null", field: "qty", table: "orders"},
		refusal{Message: g.WrongType(), at: 4, code: "row_null", field: "qty", table: "shop.`eu.users`"},
		refusal{Message: g.WrongType(), at: 5, code: "row_null", field: "qty", table: "orders"},
		refusal{Message: g.WrongType(), at: 6, code: "bad_json", field: "value"},
	)
	require.Equal(t, `OPEN  CODE      FIELD  FIRST SEEN                LAST SEEN                 TABLE
2     row_null  qty    `+at(0)+`  `+at(0)+`  orders
1     bad_json  value  `+at(0)+`  `+at(0)+`  -
1     row_null  qty    `+at(0)+`  `+at(0)+"  shop.`eu.users`"+`

4 open in topic `+u.deadLetters+"\n", u.expect(0, "list").out)
	require.Equal(t, `LETTER  FAILED AT                 CODE      FIELD  SOURCE`+strings.Repeat(" ", len(u.log))+`TABLE
0:1     `+at(0)+`  row_null  qty    `+u.log+"/1/4  shop.`eu.users`\n", u.expect(0, "list", "--letters", "--table", "shop.`eu.users`").out)
	var tables []string
	for _, line := range parseLines[line](t, u.expect(0, "list", "--letters", "-o", "json", "--table", "orders", "--table", "other").out) {
		tables = append(tables, line.Name+" "+line.Table)
	}
	require.Equal(t, []string{"0:0 orders", "0:2 orders"}, tables)
	require.Contains(t, u.expect(0, "show", "0:1").out, "\nTable             shop.`eu.users`\n")
	require.NotContains(t, u.expect(0, "show", "0:3").out, "\nTable ")
	require.Contains(t, u.expect(0, "replay", "--table", "orders", "--yes", "2").out, "2 of 2 dead letters replayed")
}
