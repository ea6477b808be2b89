package mariadb

import (
	"fmt"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// anyTable creates and extends the table that each record names. The record key is the key.
const anyTable = "table: ${! @table }\nkey_from: record_key\nschema_metadata: schema\ncreate_tables: true\nadd_columns: true\n"

// number is the schema of a required integer.
func number() *schema.Schema { return required(of(schema.Int32, "")) }

// addressed is a record with a schema, a decoded key with a schema, and the name of a table.
func addressed(table string, s *schema.Schema, content any, keyField string) *service.Message {
	m := typed(s, content)
	m.MetaSetMut("table", table)
	raw := []byte("the bytes of the key")
	m.MetaSetImmut(record.Key, &record.KeyValue{Received: raw, Value: object{keyField: int64(1)}, Schema: recordOf(keyField, number())})
	return m
}

func goodRecord() *service.Message {
	return addressed("good", recordOf("id", number()), object{"id": int64(1)}, "id")
}

// A record that no table can take is a dead letter, and the record of another table in its
// batch is stored.
func TestBadRecordsAreRefusedBesideAGoodTable(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 65)
	many := []any{"id", number()}
	for i := range 4096 {
		many = append(many, fmt.Sprintf("f%d", i), of(schema.Int8, ""))
	}
	one := object{"id": int64(1)}
	noKey := addressed("bad", recordOf("id", number()), one, "id")
	noKey.MetaSetMut(record.Key, []byte(nil))
	for name, c := range map[string]struct {
		bad  *service.Message
		want string // code: field: reason
	}{
		"null key":                     {noKey, "row_missing: kafka_key: the record has no key"},
		"topic that is no name":        {addressed("a.b.c", recordOf("id", number()), one, "id"), `row_table: table: table "a.b.c" is neither a table nor database.table (a name with dots stands in backticks)`},
		"topic of 65 characters":       {addressed(long, recordOf("id", number()), one, "id"), "row_table: table: the name has 65 characters, MariaDB allows 64"},
		"field of 65 characters":       {addressed("bad", recordOf("id", number(), long, number()), one, "id"), "row_shape: " + long + ": no column can have this name: the name has 65 characters, MariaDB allows 64: rename the field, or exclude it"},
		"field that ends with a space": {addressed("bad", recordOf("id", number(), "a ", number()), one, "id"), "row_shape: a : no column can have this name: the name ends with a space: rename the field, or exclude it"},
		"fields that differ in case":   {addressed("bad", recordOf("id", number(), "a", number(), "A", number()), one, "id"), "row_shape: A: two fields of the record differ in case only: rename one, or exclude it"},
		"4,097 columns":                {addressed("bad", recordOf(many...), one, "id"), "row_shape: value: the record makes 4097 columns, a table of MariaDB has at most 4096: exclude fields"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t)
			o := d.output(anyTable)
			require.Equal(t, map[int]string{0: c.want}, d.put(o, service.MessageBatch{c.bad, goodRecord()}).refused)
			require.Equal(t, []string{"good|1"}, d.rows("SELECT 'good', id FROM good"))
			require.Equal(t, []string{"good"}, d.rows("SHOW TABLES"), "nothing is created for the bad record")
		})
	}
}

// The records of a table that does not fit wait with the name of the field, and the record
// of another table in their batch is stored.
func TestATableThatDoesNotFitWaitsBesideAGoodTable(t *testing.T) {
	t.Parallel()
	wide := []string{"id INT PRIMARY KEY"}
	for i := range 20 {
		wide = append(wide, fmt.Sprintf("f%d VARCHAR(800) CHARACTER SET utf8mb4", i)) // 64,000 bytes
	}
	for name, c := range map[string]struct {
		table  string
		config string
		fields []any
		key    string
		want   string
	}{
		"a type that the column does not hold": {"id INT PRIMARY KEY, v INT", "", []any{"v", of(schema.Array, "")}, "id",
			"column `v` has type int(11), which holds no value of field \"v\", whose type is array now"},
		"a required field": {"id INT PRIMARY KEY", "", []any{"v", number()}, "id",
			"column `v` does not exist, and its field is required and has no default"},
		"a topic with another key": {"id INT PRIMARY KEY, code INT NOT NULL DEFAULT 0", "", nil, "code",
			"key (code) is neither the primary key nor a unique index, so that every message would become a row of its own: "},
		"a row over 65,535 bytes": {strings.Join(wide, ", "), "type_mapping: debezium\n", []any{"v", sourced(schema.String, "", "VARCHAR", "1000")}, "id",
			"MariaDB error 1118 (42000): Row size too large"},
		"a default that MariaDB refuses": {"id INT PRIMARY KEY", "", []any{"v", withDefault(of(schema.Int8, ""), int64(1000))}, "id",
			"MariaDB error 1067 (42000): Invalid default value for 'v'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, "CREATE TABLE bad ("+c.table+")")
			o := d.output(anyTable + c.config)
			before := d.columns("bad")
			bad := addressed("bad", recordOf(append([]any{"id", number()}, c.fields...)...), object{"id": int64(1), "v": nil}, c.key)
			said := d.waits(o, service.MessageBatch{bad, goodRecord()})
			require.Contains(t, said, "the table does not fit the configuration: ")
			require.Contains(t, said, c.want)
			require.Equal(t, []string{"1"}, d.rows("SELECT id FROM good"))
			require.Equal(t, before, d.columns("bad"))
			require.Equal(t, []string{"0"}, d.rows("SELECT COUNT(*) FROM bad"))
		})
	}
}

// Two topics have one table and different keys. The records of the first topic go on.
func TestTwoTopicsOfOneTableWithDifferentKeys(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o := d.output(anyTable)
	first := func(id int) *service.Message {
		m := addressed("t", recordOf("id", number(), "code", of(schema.Int32, "")), object{"id": int64(id), "code": int64(5)}, "id")
		m.MetaSetImmut(record.Key, &record.KeyValue{Received: []byte("the bytes of the key"), Value: object{"id": int64(id)}, Schema: recordOf("id", number())})
		return m
	}
	require.Empty(t, d.put(o, service.MessageBatch{first(1)}).refused)
	second := service.MessageBatch{addressed("t", recordOf("id", number(), "code", of(schema.Int32, "")), object{"id": int64(9), "code": int64(1)}, "code")}
	require.Contains(t, d.waits(o, second), "key (code) is neither the primary key nor a unique index")
	require.Empty(t, d.put(o, service.MessageBatch{first(2), goodRecord()}).refused)
	require.Equal(t, []string{"1|5", "2|5"}, d.rows("SELECT id, code FROM t ORDER BY id"))
	d.exec("DELETE FROM t")
	d.exec("ALTER TABLE t MODIFY code INT NOT NULL, ADD UNIQUE KEY (code)")
	require.Empty(t, d.settled(o, second), "an operator ends the wait")
	require.Equal(t, []string{"9|1"}, d.rows("SELECT id, code FROM t"))
}

// Reserved words are names like others, of a table and of its columns.
func TestReservedWordsAreNames(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o := d.output(anyTable)
	s := recordOf("key", number(), "select", of(schema.Int32, ""), "from", of(schema.String, ""))
	require.Empty(t, d.put(o, service.MessageBatch{addressed("group", s, object{"key": int64(7), "select": int64(2), "from": "x"}, "key"), goodRecord()}).refused)
	require.Equal(t, []string{"1|2|x"}, d.rows("SELECT `key`, `select`, `from` FROM `group`"))
}
