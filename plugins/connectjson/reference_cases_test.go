package connectjson

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// referenceCase is one question to the reference converter: a setting of Reference.java
// and a message.
type referenceCase struct {
	setting string
	input   string
}

const seedEnvelope = `{"schema":{"type":"struct","fields":[{"type":"string","optional":true,"field":"order_id"},{"type":"string","optional":true,"field":"user_id"},{"type":"string","optional":true,"field":"product_id"},{"type":"int32","optional":true,"field":"qty"},{"type":"int32","optional":true,"field":"unit_price"},{"type":"int32","optional":true,"field":"total_price"}],"optional":false,"name":"orders"},"payload":{"order_id":"77a436fd-64f9-4d35-999b-a957195f5d23","user_id":"b6ff5b5e-3dd7-4a8c-9f0e-0d4f6f1a0c11","product_id":"CATALOG-002","qty":1,"unit_price":6000,"total_price":6000}}`

func envelope(schema, payload string) string {
	return `{"schema":` + schema + `,"payload":` + payload + `}`
}

func decimalSchema(scale, rest string) string {
	return `{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"` + scale + `"}` + rest + `}`
}

func field(name, node string) string {
	return strings.TrimSuffix(node, "}") + `,"field":"` + name + `"}`
}

func structOf(nodes ...string) string {
	return `{"type":"struct","fields":[` + strings.Join(nodes, ",") + `]}`
}

// referenceTypes are schema nodes; each meets each of referenceValues, as a root and as a
// field.
var referenceTypes = []string{
	`{"type":"boolean"}`,
	`{"type":"int8"}`,
	`{"type":"int16"}`,
	`{"type":"int32"}`,
	`{"type":"int64"}`,
	`{"type":"float"}`,
	`{"type":"double"}`,
	`{"type":"string"}`,
	`{"type":"bytes"}`,
	`{"type":"string","optional":true}`,
	`{"type":"bytes","optional":true}`,
	`{"type":"int32","optional":true,"default":7}`,
	`{"type":"string","optional":true,"default":"x"}`,
	`{"type":"array","items":{"type":"int32"}}`,
	`{"type":"array","items":{"type":"string"}}`,
	`{"type":"map","keys":{"type":"string"},"values":{"type":"int32"}}`,
	`{"type":"map","keys":{"type":"int32"},"values":{"type":"string","optional":true}}`,
	`{"type":"struct","fields":[{"type":"int32","field":"a"},{"type":"string","optional":true,"field":"b"}]}`,
	decimalSchema("2", ""),
	decimalSchema("-3", ""),
	`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal"}`,
	`{"type":"int32","name":"org.apache.kafka.connect.data.Date"}`,
	`{"type":"int32","name":"org.apache.kafka.connect.data.Time"}`,
	`{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}`,
}

