package plugins

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stored is a field of a record, the column that takes it, and what the server then shows.
type stored struct {
	field, payload string // its schema without its name, and its value
	column         string
	shown          string // an expression of v
	want           string
}

const (
	debezium  = `"name":"io.debezium.data.`
	debTime   = `"name":"io.debezium.time.`
	connect   = `"name":"org.apache.kafka.connect.data.`
	variable  = `"type":"struct",` + debezium + `VariableScaleDecimal","fields":[{"type":"int32","field":"scale"},{"type":"bytes","field":"value"}]`
	pointOf   = `"type":"struct",` + debezium + `geometry.Point","fields":[{"type":"double","field":"x"},{"type":"double","field":"y"},{"type":"bytes","optional":true,"field":"wkb"},{"type":"int32","optional":true,"field":"srid"}]`
	shapeOf   = `"type":"struct",` + debezium + `geometry.Geometry","fields":[{"type":"bytes","field":"wkb"},{"type":"int32","optional":true,"field":"srid"}]`
	point     = `{"x":1.5,"y":2,"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAABA","srid":null}`
	ewkb      = `{"wkb":"AQEAACDmEAAAAAAAAAAA8D8AAAAAAAAAQA==","srid":4326}`
	decimal   = `"type":"bytes",` + connect + `Decimal","parameters":{"scale":"2","connect.decimal.precision":"10"}`
	nested    = `"type":"struct","name":"shop.Order","fields":[{"type":"int64","field":"id"},{` + decimal + `,"field":"amount"},{"type":"int32",` + connect + `Date","field":"day"},{"type":"bytes","field":"a"},{"type":"array","items":{"type":"map","keys":{"type":"string"},"values":{` + decimal + `,"optional":true}},"field":"lists"}]`
	aNested   = `{"lists":[{"b":"AQ==","a":null}],"a":"/wA=","day":19782,"amount":"ATY=","id":9007199254740993}`
	theNested = `{"id":9007199254740993,"amount":3.10,"day":"2024-02-29","a":"/wA=","lists":[{"a":null,"b":0.01}]}`
)

