package reference

import "strings"

// sample is a type and some of its values, as Connect JSON has them.
type sample struct {
	schema   string
	payloads []string
}

const (
	connectData = "org.apache.kafka.connect.data."
	debTime     = "io.debezium.time."
	debData     = "io.debezium.data."
)

func decimalOf(scale string) string {
	return attr(nameOf(kind("bytes"), connectData+"Decimal"), `"version":1`, `"parameters":{"scale":"`+scale+`"}`)
}

func logical(base, name string) string { return attr(nameOf(kind(base), name), `"version":1`) }

// numbers and texts are the types that Kafka Connect has by itself.
func primitives() []sample {
	return []sample{
		{kind("int8"), []string{"0", "1", "127", "-128"}},
		{kind("int16"), []string{"0", "300", "-32768"}},
		{kind("int32"), []string{"0", "44", "300", "70000", "-1", "2147483647", "-2147483648"}},
		{kind("int64"), []string{"0", "1", "300", "4294967297", "-9223372036854775808", "9223372036854775807", "9007199254740993"}},
		{kind("float"), []string{"0.0", "1.5", "-2.7", "0.1", "16777216.0", "3.4028235E38", "1.0E10", "1.17549435E-38"}},
		{kind("double"), []string{"0.0", "0.1", "-2.7", "300.99", "1.0E10", "1.0E300", "123456789.125", "4.9E-324", "100.0", "0.001", "1.0E7"}},
		{kind("boolean"), []string{"true", "false"}},
		{kind("string"), []string{
			`""`, `"12"`, `"-7"`, `"+7"`, `"3.9"`, `"true"`, `"TRUE"`, `"no"`, `" 12"`, `"12 "`, `"1e3"`, `"300"`, `"9223372036854775808"`, `"0x1F"`,
			`"NaN"`, `"-Infinity"`, `"1.5f"`, `"0x1p3"`, `"\u0661\u0662"`, `"\u00e9\ud83d\ude00"`,
		}},
		{kind("bytes"), []string{`""`, `"AQL/"`}},
	}
}

// logicals are the types that a name makes.
func logicals() []sample {
	return []sample{
		{decimalOf("2"), []string{`"BNI="`, `"AA=="`, `"+w=="`, `"dZM="`, `"AN4LbJ0/9CQ="`}},
		{decimalOf("0"), []string{`"BNI="`, `"AP//////////"`}},
		{decimalOf("-2"), []string{`"BNI="`}},
		{decimalOf("12"), []string{`"BNI="`}},
		{logical("int32", connectData+"Date"), []string{"0", "19782", "-1", "-719162"}},
		{logical("int32", connectData+"Time"), []string{"0", "3723004", "3723000", "86399999"}},
		{logical("int64", connectData+"Timestamp"), []string{"0", "1709210096789", "1709164800000", "-1", "-62135769600001", "253402300799999"}},
	}
}

// changes are the types of Debezium.
func debezium() []sample {
	return []sample{
		{logical("int32", debTime+"Date"), []string{"19782", "-1"}},
		{logical("int32", debTime+"Time"), []string{"3723004", "-3600000"}},
		{logical("int64", debTime+"MicroTime"), []string{"3723004005", "86400000000"}},
		{logical("int64", debTime+"NanoTime"), []string{"3723004005006"}},
		{logical("int64", debTime+"Timestamp"), []string{"1709210096789", "-1"}},
		{logical("int64", debTime+"MicroTimestamp"), []string{"1709210096789012"}},
		{logical("int64", debTime+"NanoTimestamp"), []string{"1709210096789012345"}},
		{logical("string", debTime+"ZonedTimestamp"), []string{`"2024-02-29T12:34:56.789Z"`}},
		{logical("int32", debTime+"Year"), []string{"2024"}},
		{attr(logical("string", debData+"Enum"), `"parameters":{"allowed":"a,b"}`), []string{`"a"`}},
		{logical("string", debData+"Json"), []string{`"{\"a\": 1}"`}},
		{logical("string", debData+"Uuid"), []string{`"77a436fd-0000-4000-8000-000000000000"`}},
		{attr(logical("bytes", debData+"Bits"), `"parameters":{"length":"9"}`), []string{`"VQE="`}},
		{attr(logical("bytes", debData+"Bits"), `"parameters":{"length":"72"}`), []string{`"AQIDBAUGBwgJ"`}},
		{attr(nameOf(structOf("scale", kind("int32"), "value", kind("bytes")), debData+"VariableScaleDecimal"), `"version":1`), []string{`{"scale":3,"value":"DBw="}`}},
		{nameOf(structOf("wkb", kind("bytes"), "srid", optional(kind("int32"))), debData+"geometry.Geometry"), []string{`{"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAABA","srid":null}`}},
	}
}

