package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// MariaDB does not tell the names of columns by their case, so a record's member belongs to
// the column of its name in any case.
func TestAMemberMatchesItsColumnInAnyCase(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"listed":   "columns: [ID, Amount]\nkey: [ID]\n",
		"key only": "key: [ID]\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, amount INT)")
			o := d.output("table: t\n" + config)
			require.Empty(t, d.write(o, object{"id": int64(1), "amount": int64(2)}))
			require.Equal(t, []string{"1|2"}, d.rows("SELECT id, amount FROM t"))
			require.Empty(t, d.write(o, object{"id": int64(1)}), "a record may lack a member")
			require.Equal(t, []string{"1|2"}, d.rows("SELECT id, amount FROM t"))
		})
	}
}

// Listed columns take the members of the record key and of the rows of an event in any case,
// and no record chooses between two members.
func TestAListedColumnMatchesEachKindOfMember(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, doc LONGTEXT)")
	nested := recordOf("b", text(), "a", text())
	o := d.output("table: t\ncolumns: [ID, Doc]\nkey: [ID]\nkey_from: record_key\ntombstone: delete\nschema_metadata: schema\n")
	m := keyed(object{"id": int64(1)}, object{"doc": object{"a": "x", "b": "y"}})
	m.MetaSetImmut("schema", recordOf("doc", nested))
	require.Empty(t, d.put(o, service.MessageBatch{m, keyed(object{"iD": int64(2)}, object{"doc": "z"})}).refused)
	require.Equal(t, []string{`1|{"b":"y","a":"x"}`, "2|z"}, d.rows("SELECT * FROM t ORDER BY id"))
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{keyed(object{"id": int64(1)}, nil)}).counts["deleted"])
	require.Equal(t, map[int]string{
		0: "row_shape: Doc: two fields of the record differ in case only: rename one, or exclude it",
	}, d.put(o, service.MessageBatch{keyed(object{"id": int64(3)}, object{"doc": "z", "DOC": "y"})}).refused)
	events := d.output("table: t\ncolumns: [ID, Doc]\nkey: [ID]\nchange_events: debezium\n")
	row := func(id int) any { return object{"id": int64(id), "doc": "e"} }
	d.put(events, service.MessageBatch{event("u", row(2), row(5), 10), event("c", nil, row(6), 20), event("d", row(6), nil, 30)})
	require.Equal(t, []string{"5|e"}, d.rows("SELECT * FROM t"))
}

// rename_fields concerns the members of the record key, too.
func TestTheMembersOfTheRecordKeyAreRenamed(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o := d.output("table: t\nkey_from: record_key\nrename_fields: {id: order_id}\ntombstone: delete\nschema_metadata: schema\ncreate_tables: true\n")
	message := func(id int, content any) *service.Message {
		m := keyed(object{"id": int64(id)}, content)
		key, _ := m.MetaGetImmut(record.Key)
		key.(*record.KeyValue).Schema = recordOf("id", required(of(schema.Int32, "")))
		if content != nil {
			m.MetaSetImmut("schema", recordOf("id", of(schema.Int32, ""), "v", of(schema.Int32, "")))
		}
		return m
	}
	row := func(v int) any { return object{"id": int64(0), "v": int64(v)} }
	require.Empty(t, d.put(o, service.MessageBatch{message(1, row(1)), message(2, row(2)), message(1, nil), message(2, row(3))}).refused)
	require.Equal(t, []string{"2|3|PRI"}, d.rows("SELECT order_id, v, COLUMN_KEY FROM t, information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'order_id'"))
	alone := d.output("table: t\nkey_from: record_key\nrename_fields: {id: order_id}\ntombstone: delete\n")
	require.Equal(t, int64(1), d.put(alone, service.MessageBatch{message(2, nil)}).counts["deleted"])
}
