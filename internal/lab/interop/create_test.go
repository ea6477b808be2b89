package interop

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// everyType has a field of each type from which Debezium's JDBC sink makes a column of
// MariaDB, except for those that order-sink does not write in that way: a decimal in a
// DOUBLE (VariableScaleDecimal), and geometries. The sink fails on a ZonedTime, and on a
// name that is a reserved word.
var everyType = []map[string]any{
	{"field": "Id", "type": "string"},
	{"field": "i8", "type": "int8"},
	{"field": "i16", "type": "int16", "optional": true},
	{"field": "i32", "type": "int32", "default": 7},
	{"field": "i64", "type": "int64", "optional": true, "default": 8},
	{"field": "f32", "type": "float", "optional": true},
	{"field": "f64", "type": "double", "default": 1.5},
	{"field": "b", "type": "boolean", "default": true},
	{"field": "s", "type": "string", "optional": true, "default": "it's"},
	{"field": "UpperCase", "type": "string"},
	{"field": "y", "type": "bytes", "optional": true},
	logical("price", "bytes", "org.apache.kafka.connect.data.Decimal", "scale", "2", "connect.decimal.precision", "12"),
	logical("wide", "bytes", "org.apache.kafka.connect.data.Decimal", "scale", "4"),
	logical("d", "int32", "org.apache.kafka.connect.data.Date"),
	logical("t", "int32", "org.apache.kafka.connect.data.Time"),
	logical("ts", "int64", "org.apache.kafka.connect.data.Timestamp"),
	logical("dd", "int32", "io.debezium.time.Date"),
	logical("dt", "int32", "io.debezium.time.Time"),
	logical("dmt", "int64", "io.debezium.time.MicroTime"),
	logical("dnt", "int64", "io.debezium.time.NanoTime"),
	logical("dts", "int64", "io.debezium.time.Timestamp"),
	logical("dmts", "int64", "io.debezium.time.MicroTimestamp"),
	logical("dnts", "int64", "io.debezium.time.NanoTimestamp"),
	logical("dzts", "string", "io.debezium.time.ZonedTimestamp"),
	logical("dy", "int32", "io.debezium.time.Year"),
	logical("j", "string", "io.debezium.data.Json"),
	logical("x", "string", "io.debezium.data.Xml"),
	logical("uu", "string", "io.debezium.data.Uuid"),
	logical("e", "string", "io.debezium.data.Enum", "allowed", "small,large"),
	logical("es", "string", "io.debezium.data.EnumSet", "allowed", "red,green"),
	logical("bits", "bytes", "io.debezium.data.Bits", "length", "9"),
	logical("s50", "string", "", source("VARCHAR", "50")...),
	logical("s10", "string", "", source("CHAR", "10")...),
	logical("stext", "string", "", source("TEXT", "65535")...),
	logical("slong", "string", "", source("VARCHAR", "20000")...),
	logical("y20", "bytes", "", source("VARBINARY", "20")...),
	logical("ytiny", "bytes", "", source("TINYBLOB", "")...),
	logical("yblob", "bytes", "", source("BLOB", "")...),
	logical("st", "int16", "", source("TINYINT", "3")...),
	logical("sm", "int32", "", source("MEDIUMINT", "")...),
	logical("su", "int64", "", source("INT UNSIGNED", "10")...),
	logical("sdt", "int64", "io.debezium.time.Timestamp", source("DATETIME", "0")...),
	logical("sdt3", "int64", "io.debezium.time.Timestamp", source("DATETIME", "3")...),
	logical("sf", "float", "", source("FLOAT", "")...),
	logical("sdec", "string", "", append(source("DECIMAL", "10"), "__debezium.source.column.scale", "2")...),
	{"field": "m", "type": "map", "optional": true, "keys": map[string]any{"type": "string"}, "values": map[string]any{"type": "string"}},
}

// logical is an optional field with a name and parameters.
func logical(field, base, name string, parameters ...string) map[string]any {
	f := map[string]any{"field": field, "type": base, "optional": true}
	if name != "" {
		f["name"], f["version"] = name, 1
	}
	if len(parameters) > 0 {
		all := map[string]string{}
		for i := 0; i < len(parameters); i += 2 {
			all[parameters[i]] = parameters[i+1]
		}
		f["parameters"] = all
	}
	return f
}

