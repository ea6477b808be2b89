package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// The table of replica.yaml: a name may have a backtick, and an event without a name is
// refused. It must not go to a table that is called null.
func TestTheTableOfAnEvent(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE `a``b` (id INT PRIMARY KEY, s VARCHAR(9), n INT)", "CREATE TABLE `null` (id INT PRIMARY KEY, s VARCHAR(9), n INT)")
	o := d.output("table: '`${! json(\"source.table\").replace_all(\"`\", \"``\") }`'\nkey: [id]\nchange_events: debezium\n")
	named := func(table any) *service.Message {
		m := service.NewMessage(nil)
		m.SetStructured(object{"op": "c", "after": item(1, "x", 2), "source": object{"db": "shop", "table": table}})
		return m
	}
	refused := d.put(o, service.MessageBatch{named("a`b"), named(nil)}).refused
	require.Len(t, refused, 1)
	require.Contains(t, refused[1], "row_table: table: the interpolation fails: ")
	require.Equal(t, []string{"1|x|2"}, d.rows("SELECT id, s, n FROM `a``b`"))
	require.Empty(t, d.rows("SELECT id FROM `null`"))
}