// What Debezium's connectors for MariaDB and PostgreSQL send, in each of their modes.
var debeziumTypes = []stored{
	{`"type":"bytes",` + debezium + `Bits","parameters":{"length":"9"}`, `"VQE="`, "BIT(9)", "v + 0", "341"},
	{`"type":"bytes",` + debezium + `Bits","parameters":{"length":"9"}`, `"VQE="`, "SMALLINT", "v", "341"},
	{`"type":"bytes",` + debezium + `Bits","parameters":{"length":"9"}`, `"VQE="`, "JSON", "v", "row_type: v: LONGTEXT takes text, got an integer"},
	{`"type":"bytes",` + debezium + `Bits","parameters":{"length":"64"}`, `"//////////8="`, "BIT(64)", "v + 0", "18446744073709551615"},
	{`"type":"bytes",` + debezium + `Bits","parameters":{"length":"64"}`, `"//////////8="`, "BIGINT UNSIGNED", "v", "18446744073709551615"},
	{`"type":"bytes",` + debezium + `Bits","parameters":{"length":"72"}`, `"AQIDBAUGBwgJ"`, "VARBINARY(9)", "HEX(v)", "090807060504030201"},
	{`"type":"bytes",` + debezium + `Bits","parameters":{"length":"9"}`, `"VQE="`, "BINARY(2)", "HEX(v)", "row_type: v: BINARY(2) takes bytes, got an integer"},
	{`"type":"boolean"`, `true`, "BIT(1)", "v + 0", "1"},
	{variable, `{"scale":1,"value":"Iw=="}`, "DECIMAL(10,2)", "v", "3.50"},
	{variable, `{"scale":3,"value":"DBw="}`, "VARCHAR(9)", "v", "3.100"},
	{variable, `{"scale":3,"value":"DBw="}`, "JSON", "v", "3.100"},
	{variable, `{"scale":3,"value":"DB0="}`, "DECIMAL(10,2)", "v", "row_too_precise: v: 3 digits behind the point, DECIMAL(10,2) keeps 2"},
	{decimal, `"ATY="`, "DECIMAL(10,2)", "v", "3.10"},
	{`"type":"string"`, `"12345678901234567890.01"`, "DECIMAL(30,2)", "v", "12345678901234567890.01"},
	{`"type":"double"`, `0.1`, "DECIMAL(30,2)", "v", "0.10"},
	{`"type":"bytes",` + connect + `Decimal","parameters":{"scale":"0"}`, `"AP//////////"`, "BIGINT UNSIGNED", "v", "18446744073709551615"},
	{pointOf, point, "POINT", "CONCAT(ST_AsText(v), ST_SRID(v))", "POINT(1 2)0"},
	{pointOf, point, "JSON", "v", point},
	{pointOf, point, "BLOB", "v", "row_type: v: BLOB takes bytes, got an object: only a JSON or text column takes a nested value"},
	{shapeOf, ewkb, "GEOMETRY", "CONCAT(ST_AsText(v), ST_SRID(v))", "POINT(1 2)4326"},
	{strings.Replace(shapeOf, "Geometry", "Geography", 1), ewkb, "POINT", "CONCAT(ST_AsText(v), ST_SRID(v))", "POINT(1 2)4326"},
	{shapeOf, ewkb, "POLYGON", "v", "row_bad_value: v: a POINT, the column takes a POLYGON"},
	{`"type":"string",` + debezium + `Json"`, `"{\"a\": 3.10}"`, "JSON", "v", `{"a": 3.10}`},
	{`"type":"string",` + debezium + `Xml"`, `"<a/>"`, "TEXT", "v", "<a/>"},
	{`"type":"string",` + debezium + `Uuid"`, `"77A436FD-64f9-4d35-999b-a957195f5d21"`, "UUID", "v", "77a436fd-64f9-4d35-999b-a957195f5d21"},
	{`"type":"string",` + debezium + `Uuid"`, `"77A436FD-64f9-4d35-999b-a957195f5d21"`, "BINARY(16)", "HEX(v)", "77A436FD64F94D35999BA957195F5D21"},
	{`"type":"bytes"`, `"d6Q2/WT5TTWZm6lXGV9dIQ=="`, "UUID", "v", "77a436fd-64f9-4d35-999b-a957195f5d21"},
	{`"type":"bytes"`, `"d6Q2/WT5TTWZm6lXGV9dIQ=="`, "BINARY(16)", "HEX(v)", "77A436FD64F94D35999BA957195F5D21"},
	{`"type":"string",` + debezium + `Enum","parameters":{"allowed":"a,b"}`, `"b"`, "ENUM('a','b')", "v", "b"},
	{`"type":"string",` + debezium + `Enum","parameters":{"allowed":"a,b,c"}`, `"c"`, "ENUM('a','b')", "v", "row_bad_value: v: not a member of the ENUM: add the member to the column, or correct the value"},
	{`"type":"string",` + debezium + `EnumSet","parameters":{"allowed":"a,b"}`, `"b,a"`, "SET('a','b')", "v", "a,b"},
	{`"type":"string",` + debezium + `EnumSet","parameters":{"allowed":"a,b"}`, `""`, "SET('a','b')", "v", ""},
	{`"type":"int32",` + debTime + `Year"`, `2155`, "YEAR", "v", "2155"},
	{`"type":"int32",` + debTime + `Year"`, `0`, "YEAR", "LPAD(v, 4, '0')", "0000"},
	{`"type":"string",` + debTime + `Interval"`, `"P1Y2M3DT4H5M6.78S"`, "VARCHAR(40)", "v", "P1Y2M3DT4H5M6.78S"},
	{`"type":"int64",` + debTime + `MicroDuration"`, `-1`, "BIGINT", "v", "-1"},
	{`"type":"string",` + debTime + `ZonedTime"`, `"10:15:30.5Z"`, "TIME(1)", "v", "10:15:30.5"},
	{`"type":"string",` + debTime + `IsoDate"`, `"2026-08-20Z"`, "DATE", "v", "2026-08-20"},
	{`"type":"string",` + debTime + `IsoTime"`, `"10:15:30Z"`, "TIME", "v", "10:15:30"},
	{`"type":"string",` + debTime + `IsoTimestamp"`, `"2026-08-20T10:15:30.123456Z"`, "DATETIME(6)", "v", "2026-08-20 10:15:30.123456"},
	{`"type":"int32",` + debTime + `Date"`, `-1`, "DATE", "v", "1969-12-31"},
	{`"type":"int64",` + debTime + `MicroTime"`, `-3020399000000`, "TIME", "v", "-838:59:59"},
	{`"type":"int64",` + debTime + `NanoTime"`, `1000`, "TIME(6)", "v", "00:00:00.000001"},
	{`"type":"int64",` + debTime + `NanoTimestamp"`, `1001`, "DATETIME(6)", "v", "row_too_precise: v: a fraction of a second finer than the 6 digits of DATETIME(6)"},
	{`"type":"string",` + debTime + `ZonedTimestamp"`, `"2026-08-20T19:15:30+09:00"`, "TIMESTAMP NULL", "v", "2026-08-20 10:15:30"},
	{`"type":"string"`, `"0000-00-00"`, "DATE", "v", "row_bad_value: v: 0000-00-00 is not a date: send null"},
	{`"type":"bytes"`, `"AP8="`, "VARBINARY(2)", "HEX(v)", "00FF"},
	{`"type":"string"`, `"AP8="`, "VARBINARY(4)", "v", "AP8="}, // binary.handling.mode: base64 is text to every sink
	{nested, aNested, "JSON", "v", theNested},
	{nested, aNested, "VARCHAR(200)", "v", theNested},
	{nested, aNested, "VARCHAR(20)", "v", "row_too_long: v: 97 characters, VARCHAR(20) holds 20"},
	{`"type":"array","items":{"type":"float"}`, `[0.1,2]`, "JSON", "v", "[0.1,2]"},
	{`"type":"array","items":{` + decimal + `}`, `["ATY="]`, "DECIMAL(10,2)", "v", "row_type: v: DECIMAL(10,2) takes an exact decimal, got an array: only a JSON or text column takes a nested value"},
	{`"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}`, `[[2,1],[1,2]]`, "JSON", "v", "[[2,1],[1,2]]"},
}