const (
	arrayOfInts = `{"type":"array","items":{"type":"int32"}}`
	mapOfInts   = `{"type":"map","keys":{"type":"string"},"values":{"type":"int32"}}`
	mapByInts   = `{"type":"map","keys":{"type":"int32"},"values":{"type":"string"}}`
)

// containers are the types that have other values in them.
func containers() []sample {
	return []sample{
		{arrayOfInts, []string{"[]", "[1,2]"}},
		{`{"type":"array","items":` + structOf("a", kind("string")) + `}`, []string{`[{"a":"x"}]`}},
		{mapOfInts, []string{"{}", `{"b":2,"a":1}`}},
		{mapByInts, []string{`[[1,"a"]]`}},
		{structOf("a", kind("int32"), "b", optional(kind("string"))), []string{`{"a":1,"b":null}`}},
	}
}

func samples() []sample {
	all := append(primitives(), logicals()...)
	return append(append(all, debezium()...), containers()...)
}

// between returns records that have a value of a type in the field f of a struct, between
// two others.
func between(some []sample) (all []question) {
	for _, s := range some {
		for _, payload := range s.payloads {
			all = append(all, fieldF(s.schema, payload))
		}
	}
	return all
}

func fieldF(schema, payload string) question {
	its := attr(nameOf(structOf("id", kind("int32"), "f", schema, "tail", kind("string")), "shop.Order"), `"version":4`)
	return of(env(its, `{"id":1,"f":`+payload+`,"tail":"z"}`))
}

// firsts returns one value of each type.
func firsts(some []sample) (all []sample) {
	for _, s := range some {
		all = append(all, sample{s.schema, s.payloads[len(s.payloads)-1:]})
	}
	return all
}

// absent returns records whose field f is null: without and with a default, and one that
// has its default.
func absent(some []sample) (all []question) {
	for _, s := range some {
		value := s.payloads[len(s.payloads)-1]
		all = append(all, fieldF(optional(s.schema), "null"), fieldF(optional(s.schema), s.payloads[0]))
		if strings.Contains(s.schema, `"struct"`) {
			continue // the reference's converter accepts no default that has a struct
		}
		withDefault := attr(s.schema, `"default":`+value)
		all = append(all, fieldF(optional(withDefault), "null"), fieldF(withDefault, s.payloads[0]))
	}
	return all
}

// whole returns records whose value is a value of a type.
func whole(some []sample) (all []question) {
	for _, s := range some {
		for _, payload := range s.payloads {
			all = append(all, of(env(s.schema, payload)))
		}
	}
	return all
}

// bare returns records without a schema that have a value in the field f.
func bare(payloads ...string) (all []question) {
	for _, p := range payloads {
		all = append(all, of(text(`{"id":1,"f":`+p+`,"tail":"z"}`)))
	}
	return all
}

// plain returns records whose value is JSON without a schema.
func plain(payloads ...string) (all []question) {
	for _, p := range payloads {
		all = append(all, of(text(p)))
	}
	return all
}

var jsonValues = strings.Split(`null|true|12|300|-1|9223372036854775807|1.5|1.0E10|"12"|"x"|""|[1,"a"]|{"a":{"b":1}}|{}|[]`, "|")

// The order of most cases.
var order = attr(nameOf(structOf("order_id", kind("string"), "qty", kind("int32"), "price", optional(decimalOf("2")),
	"note", optional(attr(kind("string"), `"default":"none"`)), "at", logical("int64", connectData+"Timestamp")), "shop.Order"), `"version":2`, `"doc":"An order"`)

// orders returns records that the transforms of fields get.
func orders() []question {
	return []question{
		of(env(order, `{"order_id":"a","qty":3,"price":"BNI=","note":"x","at":1709210096789}`)),
		of(env(order, `{"order_id":"b","qty":0,"price":null,"note":null,"at":0}`)),
		of(env(optional(order), `{"order_id":"c","qty":-1,"price":"AA==","note":"","at":-1}`)),
		of(env(optional(order), "null")), // null, with a schema
		of(nil),                          // a tombstone
		of(text(`{"order_id":"a","qty":3,"price":12.5,"note":null,"nested":{"a":[1]}}`)),
		of(text(`{}`)),
		of(env("null", `{"order_id":"a","qty":3}`)),
		of(env("null", "null")),
		of(env(kind("string"), `"text"`)),
		of(text(`[1,2]`)),
		of(text(`12`)),
	}
}