var referenceValues = []string{
	"null", "true", "false", "0", "-0", "1", "-1", "12", "300", "-129", "32768", "86399999", "86400000", "86400001",
	"2147483647", "2147483648", "-2147483648", "-2147483649", "3000000000",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "123456789012345678901234567890",
	"12.0", "12.9", "-12.9", "0.5", "1e3", "1E+3", "1e-3", "1e18", "1e19", "1e63", "1e64", "1e65", "1.5e2", "1.999", "1.10", "100e-2", "0e9", "0.00", "-0.0", "-0.000e5", "1e400", "-1e400", "1e-400", "-1e-400",
	"1e2000", "1e-2000", "1e2147483647", "1e2147483648", "1e-2147483647", "1e-2147483648", "0e2147483647", "1.5e-2147483647", "1e00000000000000000003", "1e99999999999",
	"007", "-007", "00", "00.5", "000000000000000000000000000000001", "0.1", "3.4028235e38", "3.4028236e38", "1e-46", "1.401298464324817e-45", "16777217", "0.30000000000000004", "1.7976931348623157e308", "1.7976931348623159e308", "4.9e-324",
	`""`, `" "`, `"12"`, `"1.5"`, `"true"`, `"abc"`, `"AQID"`, `"AQI="`, `"AQ=="`, `"AQ="`, `"AQ"`, `"A"`, `"AQ==AQ=="`, `" AQID "`, `"AQ\nID"`, `"AQID\n\tAQID"`, `"AQ_-"`, `"A+/="`, `"AR=="`, `"1234"`, `"gA=="`, `"AIA="`, `"/w=="`, `"//8="`, `"f////////w=="`, `"gAAAAAAAAAA="`, `"AQIDBAUGBwgJCgsMDQ4PEA=="`, `"\u0041QID"`, `"=AAA"`, `"A=AA"`, `"AA=A"`, `"AQIDé"`,
	`"한국어"`, `"😀"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ude00\ud83d"`, `"a\ud83db"`, `"\ud83d\ud83d\ude00"`, `"\u0000"`, `"\"\\\/\b\f\n\r\t"`, `"\x"`, `"\u12"`, `"\u12g4"`, "\"a\tb\"", "\"\xc3\xa9\"", "\"\xc0\x80\"", "\"\xe0\x80\x80\"", "\"\xed\xa0\x80\"", "\"\xf0\x80\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xf7\xbf\xbf\xbf\"", "\"\xf8\x80\x80\x80\"", "\"\x80\"", "\"\xc3\"", "\"\xe2\x82\"", "\"\xff\"", "\"\x7f\"",
	"[]", "[1]", `[1,"2",null]`, `[1,"2"]`, "[[1,2]]", `[[1,"a"],[1,"b"]]`, `[[1,"a"],[2,5]]`, `[[1]]`, `[[1,2,3]]`, `[[null,"a"]]`, "[1,]", "[,1]", "[1 2]", "[1", "]",
	"{}", `{"a":1}`, `{"a":1,"b":"x"}`, `{"b":"x","a":1}`, `{"a":"1","b":5}`, `{"a":null}`, `{"a":1,"a":2}`, `{"a":1,"c":{"d":[1,2]}}`, `{"\u0061":1}`, `{"a":1,}`, `{a:1}`, `{'a':1}`, `{"a" 1}`, `{"a":}`, `{"a":1`, `{"a":1 "b":2}`,
	"NaN", "Infinity", "-Infinity", "nul", "nulll", "True", "+1", ".5", "1.", "-", "-a", "1e", "1e+", "1.e3", "0x10", "1_000", "12abc", "/*c*/1", "1//c", "'a'", "undefined", "",
}

func referenceCases() []referenceCase {
	var cases []referenceCase
	enable := func(inputs ...string) {
		for _, in := range inputs {
			cases = append(cases, referenceCase{"enable", in})
		}
	}
	disable := func(inputs ...string) {
		for _, in := range inputs {
			cases = append(cases, referenceCase{"disable", in})
		}
	}
	for _, v := range referenceValues {
		disable(v)
		enable(v, envelope("null", v), envelope(`{"type":"int32"}`, `{"unused":`+v+`}`))
		for _, t := range referenceTypes {
			enable(envelope(t, v), envelope(structOf(field("f", t)), `{"f":`+v+`}`))
		}
		for _, t := range []string{`{"type":"int32"}`, `{"type":"string"}`, decimalSchema("2", "")} {
			enable(envelope(strings.TrimSuffix(t, "}")+`,"default":`+v+`}`, "null"))
			enable(envelope(structOf(field("f", strings.TrimSuffix(t, "}")+`,"optional":true,"default":`+v+`}`)), "{}"))
			cases = append(cases, referenceCase{contentSetting(t), v})
		}
	}
	enable(schemaCases()...)
	enable(envelopeCases()...)
	for _, doc := range []string{"", " ", "\n", "\ufeff", "\ufeff ", "null", " null ", "true", "true ", "true,", "truex", "true_", "true€", "true한", "true/", "true:", "true\x01", "true\xff", "null]", "false}", "1", "1 ", "1,", "1]", "1}", "1\n", "1\r", "1\x00", "1/", `"a"b`, "[]x", "{}x", "[1]]", "5 6", "{\"a\":1}\x00\xff"} {
		disable(doc)
		cases = append(cases, referenceCase{contentSetting(`{"type":"boolean"}`), doc})
		for _, t := range referenceTypes {
			if len(doc) < 2 && doc != "1" {
				cases = append(cases, referenceCase{contentSetting(t), doc})
			}
		}
	}
	for _, doc := range []string{`{"a":1,"b":"é한😀\ud800"}`, `[1,2.5,"x"]`, "12", "true", `"a"`} {
		disable(encodings(doc)...)
	}
	disable("\xff\xfe\"\x00\x00\xd8a\x00\"\x00", "\xff\xfe\"\x00\x00\xdc\"\x00", "\xff\xfe\"\x00\xfe\xff\"\x00", "\x00\x00\x00\"\x00\x00\xd8\x00\x00\x00\x00\"", "\x00\x00\x00\"\x00\x11\x00\x00\x00\x00\x00\"", "[\x00", "[\x00]\x00", "\x00[\x00]", "\xfe\xff", "\xef\xbb\xbf", "\xef\xbb\xbf1", "\x00\x00", "\x00", "1\x00\x00\x00", "\x001\x00\x00", "\x00\x001\x00")
	enable(encodings(envelope(`{"type":"string"}`, `"é"`))...)
	return cases
}

