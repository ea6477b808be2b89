package e2e

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// Each field: its schema node without the name, the payload of two records,
// the column's type, and what the server must give back for each.
var types = []struct {
	name, schema, column string
	payload, want        [2]string
}{
	{"id", `"type":"string"`, "VARCHAR(64) COLLATE utf8mb4_nopad_bin PRIMARY KEY", [2]string{`"least"`, `"most"`}, [2]string{"least", "most"}},
	{"i8", `"type":"int8"`, "TINYINT", [2]string{"-128", "127"}, [2]string{"-128", "127"}},
	{"i16", `"type":"int16"`, "SMALLINT", [2]string{"-32768", "32767"}, [2]string{"-32768", "32767"}},
	{"i32", `"type":"int32"`, "INT", [2]string{"-2147483648", "2147483647"}, [2]string{"-2147483648", "2147483647"}},
	{"i64", `"type":"int64"`, "BIGINT", [2]string{"-9223372036854775808", "9223372036854775807"}, [2]string{"-9223372036854775808", "9223372036854775807"}},
	{"f64", `"type":"double"`, "DOUBLE", [2]string{"-0.1", "1e300"}, [2]string{"-0.1", "1e+300"}},
	{"f32", `"type":"float"`, "DOUBLE", [2]string{"0.1", "19.99"}, [2]string{"0.1", "19.99"}},
	{"f32_single", `"type":"float"`, "FLOAT", [2]string{"0.1", "3.4028235e38"}, [2]string{"0.1", "3.40282e+38"}},
	{"f32_decimal", `"type":"float"`, "DECIMAL(10,2)", [2]string{"0.1", "19.99"}, [2]string{"0.10", "19.99"}},
	{"f64_decimal", `"type":"double"`, "DECIMAL(20,10)", [2]string{"-0.1", "1E-7"}, [2]string{"-0.1000000000", "0.0000001000"}},
	{"f32_nested", `"type":"array","items":{"type":"float"}`, "JSON", [2]string{"[0.1]", "[1E-7,12.50]"}, [2]string{"[0.1]", "[1e-7,12.5]"}},
	{"yes", `"type":"boolean"`, "BOOLEAN", [2]string{"false", "true"}, [2]string{"0", "1"}},
	{"words", `"type":"string"`, "VARCHAR(50)", [2]string{`"한글 🍫"`, `"caf\u00e9 \ud83c\udf6b"`}, [2]string{"한글 🍫", "café 🍫"}},
	{"raw", `"type":"bytes"`, "VARBINARY(10)", [2]string{`""`, `"AP/+"`}, [2]string{"", "\x00\xff\xfe"}},
	{
		"amount", `"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"10"}`, "DECIMAL(38,10)",
		[2]string{unscaled("-99999999999999999999999999999999999999"), unscaled("99999999999999999999999999999999999999")},
		[2]string{"-9999999999999999999999999999.9999999999", "9999999999999999999999999999.9999999999"},
	},
	{"day", `"type":"int32","name":"org.apache.kafka.connect.data.Date"`, "DATE", [2]string{"-1", "19782"}, [2]string{"1969-12-31", "2024-02-29"}},
	{"at_time", `"type":"int32","name":"org.apache.kafka.connect.data.Time"`, "TIME(3)", [2]string{"0", "86399999"}, [2]string{"00:00:00.000", "23:59:59.999"}},
	{"took_ms", `"type":"int32","name":"io.debezium.time.Time"`, "TIME(3)", [2]string{"-1", "86400000"}, [2]string{"-00:00:00.001", "24:00:00.000"}},
	{"took_us", `"type":"int64","name":"io.debezium.time.MicroTime"`, "TIME(6)", [2]string{"-1000000", "3020399999999"}, [2]string{"-00:00:01.000000", "838:59:59.999999"}},
	{"at_ms", `"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"`, "TIMESTAMP(3) NULL", [2]string{"1000", "1709210096789"}, [2]string{"1970-01-01 00:00:01.000", "2024-02-29 12:34:56.789"}},
	{"at_us", `"type":"int64","name":"io.debezium.time.MicroTimestamp"`, "DATETIME(6)", [2]string{"-1", "1709210096789012"}, [2]string{"1969-12-31 23:59:59.999999", "2024-02-29 12:34:56.789012"}},
	{"zoned", `"type":"string","name":"io.debezium.time.ZonedTimestamp"`, "DATETIME(3)", [2]string{`"2024-02-29T12:34:56Z"`, `"2024-02-29T12:34:56.5+09:00"`}, [2]string{"2024-02-29 12:34:56.000", "2024-02-29 03:34:56.500"}},
	{"list", `"type":"array","items":{"type":"int32"}`, "JSON", [2]string{"[]", "[1,2]"}, [2]string{"[]", "[1,2]"}},
	{"pairs", `"type":"map","keys":{"type":"string"},"values":{"type":"int64"}`, "JSON", [2]string{"{}", `{"a":9007199254740993}`}, [2]string{"{}", `{"a":9007199254740993}`}},
	{"nested", `"type":"struct","fields":[{"field":"x","type":"string"}]`, "JSON", [2]string{`{"x":"<&>"}`, `{"x":"초"}`}, [2]string{`{"x":"<&>"}`, `{"x":"초"}`}},
	{"nothing", `"type":"string","optional":true`, "TEXT", [2]string{"null", "null"}, [2]string{"NULL", "NULL"}},
}