// source has the parameters by which Debezium propagates the type of a source column.
func source(kind, length string) []string {
	all := []string{"__debezium.source.column.type", kind}
	if length != "" {
		all = append(all, "__debezium.source.column.length", length)
	}
	return all
}

// columns returns the columns of a table, one text a column.
func columns(t *testing.T, db *sql.DB, table string) []string {
	t.Helper()
	rows, err := db.Query(`SELECT CONCAT_WS(' ', COLUMN_NAME, COLUMN_TYPE, IF(IS_NULLABLE = 'YES', 'NULL', 'NOT NULL'), CONCAT('DEFAULT ', COLUMN_DEFAULT), COLUMN_KEY)
		FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`, table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// Debezium's JDBC sink and order-sink make the same table of the same record.
func TestDebeziumsMappingMakesTheColumnsOfItsSink(t *testing.T) {
	b := kafkatest.Shared(t)
	w, err := connectworker.Start(t.Context(), t.TempDir(), b.Seeds(), connectworker.JDBCSink)
	javatest.Require(t, err)
	t.Cleanup(func() {
		if log, _ := os.ReadFile(w.Log()); t.Failed() {
			t.Logf("the end of Kafka Connect's log:\n%s", log[max(0, len(log)-8000):])
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	defer cancel()
	value, err := json.Marshal(map[string]any{
		"schema": map[string]any{"type": "struct", "fields": everyType}, "payload": map[string]any{"Id": "1", "i8": 1, "UpperCase": "x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	topic := kafkatest.Topic(t, b, 1)
	if err := kafkatest.Client(t, b).ProduceSync(ctx, &kgo.Record{Topic: topic, Value: value}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	server := mariadbtest.Shared(t)
	theirs, ours := server.Database(t), server.Database(t)
	dsn, err := mysql.ParseDSN(server.DSN(theirs))
	if err != nil {
		t.Fatal(err)
	}
	config := connectworker.Sink{Topic: topic, Table: "every_type", Tasks: 1, Address: dsn.Addr, User: dsn.User, Password: dsn.Passwd, Database: theirs}.Config()
	config["schema.evolution"], config["primary.key.fields"] = "basic", "Id"
	if err := w.Create(ctx, "every_type", config); err != nil {
		t.Fatal(err)
	}
	startCreating(t, b, topic, server.DSN(ours))
	got := awaitTable(t, server.DSN(ours), func() error { return nil })
	want := awaitTable(t, server.DSN(theirs), func() error { return w.Check(ctx, "every_type") })
	if !slices.Equal(got, want) {
		t.Errorf("order-sink creates\n%s\nDebezium's sink creates\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// startCreating runs a pipeline that creates the table every_type.
func startCreating(t *testing.T, b kafka.Broker, topic, dsn string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "create.yaml")
	if err := os.WriteFile(path, []byte(`
input:
  kafka_read:
    seed_brokers: [ "${KAFKA_BROKERS}" ]
    topics: [ "${KAFKA_TOPIC}" ]
    consumer_group: "${KAFKA_GROUP}"
    start_offset: earliest
pipeline:
  processors:
    - connect_json_decode: { mode: strict, store_schema_metadata: order_sink_schema }
output:
  mariadb_upsert:
    dsn: "${MARIADB_DSN}"
    table: every_type
    key: [ Id ]
    schema_metadata: order_sink_schema
    create_tables: true
    type_mapping: debezium
`), 0o600); err != nil {
		t.Fatal(err)
	}
	startPipeline(t, b, path, topic, topic, dsn)
}

// awaitTable waits until the table every_type exists, and returns its columns. The wait ends
// when check returns an error. Debezium's sink creates the table and then stops: it writes
// JSON with a CAST that MariaDB does not have.
func awaitTable(t *testing.T, dsn string, check func() error) []string {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all []string
	eventuallytest.Succeeds(t, 2*patience, "the table is created", func(context.Context) error {
		stopped := check() // first, because the sink creates the table before it stops
		if all = columns(t, db, "every_type"); len(all) > 0 {
			return nil
		}
		if stopped != nil {
			t.Fatal(stopped)
		}
		return errors.New("no such table")
	})
	return all
}
