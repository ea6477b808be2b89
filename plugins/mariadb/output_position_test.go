package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/mariadb/change"
)

// MariaDB compares positions as the source orders its changes, whatever the order in which
// the events arrive: a snapshot that is read again does not revert a row.
func TestThePositionOfAChangeIsTheVersionOfItsRow(t *testing.T) {
	t.Parallel()
	at := func(snapshot, gtid any, file string, pos int) map[string]any {
		return map[string]any{"ts_ms": int64(1000), "snapshot": snapshot, "gtid": gtid, "file": file, "pos": int64(pos)}
	}
	events := []map[string]any{ // in the order of the source
		{"op": "r", "after": map[string]any{"id": int64(1), "v": int64(1)}, "source": at("last", nil, "binlog.000009", 4294967295)},
		{"op": "u", "after": map[string]any{"id": int64(1), "v": int64(2)}, "source": at("false", "0-1-9", "binlog.000010", 4)},
		{"op": "u", "after": map[string]any{"id": int64(1), "v": int64(3)}, "source": at("false", "0-1-10", "binlog.000010", 400)},
		{"op": "u", "after": map[string]any{"id": int64(1), "v": int64(4)}, "source": at("false", "0-2-11", "binlog.999999", 4)},
	}
	for _, name := range []string{change.SourceGTID, change.SourcePosition} {
		for _, columnType := range []string{"BIGINT", "BIGINT UNSIGNED NOT NULL", "DECIMAL(20)"} {
			t.Run(name+" "+columnType, func(t *testing.T) {
				t.Parallel()
				d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, v INT, "+name+" "+columnType+")")
				o := d.output("table: t\ncolumns: [id, v]\nkey: [id]\nmetadata_columns: [" + name + "]\nversion: " + name + "\n")
				put := func(i int) string {
					e, refused := change.Debezium(&change.Record{Content: events[i]})
					require.Nil(t, refused)
					position, refused := e.Position(name)
					require.Nil(t, refused)
					return d.put(o, service.MessageBatch{sent([]any{e.After}, map[string]any{name: position})[0]}).String()
				}
				const none = ", unchanged 0, compacted 0, refused 0"
				require.Equal(t, "inserted 1, updated 0"+none, put(0))
				for _, i := range []int{1, 2, 3} {
					require.Equal(t, "inserted 0, updated 1"+none, put(i))
				}
				for i := range 3 {
					require.Equal(t, "inserted 0, updated 0"+none+", stale 1", put(i))
				}
				require.Equal(t, []string{"4"}, d.rows("SELECT v FROM t"))
			})
		}
	}
}