// Every value is stored exactly, or refused by name, and stored again it changes nothing.
func TestDebeziumTypesAreStored(t *testing.T) {
	var tables []string
	for i, c := range debeziumTypes {
		tables = append(tables, fmt.Sprintf("CREATE TABLE t%d (id INT PRIMARY KEY, v %s, touched TIMESTAMP(6) NULL ON UPDATE CURRENT_TIMESTAMP(6)) CHARACTER SET utf8mb4", i, c.column))
	}
	p := storing(t, tables...)
	send := p.sending("{ table: '${! @table }', key: [ id ], schema_metadata: order_sink_schema, dsn: '"+p.dsn+"' }",
		"connect_json_decode: { store_schema_metadata: order_sink_schema }", `mapping: meta table = "t" + this.id.string()`)
	for i, c := range debeziumTypes {
		message := fmt.Sprintf(`{"schema":{"type":"struct","name":"t.Row%d","fields":[{"type":"int32","field":"id"},{%s,"optional":true,"field":"v"}]},"payload":{"id":%d,"v":%s}}`, i, c.field, i, c.payload)
		for range 2 {
			if err := send("", message); err != nil {
				_, refusal, _ := strings.Cut(err.Error(), "the first: ")
				assert.Equal(t, c.want, refusal, "%s %s in %s", c.field, c.payload, c.column)
				assert.Empty(t, p.rows(fmt.Sprintf("SELECT id FROM t%d", i)))
				continue
			}
			assert.Equal(t, []string{c.want}, p.rows(fmt.Sprintf("SELECT %s FROM t%d WHERE touched IS NULL", c.shown, i)), "%s %s in %s", c.field, c.payload, c.column)
		}
	}
}

// The columns may also be listed, without the schema in metadata.
func TestDebeziumTypesInListedColumns(t *testing.T) {
	p := storing(t, "CREATE TABLE v (id INT PRIMARY KEY, b BIT(9), n DECIMAL(10,2))")
	send := p.sending("{ table: v, columns: [ id, b, n ], key: [ id ], dsn: '"+p.dsn+"' }", "connect_json_decode: {}")
	row := func(b, n, payload string) string {
		return `{"schema":{"type":"struct","name":"row","fields":[{"type":"int32","field":"id"},{` + b + `,"optional":true,"field":"b"},{` + n + `,"optional":true,"field":"n"}]},"payload":` + payload + `}`
	}
	require.NoError(t, send("", row(debeziumTypes[0].field, `"type":"string"`, `{"id":1,"b":"VQE=","n":"1.00"}`)))
	require.NoError(t, send("", row(`"type":"int32"`, variable, `{"id":2,"b":1,"n":{"scale":1,"value":"Iw=="}}`)))
	require.Equal(t, []string{"1 341 1.00", "2 1 3.50"}, p.rows("SELECT CONCAT_WS(' ', id, b + 0, n) FROM v ORDER BY id"))
}
