package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// peerTypes has the columns that the sinks of Kafka Connect create. Aiven's are
// Confluent's, except for text. "" is for a type that has no column.
var peerTypes = []struct {
	name                       string
	schema                     *schema.Schema
	confluent, aiven, debezium string
}{
	{"i8", required(of(schema.Int8, "")), "tinyint(4) NOT NULL", "", "tinyint(4) NOT NULL"},
	{"i16", of(schema.Int16, ""), "smallint(6)", "", "smallint(6)"},
	{"i32", required(withDefault(of(schema.Int32, ""), int64(7))), "int(11) DEFAULT 7", "", "int(11) NOT NULL DEFAULT 7"},
	{"i64", of(schema.Int64, ""), "bigint(20)", "", "bigint(20)"},
	{"f32", of(schema.Float32, ""), "float", "", "float"},
	{"f64", of(schema.Float64, ""), "double", "", "double"},
	{"b", withDefault(of(schema.Boolean, ""), true), "tinyint(4) DEFAULT 1", "", "tinyint(1) DEFAULT 1"},
	{"Str", withDefault(of(schema.String, ""), "it's"), "text utf8mb4_general_ci DEFAULT 'it\\'s'", "varchar(256) utf8mb4_general_ci DEFAULT 'it''s'", "longtext utf8mb4_general_ci"},
	{"y", of(schema.Bytes, ""), "varbinary(1024)", "", "longblob"},
	{"dec", decimalOf(12, 2), "decimal(65,2)", "", "decimal(12,2)"},
	{"dec4", decimalOf(0, 4), "decimal(65,4)", "", "decimal(38,4)"},
	{"d", of(schema.Int32, "org.apache.kafka.connect.data.Date"), "date", "", "date"},
	{"t", of(schema.Int32, "org.apache.kafka.connect.data.Time"), "time(3)", "", "time(6)"},
	{"ts", of(schema.Int64, "org.apache.kafka.connect.data.Timestamp"), "datetime(3)", "", "datetime(6)"},
	{"dd", of(schema.Int32, "io.debezium.time.Date"), "", "", "date"},
	{"dmt", of(schema.Int64, "io.debezium.time.MicroTime"), "", "", "time(6)"},
	{"dts", sourced(schema.Int64, "io.debezium.time.Timestamp", "DATETIME", "3"), "", "", "datetime(3)"},
	{"dzts", of(schema.String, "io.debezium.time.ZonedTimestamp"), "", "", "timestamp(6)"},
	{"dy", of(schema.Int32, "io.debezium.time.Year"), "int(11)", "", "year(4)"},
	{"j", of(schema.String, "io.debezium.data.Json"), "text utf8mb4_general_ci", "varchar(256) utf8mb4_general_ci", "longtext utf8mb4_bin"},
	{"uu", of(schema.String, "io.debezium.data.Uuid"), "text utf8mb4_general_ci", "varchar(256) utf8mb4_general_ci", "longtext utf8mb4_general_ci"},
	{"e", of(schema.String, "io.debezium.data.Enum", "allowed", "small,large"), "text utf8mb4_general_ci", "varchar(256) utf8mb4_general_ci", "enum('small','large') utf8mb4_general_ci"},
	{"es", of(schema.String, "io.debezium.data.EnumSet", "allowed", "red,green"), "text utf8mb4_general_ci", "varchar(256) utf8mb4_general_ci", "set('red','green') utf8mb4_general_ci"},
	{"bits", of(schema.Bytes, "io.debezium.data.Bits", "length", "9"), "", "", "bit(9)"},
	{"s50", sourced(schema.String, "", "VARCHAR", "50"), "text utf8mb4_general_ci", "varchar(256) utf8mb4_general_ci", "varchar(50) utf8mb4_general_ci"},
	{"s10", sourced(schema.String, "", "CHAR", "10"), "text utf8mb4_general_ci", "varchar(256) utf8mb4_general_ci", "char(10) utf8mb4_general_ci"},
	{"slong", sourced(schema.String, "", "VARCHAR", "20000"), "text utf8mb4_general_ci", "varchar(256) utf8mb4_general_ci", "text utf8mb4_general_ci"},
	{"y20", sourced(schema.Bytes, "", "VARBINARY", "20"), "varbinary(1024)", "", "varbinary(20)"},
	{"ytiny", sourced(schema.Bytes, "", "TINYBLOB", ""), "varbinary(1024)", "", "tinyblob"},
	{"st", sourced(schema.Int16, "", "TINYINT", "3"), "smallint(6)", "", "tinyint(3)"},
	{"m", of(schema.Map, ""), "", "", "longtext utf8mb4_bin"},
}

func TestTheMappingsOfTheOtherSinks(t *testing.T) {
	t.Parallel()
	for _, mapping := range []string{"confluent", "aiven", "debezium"} {
		t.Run(mapping, func(t *testing.T) {
			t.Parallel()
			d := shared(t)
			o := d.output(createConfig + "type_mapping: " + mapping + "\n")
			fields, content := []any{"i8", peerTypes[0].schema, "id", required(of(schema.Int32, ""))}, object{"id": int64(1), "i8": int64(1), "i32": int64(2)}
			var want []string
			for _, c := range peerTypes {
				column, name := c.confluent, c.name
				switch {
				case mapping == "aiven" && c.aiven != "":
					column = c.aiven
				case mapping == "debezium":
					column = c.debezium
				}
				if column == "" {
					continue
				}
				if mapping == "debezium" && name == "Str" {
					name = "str"
				}
				want = append(want, name+" "+column)
				if c.name != "i8" {
					fields = append(fields, c.name, c.schema)
				}
				if _, set := content[c.name]; !set {
					content[c.name] = nil
				}
			}
			// Debezium's sink puts the key first, the others keep the order of the schema.
			key := map[string]int{"confluent": 1, "aiven": 1, "debezium": 0}[mapping]
			want = append(want[:key], append([]string{"id int(11) NOT NULL PRI"}, want[key:]...)...)
			require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{typed(recordOf(fields...), content)}).String())
			require.Equal(t, want, d.columns("t"))
		})
	}
	// Text in the key has a binary collation, so that the table can be written.
	for mapping, kind := range map[string]string{"aiven": "varchar(256)", "debezium": "varchar(255)"} {
		d := shared(t)
		o := d.output(createConfig + "type_mapping: " + mapping + "\n")
		require.Empty(t, d.put(o, service.MessageBatch{typed(recordOf("id", text()), object{"id": "a"}), typed(recordOf("id", text()), object{"id": "A "})}).refused)
		require.Equal(t, []string{"id " + kind + " utf8mb4_nopad_bin NOT NULL PRI"}, d.columns("t"))
		require.Equal(t, []string{"A ", "a"}, d.rows("SELECT id FROM t ORDER BY id"))
	}
}

// With pk.mode=kafka, the position of the record is in front of the fields of the value.
func TestThePositionOfARecordComesFirst(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o := d.output("table: t\nkey: [__connect_topic, __connect_partition, __connect_offset]\nschema_metadata: schema\ncreate_tables: true\ntype_mapping: aiven\n")
	record := recordOf("z", text(), "a", text(), "__connect_topic", required(text()), "__connect_partition", number(), "__connect_offset", required(of(schema.Int64, "")))
	require.Empty(t, d.put(o, service.MessageBatch{typed(record, object{"z": "1", "a": "2", "__connect_topic": "t", "__connect_partition": int64(0), "__connect_offset": int64(7)})}).refused)
	require.Equal(t, []string{"t|0|7|1|2"}, d.rows("SELECT * FROM t"))
}