func contentSetting(schema string) string {
	return "content:" + base64.StdEncoding.EncodeToString([]byte(schema))
}

// encodings are a document in each of the encodings that Jackson finds by itself.
func encodings(doc string) []string {
	out := []string{"\ufeff" + doc}
	for _, mark := range []string{"", "\ufeff"} {
		text := mark + doc
		var be16, le16, be32, le32 []byte
		for _, u := range utf16.Encode([]rune(text)) {
			be16, le16 = binary.BigEndian.AppendUint16(be16, u), binary.LittleEndian.AppendUint16(le16, u)
		}
		for _, r := range text {
			be32, le32 = binary.BigEndian.AppendUint32(be32, uint32(r)), binary.LittleEndian.AppendUint32(le32, uint32(r))
		}
		out = append(out, string(be16), string(le16), string(be32), string(le32))
	}
	return out
}

func schemaCases() []string {
	field := func(rest string) string { return `{"type":"struct","fields":[{"field":"a",` + rest + `}]}` }
	nodes := []string{
		`5`, `"int32"`, `[]`, `true`, `{}`, `{"type":null}`, `{"type":5}`, `{"type":"int"}`, `{"type":"float32"}`, `{"type":"INT32"}`, `{"type":""}`, `{"type":"int32","type":"string"}`, `{"\u0074ype":"int32"}`, `{"type":"\u0069nt32"}`,
		`{"type":"int32","optional":"true"}`, `{"type":"int32","optional":1}`, `{"type":"int32","optional":null}`, `{"type":"int32","optional":true}`, `{"type":"int32","optional":false}`, `{"type":"int32","optional":true,"optional":false}`,
		`{"type":"int32","name":5}`, `{"type":"int32","name":null}`, `{"type":"int32","name":"x","version":"1"}`, `{"type":"int32","version":1.5}`, `{"type":"int32","version":99999999999999999999}`, `{"type":"int32","doc":5}`, `{"type":"int32","extra":{}}`,
		`{"type":"int32","parameters":{"a":1}}`, `{"type":"int32","parameters":{"a":null}}`, `{"type":"int32","parameters":{"a":1,"a":"x"}}`, `{"type":"int32","parameters":{"a":"x","a":1}}`, `{"type":"int32","parameters":[]}`, `{"type":"int32","parameters":null}`, `{"type":"int32","parameters":{}}`,
		`{"type":"array"}`, `{"type":"array","items":null}`, `{"type":"array","items":{"type":"x"}}`, `{"type":"array","items":5}`, `{"type":"array","items":{"type":"array","items":{"type":"int8"}}}`,
		`{"type":"map"}`, `{"type":"map","keys":{"type":"string"}}`, `{"type":"map","values":{"type":"string"}}`, `{"type":"map","keys":null,"values":{"type":"string"}}`, `{"type":"map","keys":{"type":"string"},"values":null}`,
		`{"type":"struct"}`, `{"type":"struct","fields":null}`, `{"type":"struct","fields":{}}`, `{"type":"struct","fields":[]}`, `{"type":"struct","fields":[null]}`, `{"type":"struct","fields":[5]}`, `{"type":"struct","fields":[{"type":"int32"}]}`, `{"type":"struct","fields":[{"type":"int32","field":5}]}`, `{"type":"struct","fields":[{"type":"int32","field":""}]}`, `{"type":"struct","fields":[{"type":"int32","field":"a"},{"type":"int32","field":"a"}]}`, `{"type":"struct","fields":[{"field":"a"}]}`,
		field(`"type":"int32","default":5`), field(`"type":"int32","default":"5"`), field(`"type":"int32","default":null`), field(`"type":"int32","optional":true,"default":null`), field(`"type":"string","default":5`), field(`"type":"string","optional":true,"default":5`), field(`"type":"bytes","default":"AQ=="`), field(`"type":"bytes","default":"A"`), field(`"type":"array","items":{"type":"int32"},"default":[1,"2"]`), field(`"type":"array","items":{"type":"string"},"default":[1]`), field(`"type":"array","items":{"type":"struct","fields":[]},"default":[{}]`),
		field(`"type":"map","keys":{"type":"string"},"values":{"type":"int32"},"default":{"k":1}`), field(`"type":"struct","fields":[],"default":{}`), field(`"type":"struct","fields":[],"optional":true,"default":null`), field(`"type":"struct","fields":[{"type":"int32","field":"b"}]`), field(`"type":"struct","fields":[{"type":"int32","field":"b","default":4}],"optional":true`),
		field(`"type":"int32","name":"org.apache.kafka.connect.data.Date","default":18000`), field(`"type":"int32","name":"org.apache.kafka.connect.data.Date","default":1.0`), field(`"type":"int64","name":"org.apache.kafka.connect.data.Timestamp","default":1`),
	}
	const p = `"name":"org.apache.kafka.connect.data.`
	// A value that a later pair with the same key replaces is converted, but not checked.
	nodes = append(nodes, field(`"type":"map","keys":{"type":"boolean"},"values":{"type":"bytes"},"default":[[false,2],[false,"AQID"]]`),
		field(`"type":"map","keys":{"type":"boolean"},"values":{"type":"bytes"},"default":[[false,"AQID"],[false,2]]`),
		field(`"type":"map","keys":{"type":"boolean"},"values":{"type":"int32","name":"org.apache.kafka.connect.data.Time"},"default":[[false,-1],[false,2]]`),
		field(`"type":"map","keys":{"type":"boolean"},"values":{"type":"struct","fields":[{"type":"string","field":"b"}]},"default":[[false,{"b":2}],[false,{"b":"x"}]]`))
	for _, base := range []string{`"type":"int32"`, `"type":"string"`, `"type":"struct","fields":[]`, `"type":"array","items":{"type":"int32"}`, `"type":"map","keys":{"type":"string"},"values":{"type":"int32"}`, `"type":"boolean"`} {
		for _, logical := range []string{`Decimal","parameters":{"scale":"1"}`, `Date"`, `Time"`, `Timestamp"`} {
			nodes = append(nodes, `{`+base+`,`+p+logical+`}`, field(base+`,`+p+logical), field(base+`,"default":5,`+p+logical), `{"type":"array","items":{`+base+`,`+p+logical+`}}`)
		}
	}
	for _, scale := range []string{`"0"`, `"+2"`, `"-2"`, `"٢"`, `"２"`, `"2.0"`, `""`, `"-"`, `" 2"`, `"99999999999"`, `"2147483647"`, `"-2147483648"`, `"1000"`, `2`, `null`} {
		nodes = append(nodes, `{"type":"bytes",`+p+`Decimal","parameters":{"scale":`+scale+`}}`)
	}
	for _, keys := range []string{`{"type":"int8"}`, `{"type":"bytes"}`, `{"type":"double"}`, `{"type":"boolean"}`, `{"type":"int32","optional":true,"default":3}`, `{"type":"array","items":{"type":"int32"}}`, `{"type":"array","items":{"type":"bytes"}}`, `{"type":"struct","fields":[{"type":"bytes","optional":true,"field":"a"}]}`, `{"type":"string",` + p + `Date"}`, `{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}}`, decimalSchema("1", "")} {
		nodes = append(nodes, `{"type":"map","keys":`+keys+`,"values":{"type":"int32"}}`)
	}
	var cases []string
	for _, n := range nodes {
		for _, v := range []string{"null", "5", `"AQ=="`, "{}", `{"a":5}`, `{"a":"AQ=="}`, `{"a":{"k":5}}`, `{"a":[5]}`, `[[1,2],[1,3],[2,"3"]]`, `[["AQ==",1],["AQ==",2]]`, `[[[1],1],[[1],2]]`, `[[["AQ=="],1],[["AQ=="],2]]`, `[[{"a":"AQ=="},1],[{"a":"AQ=="},2]]`, `[[[[1,2],[3,4]],1],[[[3,4],[1,2]],2]]`, `[[1.0,1],[1.00,2],[0.0,3],[-0.0,4],[null,5]]`, `[5,null]`} {
			cases = append(cases, envelope(n, v))
		}
	}
	return cases
}

