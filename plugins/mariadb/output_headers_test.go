package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// A header may be absent from some records, and a column that takes NULL says so. What the
// input itself sets, the key and the version are never absent by intent.
func TestAnAbsentHeaderIsNull(t *testing.T) {
	t.Parallel()
	d := shared(t, `CREATE TABLE t (id INT PRIMARY KEY, source VARCHAR(9), tenant VARCHAR(9) NOT NULL, kafka_topic VARCHAR(9))`)
	o := d.output("table: t\ncolumns: [id]\nmetadata_columns: [source, tenant, kafka_topic]\nkey: [id]\n")
	all := map[string]any{"source": "web", "tenant": "a", "kafka_topic": "t"}
	without := func(name string, value ...any) map[string]any {
		some := map[string]any{}
		for other, v := range all {
			if other != name {
				some[other] = v
			} else if len(value) > 0 {
				some[other] = value[0]
			}
		}
		return some
	}
	row := func(id int) any { return map[string]any{"id": int64(id)} }
	records := []any{row(1), row(2), row(3), row(4), row(5)}
	batch := sent(records, all, without("source"), without("source", nil), without("tenant"), without("kafka_topic"))
	require.Equal(t, map[int]string{
		3: "row_missing: tenant: the message has no such metadata",
		4: "row_missing: kafka_topic: the message has no such metadata",
	}, d.put(o, batch).refused)
	require.Equal(t, []string{"1|web", "2|NULL", "3|NULL"}, d.rows("SELECT id, source FROM t ORDER BY id"))
	// The header of the newest record counts, also when it is absent.
	again := d.put(o, sent([]any{row(1), row(2)}, without("source"), all))
	require.Equal(t, "inserted 0, updated 2, unchanged 0, compacted 0, refused 0", again.String())
	require.Equal(t, []string{"1|NULL", "2|web", "3|NULL"}, d.rows("SELECT id, source FROM t ORDER BY id"))
}

func TestAnAbsentHeaderIsNoVersion(t *testing.T) {
	t.Parallel()
	d := shared(t, `CREATE TABLE t (id INT PRIMARY KEY, revision INT)`)
	o := d.output("table: t\ncolumns: [id]\nmetadata_columns: [revision]\nkey: [id]\nversion: revision\ntombstone: delete\n")
	batch := sent([]any{map[string]any{"id": int64(1)}, map[string]any{"id": int64(2)}}, nil, map[string]any{"revision": "7"})
	batch = append(batch, service.NewMessage(nil))
	batch[2].MetaSetMut("kafka_key", "2")
	require.Equal(t, map[int]string{
		0: "row_missing: revision: the message has no such metadata",
		2: "row_missing: revision: the message has no such metadata",
	}, d.put(o, batch).refused)
	require.Equal(t, []string{"2|7"}, d.rows("SELECT id, revision FROM t"))
}
