package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// structOf is the schema of a struct of optional fields of text.
func structOf(names ...string) *schema.Schema {
	s := &schema.Schema{Type: schema.Struct, Index: map[string]int{}}
	for i, name := range names {
		s.Fields, s.Index[name] = append(s.Fields, schema.Field{Name: name, Schema: &schema.Schema{Type: schema.String, Optional: true}}), i
	}
	return s
}

// typed is a message with its schema in metadata.
func typed(s *schema.Schema, content any) *service.Message {
	m := service.NewMessage(nil)
	m.SetStructured(content)
	if s != nil {
		m.MetaSetImmut("schema", s)
	}
	return m
}

type object = map[string]any

const openConfig = "table: t\nkey: [id]\nschema_metadata: schema\ntombstone: delete\n"

func TestEachFieldOfTheSchemaIsAColumn(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (b VARCHAR(9), id VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY, a VARCHAR(9), more VARCHAR(9) DEFAULT 'kept')")
	o := d.output(openConfig)
	s := structOf("a", "id", "b")
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{
		typed(s, object{"id": "1", "a": "x", "b": nil}), typed(s, object{"id": "2", "a": "y", "b": "z", "not in the schema": 7}),
	}).String())
	require.Equal(t, []string{"1|x|NULL|kept", "2|y|z|kept"}, d.rows("SELECT id, a, b, more FROM t ORDER BY id"))
	require.Equal(t, "inserted 0, updated 1, unchanged 1, compacted 0, refused 0", d.put(o, service.MessageBatch{
		typed(s, object{"id": "1", "a": "x", "b": nil}), typed(s, object{"id": "2", "a": "y", "b": nil}),
	}).String())
	require.Equal(t, []string{"1|x|NULL", "2|y|NULL"}, d.rows("SELECT id, a, b FROM t ORDER BY id"))
}

// Records of several schemas in one batch: the messages of a key keep their order, and a
// record changes the columns that its schema has.
func TestSeveralSchemasInABatch(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY, a VARCHAR(9), b VARCHAR(9))")
	o := d.output(openConfig)
	old, grown, noneOf := structOf("id", "a"), structOf("id", "a", "b"), (*schema.Schema)(nil)
	delete1 := tombstone("1", nil)
	require.Equal(t, "inserted 4, updated 2, unchanged 0, compacted 1, refused 0, deleted 1", d.put(o, service.MessageBatch{
		typed(old, object{"id": "1", "a": "1"}),
		typed(grown, object{"id": "1", "a": "2", "b": "2"}),
		typed(grown, object{"id": "2", "a": "1", "b": "1"}),
		typed(old, object{"id": "2", "a": "2"}), // b keeps its value
		delete1,
		typed(noneOf, object{"id": "1", "b": "3"}),
		typed(old, object{"id": "3", "a": "1"}),
		typed(old, object{"id": "3", "a": "2"}),
	}).String())
	require.Equal(t, []string{"1|NULL|3", "2|2|1", "3|2|NULL"}, d.rows("SELECT id, a, b FROM t ORDER BY id"))
}

func TestATombstoneBeforeAnyRecordDeletes(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, a INT NOT NULL)", "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
	o := d.output(openConfig)
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{tombstone("1", nil)}).counts["deleted"])
	o = d.output("table: t\nkey_from: record_key\nschema_metadata: schema\ntombstone: delete\n")
	key := &record.KeyValue{Received: []byte("k"), Value: object{"id": int64(2)}, Schema: structOf("id")}
	m := typed(nil, nil)
	m.MetaSetImmut(record.Key, key)
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{m}).counts["deleted"])
	require.Equal(t, []string{"3"}, d.rows("SELECT id FROM t"))
}

func TestFieldsAreSelectedAndRenamed(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY, a VARCHAR(9), kafka_offset BIGINT)")
	o := d.output("table: t\nkey: [id]\nmetadata_columns: [kafka_offset]\nexclude_fields: [secret]\nrename_fields: {order_id: id}\n")
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, sent([]any{object{"order_id": "1", "a": "x", "secret": "s"}}, object{"kafka_offset": int64(7)})).String())
	require.Equal(t, []string{"1|x|7"}, d.rows("SELECT id, a, kafka_offset FROM t"))
}

// A record that has no row is refused alone; a field without a column waits for it.
func TestRecordsThatDoNotFitAnOpenTable(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY, a VARCHAR(9))")
	o := d.output(openConfig)
	good := structOf("id", "a")
	require.Equal(t, map[int]string{
		1: "row_missing: id: the record has no such field, but it belongs to the key",
		2: "row_shape: A: two fields of the record differ in case only: rename one, or exclude it",
		3: "row_shape: value: expected an object, got text",
		5: "row_too_long: a: 10 characters, VARCHAR(9) holds 9",
	}, d.put(o, service.MessageBatch{
		typed(good, object{"id": "1", "a": "x"}), typed(structOf("a"), object{"a": "x"}), typed(structOf("id", "a", "A"), object{"id": "1", "a": "x", "A": "x"}),
		typed(nil, "no object"), typed(good, object{"id": "2", "a": "x"}), typed(good, object{"id": "3", "a": "0123456789"}),
	}).refused)
	require.Equal(t, []string{"1|x", "2|x"}, d.rows("SELECT id, a FROM t ORDER BY id"))
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), service.MessageBatch{typed(structOf("id", "new"), object{"id": "4", "new": "x"})}))
	require.ErrorContains(t, o.Connect(t.Context()), "column `new` does not exist: set add_columns, or run ALTER TABLE `t` WAIT 2 ADD COLUMN IF NOT EXISTS `new` LONGTEXT CHARACTER SET utf8mb4 NULL, ALGORITHM=INSTANT, or exclude the field (exclude_fields)")
	d.exec("ALTER TABLE t ADD COLUMN new VARCHAR(9)")
	require.Empty(t, d.put(o, service.MessageBatch{typed(structOf("id", "new"), object{"id": "4", "new": "x"})}).refused)
	require.Equal(t, []string{"4|x"}, d.rows("SELECT id, new FROM t WHERE id = '4'"))
}