// Every type arrives exactly, in any time zone of the server.
func TestEveryTypeArrivesExactly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Private(t, "--default-time-zone=+09:00"))
	var fields, columns, names []string
	for _, f := range types {
		fields = append(fields, fmt.Sprintf(`{%s,"field":"%s"}`, f.schema, f.name))
		columns = append(columns, f.name+" "+f.column)
		names = append(names, f.name)
	}
	w.exec("CREATE TABLE types (" + strings.Join(columns, ", ") + ") CHARACTER SET utf8mb4")
	w.grant("types")
	w.exec("SET time_zone = '+00:00'") // of this reader, which has one connection
	w.db.SetMaxOpenConns(1)
	w.startReady("internal/lab/e2e/testdata/types.yaml")

	for record := range 2 {
		var members []string
		for _, f := range types {
			members = append(members, fmt.Sprintf("%q:%s", f.name, f.payload[record]))
		}
		w.produce(orders.Message{Value: fmt.Appendf(nil,
			`{"schema":{"type":"struct","optional":false,"fields":[%s]},"payload":{%s}}`,
			strings.Join(fields, ","), strings.Join(members, ","))})
	}
	w.awaitCommitted()
	for _, letter := range w.deadLetters() {
		t.Errorf("a dead letter: %s", header(letter, "__connect.errors.exception.message"))
	}
	for i, f := range types {
		got := w.rows("SELECT " + names[i] + " FROM types ORDER BY id")
		if len(got) != 2 || got[0] != f.want[0] || got[1] != f.want[1] {
			t.Errorf("%s: the table has %q, expected %q", f.name, got, f.want)
		}
	}
}

// unscaled encodes a Decimal as the format does: base64 of the big-endian two's
// complement of its digits.
func unscaled(digits string) string {
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		panic(digits)
	}
	const size = 17 // bytes: enough for 38 digits
	if n.Sign() < 0 {
		n.Add(n, new(big.Int).Lsh(big.NewInt(1), 8*size))
	}
	return `"` + base64.StdEncoding.EncodeToString(n.FillBytes(make([]byte, size))) + `"`
}

func TestTextArrivesAsItWasSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.startReady()
	var messages []orders.Message
	for _, id := range []string{
		"초콜릿-주문-한글", "🍫🍫-order", "Ünïcödé", "case", "CASE", "Case", "accent", "áccent",
		"trailing", "trailing ", strings.Repeat("x", 64), strings.Repeat("🍫", 64), `quote"\slash`, "line\nbreak\x00nul",
	} {
		messages = append(messages, orders.Good(orders.Order{
			OrderID: id, UserID: id, ProductID: "초콜릿 🍫", Quantity: 2, UnitPrice: 3, TotalPrice: 6,
		}))
	}
	w.produce(messages...)
	report := w.check(checker.Config{})
	if report.Rows != len(messages) {
		t.Errorf("%d different ids gave %d rows", len(messages), report.Rows)
	}
}

// Plain JSON has no schema that gives a number its type. The sink keeps every digit of
// the producer in a DECIMAL column, in the total and in a JSON column. A value that is
// no JSON is a dead letter that names the format of the value.
func TestPlainJSONKeepsEveryDigit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.exec(`CREATE TABLE plain (order_id VARCHAR(64) COLLATE utf8mb4_nopad_bin PRIMARY KEY, user_id VARCHAR(255), product_id VARCHAR(255),
		qty INT, unit_price DECIMAL(30,2), total_price DECIMAL(38,2), extra JSON) CHARACTER SET utf8mb4`)
	w.grant("plain")
	w.startReady("internal/lab/e2e/testdata/plain.yaml")

	plain := func(id, price, extra string) string {
		return `{"order_id":"` + id + `","user_id":"u","product_id":"p","qty":3,"unit_price":` + price + `,"extra":` + extra + `}`
	}
	for _, value := range []string{
		plain("a", "12.50", `null`),
		plain("b", "12345678901234567.89", `{"total":12345678901234567.89,"rate":1.50,"id":18446744073709551615}`),
		plain("c", "7", `[1E-7,-0.0,1.0]`),
		plain("d", "0.001", `null`),
		"\x00\x00\x00\x00\x07" + plain("e", "12.50", `null`),
	} {
		w.produce(orders.Message{Value: []byte(value)})
	}
	w.awaitCommitted()
	got := w.rows("SELECT order_id, unit_price, total_price, extra FROM plain ORDER BY order_id")
	want := []string{
		"a 12.50 37.50 NULL",
		`b 12345678901234567.89 37037036703703703.67 {"id":18446744073709551615,"rate":1.50,"total":12345678901234567.89}`,
		"c 7.00 21.00 [1E-7,-0.0,1.0]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table has %q, expected %q", got, want)
	}
	var reasons []string
	for _, letter := range w.deadLetters() {
		reasons = append(reasons, header(letter, "__connect.errors.exception.message"))
	}
	slices.Sort(reasons)
	if len(reasons) != 2 || !strings.HasPrefix(reasons[0], "bad_json: value: the value begins with Schema Registry's wire format ") ||
		reasons[1] != "row_too_precise: unit_price: 3 digits behind the point, DECIMAL(30,2) keeps 2" {
		t.Errorf("the dead letters say %q", reasons)
	}
}
