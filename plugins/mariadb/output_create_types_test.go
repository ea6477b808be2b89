package mariadb

import (
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const createConfig = openConfig + "create_tables: true\nadd_columns: true\n"

// of returns a schema of a type: optional, and with a meaning if its name has one.
func of(t schema.Type, name string, parameters ...string) *schema.Schema {
	s := &schema.Schema{Type: t, Name: name, Optional: true, Meaning: schema.Meanings[name], Parameters: map[string]string{}}
	for i := 0; i < len(parameters); i += 2 {
		s.Parameters[parameters[i]] = parameters[i+1]
	}
	return s
}

func required(s *schema.Schema) *schema.Schema {
	s.Optional = false
	return s
}

func withDefault(s *schema.Schema, v any) *schema.Schema {
	s.Default = v
	return s
}

func decimalOf(precision int, scale int64) *schema.Schema {
	s := of(schema.Bytes, "org.apache.kafka.connect.data.Decimal")
	s.Precision, s.Scale, s.HasScale = precision, scale, true
	return s
}

// sourced is a type whose source column Debezium has propagated.
func sourced(t schema.Type, name, kind, length string) *schema.Schema {
	return of(t, name, "__debezium.source.column.type", kind, "__debezium.source.column.length", length, "__debezium.source.column.scale", "2")
}

// recordOf is the schema of a record: names and schemas in turn.
func recordOf(fields ...any) *schema.Schema {
	s := &schema.Schema{Type: schema.Struct, Index: map[string]int{}}
	for i := 0; i < len(fields); i += 2 {
		s.Index[fields[i].(string)] = len(s.Fields)
		s.Fields = append(s.Fields, schema.Field{Name: fields[i].(string), Schema: fields[i+1].(*schema.Schema)})
	}
	return s
}

// columns are the columns of a table, as information_schema has them.
func (d *database) columns(table string) []string {
	d.t.Helper()
	return d.rows(`SELECT CONCAT_WS(' ', COLUMN_NAME, COLUMN_TYPE, COLLATION_NAME, IF(IS_NULLABLE = 'YES', NULL, 'NOT NULL'),
		IF(COLUMN_DEFAULT = 'NULL', NULL, CONCAT('DEFAULT ', COLUMN_DEFAULT)), NULLIF(COLUMN_KEY, ''))
		FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '` + table + `' ORDER BY ORDINAL_POSITION`)
}

var noon = time.Date(2026, 11, 28, 12, 0, 0, 123_000_000, time.UTC)

// typed columns: the field's schema, a value as a decoder makes it, the column of the native
// mapping, and what MariaDB then holds.
var everyType = []struct {
	name   string
	schema *schema.Schema
	value  any
	column string
	stored string
}{
	{"i8", required(of(schema.Int8, "")), int64(1), "tinyint(4) NOT NULL", "1"},
	{"i16", of(schema.Int16, ""), int64(2), "smallint(6)", "2"},
	{"i32", required(withDefault(of(schema.Int32, ""), int64(7))), int64(3), "int(11) NOT NULL DEFAULT 7", "3"},
	{"i64", withDefault(of(schema.Int64, ""), int64(-8)), int64(4), "bigint(20) DEFAULT -8", "4"},
	{"f32", of(schema.Float32, ""), 0.5, "float", "0.5"},
	{"f64", withDefault(of(schema.Float64, ""), 1.5), 2.5, "double DEFAULT 1.5", "2.5"},
	{"b", withDefault(of(schema.Boolean, ""), true), false, "tinyint(1) DEFAULT 1", "0"},
	{"s", withDefault(of(schema.String, ""), `it's \ 주문`), "🛒", "longtext utf8mb4_general_ci DEFAULT 'it\\'s \\\\ 주문'", "🛒"},
	{"y", of(schema.Bytes, ""), []byte("x"), "longblob", "x"},
	{"m", of(schema.Map, ""), object{"a": int64(1)}, "longtext utf8mb4_bin", `{"a":1}`},
	{"a", withDefault(of(schema.Array, ""), []any{}), []any{int64(1)}, "longtext utf8mb4_bin DEFAULT '[]'", "[1]"},
	{"dec", withDefault(decimalOf(12, 2), "0.50"), "1.25", "decimal(12,2) DEFAULT 0.50", "1.25"},
	{"dec4", decimalOf(0, 4), "1.2345", "decimal(65,4)", "1.2345"},
	{"negative", decimalOf(5, -3), "12345000", "decimal(8,0)", "12345000"},
	{"tiny", decimalOf(0, 40), "0.0000000000000000000000000000000000000001", "longtext utf8mb4_general_ci", "0.0000000000000000000000000000000000000001"},
	{"d", withDefault(of(schema.Int32, "org.apache.kafka.connect.data.Date"), noon), noon.Truncate(24 * time.Hour), "date DEFAULT '2026-11-28'", "2026-11-28"},
	{"t", of(schema.Int32, "org.apache.kafka.connect.data.Time"), "12:00:00.5", "time(3)", "12:00:00.500"},
	{"ts", withDefault(of(schema.Int64, "org.apache.kafka.connect.data.Timestamp"), noon), noon, "datetime(3) DEFAULT '2026-11-28 12:00:00.123'", "2026-11-28 12:00:00.123"},
	{"dd", of(schema.Int32, "io.debezium.time.Date"), noon.Truncate(24 * time.Hour), "date", "2026-11-28"},
	{"dt", of(schema.Int32, "io.debezium.time.Time"), "12:00:00", "time(3)", "12:00:00.000"},
	{"dmt", of(schema.Int64, "io.debezium.time.MicroTime"), "-838:59:59.000001", "time(6)", "-838:59:59.000001"},
	{"dnt", of(schema.Int64, "io.debezium.time.NanoTime"), "12:00:00", "time(6)", "12:00:00.000000"},
	{"dts", of(schema.Int64, "io.debezium.time.Timestamp"), noon, "datetime(3)", "2026-11-28 12:00:00.123"},
	{"dmts", of(schema.Int64, "io.debezium.time.MicroTimestamp"), noon, "datetime(6)", "2026-11-28 12:00:00.123000"},
	{"dnts", of(schema.Int64, "io.debezium.time.NanoTimestamp"), noon, "datetime(6)", "2026-11-28 12:00:00.123000"},
	{"dzts", of(schema.String, "io.debezium.time.ZonedTimestamp"), noon, "datetime(6)", "2026-11-28 12:00:00.123000"},
	{"dzt", of(schema.String, "io.debezium.time.ZonedTime"), "12:00:00Z", "time(6)", "12:00:00.000000"},
	{"dy", of(schema.Int32, "io.debezium.time.Year"), int64(2026), "year(4)", "2026"},
	{"j", of(schema.String, "io.debezium.data.Json"), `{"a": 1}`, "longtext utf8mb4_bin", `{"a": 1}`},
	{"uu", of(schema.String, "io.debezium.data.Uuid"), "77A436FD-64F9-4D35-999B-A957195F5D23", "uuid", "77a436fd-64f9-4d35-999b-a957195f5d23"},
	{"e", withDefault(of(schema.String, "io.debezium.data.Enum", "allowed", `small,a\,b,it's`), "small"), "a,b", "enum('small','a,b','it''s') utf8mb4_nopad_bin DEFAULT 'small'", "a,b"},
	{"es", of(schema.String, "io.debezium.data.EnumSet", "allowed", "red,green"), "red,green", "set('red','green') utf8mb4_nopad_bin", "red,green"},
	{"e_bad", of(schema.String, "io.debezium.data.Enum", "allowed", "a,a"), "a", "longtext utf8mb4_general_ci", "a"},
	{"vsd", of(schema.Struct, "io.debezium.data.VariableScaleDecimal"), "3.5", "decimal(65,30)", "3.500000000000000000000000000000"},
	{"s50", sourced(schema.String, "", "VARCHAR", "50"), "x ", "varchar(50) utf8mb4_general_ci", "x "},
	{"s10", sourced(schema.String, "", "CHAR", "10"), "x", "varchar(10) utf8mb4_general_ci", "x"},
	{"stext", sourced(schema.String, "", "TEXT", "65535"), "x", "text utf8mb4_general_ci", "x"},
	{"sdec", sourced(schema.String, "", "DECIMAL", "10"), "1.25", "decimal(10,2)", "1.25"},
	{"suuid", sourced(schema.String, "", "UUID", ""), "77a436fd64f94d35999ba957195f5d23", "uuid", "77a436fd-64f9-4d35-999b-a957195f5d23"},
	{"y20", sourced(schema.Bytes, "", "VARBINARY", "20"), []byte("x"), "varbinary(20)", "x"},
	{"su", sourced(schema.Int64, "", "INT UNSIGNED", "10"), int64(4294967295), "int(10) unsigned", "4294967295"},
	{"sbu", sourced(schema.Bytes, "org.apache.kafka.connect.data.Decimal", "BIGINT UNSIGNED", "20"), "18446744073709551615", "bigint(20) unsigned", "18446744073709551615"},
}

func TestEachTypeGetsAColumnThatHoldsItsValues(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o := d.output(createConfig)
	fields, content := []any{"id", required(of(schema.String, ""))}, object{"id": "1"}
	want := []string{"id varchar(255) utf8mb4_nopad_bin NOT NULL PRI"}
	for _, c := range everyType {
		fields, content[c.name] = append(fields, c.name, c.schema), c.value
		want = append(want, c.name+" "+c.column)
	}
	fields, content["bits"] = append(fields, "bits", withDefault(of(schema.Bytes, "io.debezium.data.Bits", "length", "9"), int64(341))), int64(341)
	s := recordOf(fields...)
	nulls := object{"id": "2", "i8": int64(0), "i32": int64(0)}
	for _, f := range s.Fields {
		if _, set := nulls[f.Name]; !set {
			nulls[f.Name] = nil
		}
	}
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{typed(s, content), typed(s, nulls)}).String())
	require.Equal(t, append(want, "bits bit(9) DEFAULT b'101010101'"), d.columns("t"))
	for _, c := range everyType {
		require.Equal(t, []string{c.stored}, d.rows("SELECT `"+c.name+"` FROM t WHERE id = '1'"), c.name)
	}
	require.Equal(t, []string{"341"}, d.rows("SELECT bits + 0 FROM t WHERE id = '1'"))
	require.Equal(t, "inserted 0, updated 0, unchanged 2, compacted 0, refused 0", d.put(o, service.MessageBatch{typed(s, content), typed(s, nulls)}).String())
	// The same columns, added to a table.
	d.exec("DROP TABLE t")
	d.exec("CREATE TABLE t (id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY)")
	for i := range s.Fields {
		if s.Fields[i].Name == "i8" {
			s.Fields[i].Schema = withDefault(of(schema.Int8, ""), int64(0))
		}
	}
	grown := recordOf()
	*grown = *s
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0", d.put(d.output(createConfig), service.MessageBatch{typed(grown, content)}).String())
	want[1] = "i8 tinyint(4) DEFAULT 0"
	require.Equal(t, append(want, "bits bit(9) DEFAULT b'101010101'"), d.columns("t"))
}

// A key of each type fits the table that it creates.
func TestEachTypeCanBeAKey(t *testing.T) {
	t.Parallel()
	for _, c := range everyType {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := shared(t)
			o := d.output(createConfig)
			s := recordOf("id", c.schema)
			require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{typed(s, object{"id": c.value})}).String())
			require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0", d.put(o, service.MessageBatch{typed(s, object{"id": c.value})}).String())
		})
	}
}