func envelopeCases() []string {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	schema := `{"type":"int32"}`
	cases := []string{
		seedEnvelope, "{}", `{"schema":null}`, `{"payload":null}`, `{"schema":null,"payload":null}`, `{"payload":1,"schema":` + schema + `}`, `{"schema":` + schema + `,"payload":1,"x":2}`, `{"schema":` + schema + `,"x":1}`,
		`{"schema":` + schema + `,"payload":1,"payload":2}`, `{"schema":5,"schema":` + schema + `,"payload":2}`, `{"schema":` + schema + `,"schema":5,"payload":2}`, `{"\u0073chema":` + schema + `,"payload":2}`, `{"Schema":` + schema + `,"payload":2}`,
		` { "schema" : ` + schema + ` , "payload" : 1 } `, "{\n\"schema\"\r\n:\t" + schema + ",\n\"payload\":1}\n", `{"schema":` + schema + `,"payload":1}trailing`, `{"schema":` + schema + `,"payload":1}{`, `{"schema":` + schema + `,"payload":1`, `{"schema":` + schema + `,"payload":1]`, "\f" + envelope(schema, "1"), envelope(schema, "1") + "\x00", "\x00" + envelope(schema, "1"), envelope(schema, "\u00a01"), `[` + envelope(schema, "1") + `]`,
		envelope("null", deep(999)), envelope("null", deep(1000)), envelope("null", deep(5000)), envelope(schema, `{"x":`+deep(998)+`}`), envelope(schema, `{"x":`+deep(999)+`}`),
		envelope("null", "1"+strings.Repeat("0", 999)), envelope("null", "1"+strings.Repeat("0", 1000)), envelope("null", strings.Repeat("0", 1500)+"1"), envelope("null", "0."+strings.Repeat("1", 999)), envelope("null", "0."+strings.Repeat("1", 1000)), envelope("null", strings.Repeat("1", 998)+"e1"), envelope("null", strings.Repeat("1", 999)+"e1"), envelope("null", strings.Repeat("1", 1000)+"e1"), envelope("null", "-"+strings.Repeat("9", 1000)),
		envelope("null", `{"`+strings.Repeat("n", 50_000)+`":1}`), envelope("null", `{"`+strings.Repeat("n", 50_001)+`":1}`), envelope("null", `{"`+strings.Repeat("\\u00e9", 25_000)+`":1}`), envelope("null", `{"`+strings.Repeat("\\u00e9", 25_001)+`":1}`),
	}
	for _, name := range []string{`한국어`, `😀`, `\ud83d\ude00`, `\ud83d`, `\ude00`, `\ud83dx\ude00`, `\ud83d\n`, "\xc0\x80", "\xf0\x80\x80\x80", "\xf5\x80\x80\x80", "\xed\xa0\x80", "\xff", "\xc3", `a\tb`, "a\tb", `\x`, ``, ` `, `a.b:c`} {
		cases = append(cases, envelope("null", `{"`+name+`":1}`), envelope(`{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}}`, `{"`+name+`":1}`), envelope(`{"type":"struct","fields":[{"type":"int32","field":"`+name+`"}]}`, `{"`+name+`":1}`))
	}
	for _, exp := range []string{"e2147483647", "e-2147483647", "e2147483646", "e-2147480000", "e99999"} {
		cases = append(cases, envelope(schema, strings.Repeat("7", 600)+exp), envelope(schema, "0."+strings.Repeat("7", 600)+exp))
	}
	return cases
}
